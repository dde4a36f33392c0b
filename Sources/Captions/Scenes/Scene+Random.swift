import Tensors

extension Scene {
  /// How the objects of a scene stand together.
  private enum Arrangement {
    /// A single object.
    case one
    /// Two that differ in shape or color.
    case two
    /// Two to four that are alike.
    case alike
    /// Two that are alike and another on one side of both.
    case twoAndOne
    /// Three in a line, any two of which differ in shape or color.
    case three
  }

  /// Those with more to say come more often.
  private static let arrangements: [Arrangement] = [
    .one, .two, .two, .alike, .alike, .twoAndOne, .twoAndOne, .three, .three, .three,
  ]

  /// A scene drawn by lot.
  ///
  /// Where things are is never in doubt: a single object lies clearly within a third of the picture,
  /// others lie clearly above or beside one another.
  public static func random(using generator: inout SeededGenerator) -> Scene {
    let arrangement = generator.element(of: arrangements)
    let isUpright = Bool.random(using: &generator)
    // A row; what stands upright is turned afterwards.
    let (centers, kinds): ([Point], [Int]) =
      switch arrangement {
      case .one: ([randomThird(using: &generator)], [0])
      case .two: ([Point(17, 32), Point(47, 32)], [0, 1])
      case .alike: generator.element(of: groups)
      case .twoAndOne: generator.element(of: pairsWithAnother)
      case .three: ([Point(11, 32), Point(32, 32), Point(53, 32)], [0, 1, 2])
      }
    let spread = arrangement == .two ? Point(2, 5) : Point(1.5, arrangement == .three ? 4 : 1.5)
    let looks = randomLooks((kinds.max() ?? 0) + 1, using: &generator)
    let objects = zip(centers, kinds).map { center, kind in
      let place = center + spread * generator.point()
      return looks[kind].placed(at: isUpright ? Point(place.y, place.x) : place, using: &generator)
    }
    return Scene(
      objects: objects.shuffled(using: &generator), background: .random(using: &generator))
  }

  private static func randomThird(using generator: inout SeededGenerator) -> Point {
    let thirds: [Float] = [14, 32, 50]
    return Point(generator.element(of: thirds), generator.element(of: thirds))
  }

  private static let groups: [([Point], [Int])] = [
    ([Point(17, 32), Point(47, 32)], [0, 0]),
    ([Point(11, 32), Point(32, 32), Point(53, 32)], [0, 0, 0]),
    ([Point(17, 17), Point(47, 17), Point(17, 47), Point(47, 47)], [0, 0, 0, 0]),
  ]

  /// Further from the other than from one another.
  private static let pairsWithAnother: [([Point], [Int])] = [
    ([Point(15, 20), Point(15, 44), Point(49, 32)], [0, 0, 1]),
    ([Point(49, 20), Point(49, 44), Point(15, 32)], [0, 0, 1]),
  ]

  /// What objects look like, any two of a scene different in shape or hue.
  private static func randomLooks(
    _ count: Int, using generator: inout SeededGenerator
  ) -> [Object] {
    var looks: [Object] = []
    while looks.count < count {
      let look = Object(
        shape: generator.element(of: Shape.allCases), hue: generator.element(of: Hue.allCases),
        size: generator.element(of: Size.allCases), center: .zero)
      if !looks.contains(where: { $0.shape == look.shape && $0.hue == look.hue }) {
        looks.append(look)
      }
    }
    return looks
  }
}

extension Scene.Object {
  /// The object at another place, of a slightly different size and color.
  fileprivate func placed(at center: Point, using generator: inout SeededGenerator) -> Self {
    var object = self
    object.center = center
    object.radius *= generator.uniform(0.94, 1.06)
    object.color += generator.tint(0.05)
    return object
  }
}

extension Scene.Background {
  fileprivate static func random(using generator: inout SeededGenerator) -> Self {
    func pale() -> Color {
      Color(repeating: generator.uniform(0.62, 0.95)) + generator.tint(0.06)
    }
    return Self(generator.element(of: Pattern.allCases), pale(), pale())
  }
}

extension SeededGenerator {
  /// A point with both coordinates from −1 to 1.
  fileprivate mutating func point() -> Point { Point(uniform(-1, 1), uniform(-1, 1)) }

  /// What to add to a color for another one near it.
  fileprivate mutating func tint(_ size: Float) -> Color {
    size * Color(uniform(-1, 1), uniform(-1, 1), uniform(-1, 1))
  }
}
