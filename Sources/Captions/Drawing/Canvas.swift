import Foundation
import Tensors

/// Red, green and blue, each from 0 to 1.
public typealias Color = SIMD3<Float>

/// A picture to draw on, with soft edges.
public struct Canvas: Sendable {
  public let width, height: Int
  private var colors: [Color]

  /// A canvas of one color. Sizes in pixels.
  public init(width: Int, height: Int, color: Color = Color(repeating: 1)) {
    (self.width, self.height) = (width, height)
    colors = Array(repeating: color, count: width * height)
  }

  /// Red, green and blue from 0 to 1. Shapes: `[3, height, width]`.
  public var pixels: Tensor<Float> {
    Tensor(unsafeUninitializedShape: [3, height, width]) { out in
      for channel in 0..<3 {
        for (index, color) in colors.enumerated() {
          out[channel * colors.count + index] = min(max(color[channel], 0), 1)
        }
      }
    }
  }

  public subscript(x: Int, y: Int) -> Color { colors[y * width + x] }

  /// Gives every pixel the color of its centre.
  public mutating func paint(_ color: (Point) -> Color) {
    for y in 0..<height {
      for x in 0..<width { colors[y * width + x] = color(Point(Float(x) + 0.5, Float(y) + 0.5)) }
    }
  }

  /// Fills a shape; a pixel on its edge is covered as far as the edge leaves it.
  /// - Parameters:
  ///   - opacity: From 0, invisible, to 1.
  ///   - softness: Over how many pixels the edge fades, 1 being a sharp edge without stairs.
  public mutating func fill(
    _ outline: Outline, _ color: Color, opacity: Float = 1, softness: Float = 1
  ) {
    let (least, greatest) = outline.bounds
    let margin = softness / 2 + 1
    let columns = Self.pixels(from: least.x - margin, to: greatest.x + margin, count: width)
    let rows = Self.pixels(from: least.y - margin, to: greatest.y + margin, count: height)
    for y in rows {
      for x in columns {
        let distance = outline.distance(to: Point(Float(x) + 0.5, Float(y) + 0.5))
        let coverage = opacity * min(max(0.5 - distance / softness, 0), 1)
        let index = y * width + x
        colors[index] += coverage * (color - colors[index])
      }
    }
  }

  /// The pixels of a row or column that lie in part between two places, none beyond the picture.
  private static func pixels(from least: Float, to greatest: Float, count: Int) -> Range<Int> {
    let first = min(max(0, Int(least.rounded(.down))), count)
    return first..<max(first, min(count, Int(greatest.rounded(.up))))
  }
}

/// Between two colors: the first at 0, the second at 1.
func mix(_ a: Color, _ b: Color, _ share: Float) -> Color {
  a + min(max(share, 0), 1) * (b - a)
}

func sine(_ angle: Float) -> Float { Float(sin(Double(angle))) }
func cosine(_ angle: Float) -> Float { Float(cos(Double(angle))) }

extension SeededGenerator {
  mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * Float(uniform())
  }

  mutating func element<Value>(of values: [Value]) -> Value {
    values[Int.random(in: values.indices, using: &self)]
  }
}
