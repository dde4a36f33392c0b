import Tensors

/// Up to four colored shapes before a pale background: what a drawn picture shows, from which its
/// captions are made and any caption can be judged.
public struct Scene: Codable, Equatable, Sendable {
  public enum Shape: String, CaseIterable, Codable, Sendable {
    case circle, square, triangle, diamond, star, cross
  }
  public enum Hue: String, CaseIterable, Codable, Sendable {
    case red, orange, yellow, green, blue, purple, pink, black
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
      self.radius = radius ?? (size == .large ? 9 : 5.5)
      self.color = color ?? hue.color
    }
  }

  public struct Background: Codable, Equatable, Sendable {
    public enum Pattern: String, CaseIterable, Codable, Sendable {
      /// Of the first color alone; from the first at the top to the second at the bottom; of both.
      case plain, shaded, striped, checked, dotted
    }

    public var pattern: Pattern
    public var first, second: Color

    public init(
      _ pattern: Pattern = .plain, _ first: Color = Color(repeating: 0.9),
      _ second: Color = Color(repeating: 0.8)
    ) {
      (self.pattern, self.first, self.second) = (pattern, first, second)
    }
  }

  /// Height and width of a scene's picture in pixels.
  public static let side = 64

  public var objects: [Object]
  public var background: Background

  public init(objects: [Object], background: Background = Background()) {
    (self.objects, self.background) = (objects, background)
  }

  /// The scene as a picture, 64×64 pixels.
  public func drawn() -> Canvas {
    var canvas = Canvas(width: Self.side, height: Self.side)
    canvas.paint(background.color)
    for object in objects { canvas.fill(object.outline, object.color) }
    return canvas
  }
}

extension Scene.Object {
  /// All shapes of a radius look equally large.
  var outline: Outline {
    switch shape {
    case .circle: .circle(center: center, radius: radius * 0.9)
    case .square: .regular(corners: 4, center: center, radius: radius * 1.15, turned: .pi / 4)
    case .triangle:
      .regular(corners: 3, center: center + Point(0, radius * 0.2), radius: radius * 1.15)
    case .diamond: .regular(corners: 4, center: center, radius: radius * 1.1)
    case .star: .star(points: 5, center: center, radius: radius * 1.2, innerRadius: radius * 0.5)
    case .cross: .cross(center: center, radius: radius, width: radius * 0.7)
    }
  }
}

extension Scene.Background {
  /// The color at a place of the picture.
  func color(_ place: Point) -> Color {
    let period: Float = 16
    func wave(_ x: Float) -> Float { sine(2 * .pi * x / period) }
    switch pattern {
    case .plain: return first
    case .shaded: return mix(first, second, place.y / Float(Scene.side))
    case .striped: return mix(first, second, 0.5 + 3 * wave(place.x + place.y))
    case .checked: return mix(first, second, 0.5 + 3 * wave(place.x) * wave(place.y))
    case .dotted: return mix(first, second, 3 * (wave(place.x) + wave(place.y)) - 4)
    }
  }
}

extension Scene.Hue {
  public var color: Color {
    switch self {
    case .red: Color(0.85, 0.1, 0.12)
    case .orange: Color(0.98, 0.52, 0.08)
    case .yellow: Color(0.96, 0.88, 0.1)
    case .green: Color(0.13, 0.6, 0.2)
    case .blue: Color(0.13, 0.25, 0.85)
    case .purple: Color(0.5, 0.15, 0.65)
    case .pink: Color(0.98, 0.5, 0.72)
    case .black: Color(0.07, 0.07, 0.07)
    }
  }
}
