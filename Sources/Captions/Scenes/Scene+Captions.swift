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

  /// Five true captions, in an order drawn by lot.
  public func captions(using generator: inout SeededGenerator) -> [String] {
    var captions: [String]
    if objects.count == 2 {
      let relation = relation(of: objects[0], to: objects[1])
      let (a, b) = (objects[0], objects[1])
      captions = [
        "\(a.phrase()) \(relation.rawValue) \(b.phrase())",
        "\(b.phrase()) \(relation.inverse.rawValue) \(a.phrase())",
        "there is \(a.phrase()) \(relation.rawValue) \(b.phrase())",
        "\(b.phrase(withSize: false)) \(relation.inverse.rawValue) \(a.phrase(withSize: false))",
        a.shape == b.shape
          ? "two \(a.shape.rawValue)s"
          : "\(a.phrase(withSize: false)) and \(b.phrase(withSize: false))",
      ]
    } else {
      let object = objects[0]
      let place = generator.element(of: places(of: object)).rawValue
      captions = [
        "\(object.phrase()) \(place)",
        "\(object.phrase())",
        "there is \(object.phrase()) \(place)",
        "\(object.phrase(withSize: false)) \(place)",
        "a picture of \(object.phrase(withSize: false))",
      ]
    }
    captions.shuffle(using: &generator)
    return captions
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
  /// `a large red circle`, or `a red circle` without the size.
  func phrase(withSize: Bool = true) -> String {
    "a \(withSize ? size.rawValue + " " : "")\(hue.rawValue) \(shape.rawValue)"
  }
}
