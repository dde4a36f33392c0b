import Tensors

extension Scene {
  /// Where one object lies as seen from another.
  public enum Relation: String, CaseIterable, Sendable {
    case above, below
    case leftOf = "to the left of"
    case rightOf = "to the right of"

    /// The same fact seen from the other object.
    var inverse: Relation {
      switch self {
      case .above: .below
      case .below: .above
      case .leftOf: .rightOf
      case .rightOf: .leftOf
      }
    }
  }

  /// Where an object lies in the picture, by thirds of its height and width.
  public enum Place: String, CaseIterable, Sendable {
    case top = "at the top"
    case bottom = "at the bottom"
    case left = "on the left"
    case right = "on the right"
    case middle = "in the middle"
  }

  /// How objects that are alike stand.
  enum Formation: String, CaseIterable {
    case row = "in a row"
    case column = "in a column"

    /// How two of them lie to each other.
    var relations: [Relation] { self == .row ? [.leftOf, .rightOf] : [.above, .below] }
  }

  /// An order in which objects of a line are listed.
  enum Order: String, CaseIterable {
    case leftToRight = "from left to right"
    case rightToLeft = "from right to left"
    case topToBottom = "from top to bottom"
    case bottomToTop = "from bottom to top"

    /// How an object lies to the next.
    var relation: Relation {
      switch self {
      case .leftToRight: .leftOf
      case .rightToLeft: .rightOf
      case .topToBottom: .above
      case .bottomToTop: .below
      }
    }
  }

  /// Five true captions of a scene like those that are drawn by lot, all different, by lot from what
  /// `verdict(on:)` understands.
  ///
  /// They go from left to right or from top to bottom, or say at their beginning that they do not:
  /// whoever writes them word by word need not guess which object the next word is about.
  public func captions(using generator: inout SeededGenerator) -> [String] {
    var captions: [String] = []
    while captions.count < 5 {
      let caption = caption(using: &generator)
      if !captions.contains(caption) { captions.append(caption) }
    }
    return captions
  }

  private func caption(using generator: inout SeededGenerator) -> String {
    let withSize = Int.random(in: 0..<3, using: &generator) > 0
    let groups = groups
    let things = groups.map { $0[0].phrase(count: $0.count, withSize: withSize) }
    guard groups.count > 1 else {
      return generator.element(
        of: opened(things[0] + ending(groups[0], using: &generator), groups[0]))
    }
    let relation = relation(of: groups[0][0], to: groups[1][0])
    let told = opened(things.joined(separator: " \(relation.rawValue) "), groups[0])
    return generator.element(
      of: told
        + (groups.count == 2
          ? captions(of: things[0], things[1], relation, areMany: groups[1].count > 1)
          : captions(ofLine: things, relation)))
  }

  /// A statement that begins with some objects, with and without an opening.
  private func opened(_ statement: String, _ first: [Object]) -> [String] {
    [
      (first.count > 1 ? "there are " : "there is ") + statement, "a picture of " + statement,
      statement, statement,
    ]
  }

  /// - Parameter areMany: Whether the second are more than one.
  private func captions(
    of first: String, _ second: String, _ relation: Relation, areMany: Bool
  ) -> [String] {
    let places: [Place] = relation == .above ? [.top, .bottom] : [.left, .right]
    let located = zip(places, [first, second]).map { "\($0.rawValue) \($1)" }
    return [
      located.joined(separator: " and "), located.reversed().joined(separator: " and "),
      "\(relation.inverse.rawValue) \(first) \(areMany ? "are" : "is") \(second)",
      "\(first) and \(second)",
    ]
  }

  private func captions(ofLine things: [String], _ relation: Relation) -> [String] {
    func list(_ things: [String], _ relation: Relation) -> String {
      let order = Order.allCases.first { $0.relation == relation }?.rawValue ?? ""
      return "\(order) \(things[0]), \(things[1]) and \(things[2])"
    }
    return [
      list(things, relation), list(things, relation), list(things.reversed(), relation.inverse),
      "between \(things[0]) and \(things[2]) is \(things[1])",
    ]
  }

  /// The objects, those that are alike together, from left to right or from top to bottom.
  private var groups: [[Object]] {
    var groups: [[Object]] = []
    for object in Self.inOrder(objects, by: \.center) {
      if let index = groups.firstIndex(where: { $0[0].isAlike(object) }) {
        groups[index].append(object)
      } else {
        groups.append([object])
      }
    }
    return groups
  }

  /// Things along the axis on which they lie further apart: from left to right or from top to
  /// bottom.
  public static func inOrder<Thing>(_ things: [Thing], by center: (Thing) -> Point) -> [Thing] {
    func extent(_ axis: Int) -> Float {
      let places = things.map { center($0)[axis] }
      return (places.max() ?? 0) - (places.min() ?? 0)
    }
    let axis = extent(0) > extent(1) ? 0 : 1
    return things.sorted { center($0)[axis] < center($1)[axis] }
  }

  /// Where a single object lies or how a few stand, or nothing of it.
  private func ending(_ group: [Object], using generator: inout SeededGenerator) -> String {
    guard Int.random(in: 0..<3, using: &generator) > 0 else { return "" }
    if group.count == 1 {
      return " " + generator.element(of: places(of: group[0])).rawValue
    }
    return formation(of: group).map { " " + $0.rawValue } ?? ""
  }

  /// How objects stand; nil where they stand in no line.
  func formation(of group: [Object]) -> Formation? {
    Formation.allCases.first { formation in
      group.indices.dropFirst().allSatisfy { index in
        group[..<index].allSatisfy {
          formation.relations.contains(relation(of: $0, to: group[index]))
        }
      }
    }
  }

  /// How `a` lies to `b`: the direction that most of their distance lies in.
  func relation(of a: Object, to b: Object) -> Relation {
    let way = a.center - b.center
    return abs(way.y) > abs(way.x)
      ? (way.y < 0 ? .above : .below) : (way.x < 0 ? .leftOf : .rightOf)
  }

  /// Every place that is true of the object; there is always one.
  func places(of object: Object) -> [Place] {
    let third = Float(Self.side) / 3
    var places: [Place] = []
    if object.center.y < third { places.append(.top) }
    if object.center.y > 2 * third { places.append(.bottom) }
    if object.center.x < third { places.append(.left) }
    if object.center.x > 2 * third { places.append(.right) }
    return places.isEmpty ? [.middle] : places
  }
}

extension Scene.Object {
  /// How many of something there can be, in words, from one on.
  static let numbers = ["a", "two", "three", "four"]

  func isAlike(_ other: Self) -> Bool {
    (shape, hue, size) == (other.shape, other.hue, other.size)
  }

  /// `a large red circle`, or `an orange circle` without the size; `three red circles`.
  fileprivate func phrase(count: Int, withSize: Bool) -> String {
    let look = (withSize ? size.rawValue + " " : "") + hue.rawValue
    guard count == 1 else { return "\(Self.numbers[count - 1]) \(look) \(shape.plural)" }
    return "\(look.hasPrefix("o") ? "an" : "a") \(look) \(shape.rawValue)"
  }
}

extension Scene.Shape {
  var plural: String { self == .cross ? "crosses" : rawValue + "s" }
}
