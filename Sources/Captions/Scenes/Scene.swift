import Tensors

/// One or two colored shapes before a plain or shaded background: what a drawn picture shows, from
/// which its captions are made and any caption can be judged.
public struct Scene: Codable, Equatable, Sendable {
  public enum Shape: String, CaseIterable, Codable, Sendable { case circle, square, triangle }
  public enum Hue: String, CaseIterable, Codable, Sendable {
    case red, green, blue, yellow, purple
  }
  public enum Size: String, CaseIterable, Codable, Sendable { case small, large }

  public struct Object: Codable, Equatable, Sendable {
    public var shape: Shape
    public var hue: Hue
    public var size: Size
    /// In pixels of a picture of `Scene.side`.
    public var center: Point
    /// From the centre to the outermost points, in pixels.
    public var radius: Float
    /// What is drawn: a color near that of `hue`.
    public var color: Color

    public init(
      shape: Shape, hue: Hue, size: Size, center: Point, radius: Float? = nil, color: Color? = nil
    ) {
      (self.shape, self.hue, self.size, self.center) = (shape, hue, size, center)
      self.radius = radius ?? (size == .large ? 12 : 7)
      self.color = color ?? hue.color
    }
  }

  /// Height and width of a scene's picture in pixels.
  public static let side = 64

  public var objects: [Object]
  /// The background's color at the top and at the bottom.
  public var backgroundTop, backgroundBottom: Color

  public init(
    objects: [Object], backgroundTop: Color = Color(repeating: 0.9),
    backgroundBottom: Color = Color(repeating: 0.9)
  ) {
    self.objects = objects
    (self.backgroundTop, self.backgroundBottom) = (backgroundTop, backgroundBottom)
  }

  /// A scene drawn by lot: one object in three, two objects in two of three scenes.
  ///
  /// Where things are is never in doubt: one object lies clearly within a third of the picture, of
  /// two objects one lies clearly above or beside the other, and they differ in shape or color.
  public static func random(using generator: inout SeededGenerator) -> Scene {
    var objects: [Object]
    if Int.random(in: 0..<3, using: &generator) == 0 {
      let thirds: [Float] = [17, 32, 47]
      let center = Point(generator.element(of: thirds), generator.element(of: thirds))
      objects = [.random(near: center, spread: Point(2, 2), using: &generator)]
    } else {
      let isUpright = Bool.random(using: &generator)
      let spread = isUpright ? Point(5, 2) : Point(2, 5)
      let centers = isUpright ? [Point(32, 17), Point(32, 47)] : [Point(17, 32), Point(47, 32)]
      repeat {
        objects = centers.map { .random(near: $0, spread: spread, using: &generator) }
      } while objects[0].shape == objects[1].shape && objects[0].hue == objects[1].hue
      objects.shuffle(using: &generator)
    }
    let top = randomPaleColor(using: &generator)
    let isPlain = Bool.random(using: &generator)
    return Scene(
      objects: objects, backgroundTop: top,
      backgroundBottom: isPlain ? top : randomPaleColor(using: &generator))
  }

  private static func randomPaleColor(using generator: inout SeededGenerator) -> Color {
    let grey = generator.uniform(0.62, 0.95)
    return Color(
      grey + generator.uniform(-0.06, 0.06), grey + generator.uniform(-0.06, 0.06),
      grey + generator.uniform(-0.06, 0.06))
  }

  /// The scene as a picture, 64×64 pixels.
  public func drawn() -> Canvas {
    var canvas = Canvas(width: Self.side, height: Self.side)
    canvas.paint { mix(backgroundTop, backgroundBottom, $0.y / Float(Self.side)) }
    for object in objects { canvas.fill(object.outline, object.color) }
    return canvas
  }
}

extension Scene.Object {
  fileprivate static func random(
    near center: Point, spread: Point, using generator: inout SeededGenerator
  ) -> Self {
    func jitter(_ size: Float) -> Float { generator.uniform(-size, size) }
    let size = generator.element(of: Scene.Size.allCases)
    let hue = generator.element(of: Scene.Hue.allCases)
    return Self(
      shape: generator.element(of: Scene.Shape.allCases), hue: hue, size: size,
      center: center + Point(jitter(spread.x), jitter(spread.y)),
      radius: size == .large ? generator.uniform(11.5, 13) : generator.uniform(6.5, 7.5),
      color: hue.color + Color(jitter(0.05), jitter(0.05), jitter(0.05)))
  }

  /// Squares and triangles are drawn so that all shapes of a radius look equally large.
  var outline: Outline {
    switch shape {
    case .circle: .circle(center: center, radius: radius * 0.9)
    case .square:
      .regular(corners: 4, center: center, radius: radius * 1.15, turned: .pi / 4)
    case .triangle:
      .regular(corners: 3, center: center + Point(0, radius * 0.2), radius: radius * 1.15)
    }
  }
}

extension Scene.Hue {
  public var color: Color {
    switch self {
    case .red: Color(0.85, 0.12, 0.12)
    case .green: Color(0.13, 0.6, 0.2)
    case .blue: Color(0.13, 0.25, 0.85)
    case .yellow: Color(0.96, 0.87, 0.1)
    case .purple: Color(0.5, 0.15, 0.65)
    }
  }
}
