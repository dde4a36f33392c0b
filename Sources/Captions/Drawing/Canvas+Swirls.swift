import Tensors

extension Canvas {
  /// A night of whirling brush strokes, 256×192 pixels: a manner to paint in.
  public static func swirls() -> Canvas {
    var canvas = Canvas(width: 256, height: 192)
    var generator = SeededGenerator(seed: 9)
    let whirls = Whirl.scattered
    canvas.paint { Whirl.color(at: $0, whirls, using: &generator) }
    // Broad strokes first, fine ones on top.
    for (count, strokeLength, width) in [(900, 14, 5), (2200, 11, 3), (2600, 8, 1.8)] {
      for _ in 0..<count {
        let start = Point(generator.uniform(-5, 261), generator.uniform(-5, 197))
        canvas.drawStroke(
          from: start, length: Float(strokeLength) * generator.uniform(0.6, 1.2),
          width: Float(width), color: Whirl.color(at: start, whirls, using: &generator), whirls)
      }
    }
    return canvas
  }

  /// A brush stroke that follows the stream.
  private mutating func drawStroke(
    from start: Point, length: Float, width: Float, color: Color, _ whirls: [Whirl]
  ) {
    var point = start
    let pieces = 5
    for _ in 0..<pieces {
      let next = point + length / Float(pieces) * Whirl.direction(at: point, whirls)
      fill(.stroke(from: point, to: next, width: width), color, opacity: 0.85)
      point = next
    }
  }
}

/// A whirl in a stream, with a light at its centre.
private struct Whirl {
  var center: Point
  var radius: Float
  /// 1 turns with the clock, -1 against it.
  var sense: Float
  /// How bright its centre is, from 0 to 1.
  var light: Float

  static let scattered = [
    Whirl(center: Point(88, 78), radius: 46, sense: 1, light: 0.55),
    Whirl(center: Point(148, 104), radius: 34, sense: -1, light: 0.45),
    Whirl(center: Point(212, 42), radius: 32, sense: 1, light: 1),
    Whirl(center: Point(28, 34), radius: 20, sense: -1, light: 0.9),
    Whirl(center: Point(134, 28), radius: 17, sense: 1, light: 0.9),
    Whirl(center: Point(224, 128), radius: 22, sense: -1, light: 0.85),
    Whirl(center: Point(40, 136), radius: 24, sense: 1, light: 0.8),
    Whirl(center: Point(112, 168), radius: 18, sense: -1, light: 0.7),
  ]

  /// The stream's direction, of length 1: around the whirls near by, rightward in waves elsewhere.
  static func direction(at point: Point, _ whirls: [Whirl]) -> Point {
    var flow = Point(1, 0.5 * cosine(point.x / 24 + point.y / 40))
    for whirl in whirls {
      let way = point - whirl.center
      let share = strength(whirl, at: point)
      flow += 9 * share * whirl.sense * Point(-way.y, way.x) / max(length(way), 1)
    }
    return flow / max(length(flow), 1e-3)
  }

  /// Light and warm near a whirl's heart, in rings further out, blue between the whirls.
  static func color(
    at point: Point, _ whirls: [Whirl], using generator: inout SeededGenerator
  ) -> Color {
    let waves = 0.5 + 0.5 * sine(point.x / 17 - point.y / 11 + 2 * sine(point.y / 23))
    var color = mix(Color(0.07, 0.13, 0.38), Color(0.2, 0.42, 0.72), waves)
    for whirl in whirls {
      let distance = length(point - whirl.center) / whirl.radius
      let rings = 0.5 + 0.5 * cosine(distance * 13)
      color = mix(
        color, mix(Color(0.3, 0.55, 0.8), Color(0.85, 0.92, 0.8), rings),
        strength(whirl, at: point) * 0.9)
      color = mix(color, Color(0.99, 0.83, 0.3), whirl.light * (1.1 - 1.9 * distance))
      color = mix(color, Color(1, 0.96, 0.75), whirl.light * (1 - 4 * distance))
    }
    let grain = generator.uniform(-0.1, 0.1)
    // A few strokes of the other color make both livelier.
    let isOdd = generator.uniform() < 0.06
    return (isOdd ? mix(color, Color(0.95, 0.62, 0.2), 0.45) : color) + Color(repeating: grain)
  }

  /// From 1 at a whirl's centre to 0 where it ends.
  private static func strength(_ whirl: Whirl, at point: Point) -> Float {
    let distance = length(point - whirl.center) / whirl.radius
    return max(0, 1 - distance * distance / 1.7)
  }
}
