/// A place in a picture, in pixels from its upper left corner; a pixel's centre lies at .5.
public typealias Point = SIMD2<Float>

/// A closed shape, known by how far any point is from its edge.
public enum Outline: Sendable {
  case circle(center: Point, radius: Float)
  /// The corners in order, at least three; may have dents.
  case polygon([Point])
  /// A stroke with round ends.
  case stroke(from: Point, to: Point, width: Float)

  /// A regular polygon; without a turn its first corner points up.
  /// - Parameters:
  ///   - radius: From the centre to the corners, in pixels.
  ///   - angle: How far it is turned with the clock, in radians.
  public static func regular(
    corners: Int, center: Point, radius: Float, turned angle: Float = 0
  ) -> Outline {
    .polygon(
      (0..<corners).map { corner in
        let direction = angle - .pi / 2 + 2 * .pi * Float(corner) / Float(corners)
        return center + radius * Point(cosine(direction), sine(direction))
      })
  }

  /// A star whose first point points up.
  /// - Parameters:
  ///   - radius: From the centre to the points, in pixels; `innerRadius` to the dents between them.
  public static func star(
    points: Int, center: Point, radius: Float, innerRadius: Float
  ) -> Outline {
    .polygon(
      (0..<2 * points).map { corner in
        let direction = -.pi / 2 + .pi * Float(corner) / Float(points)
        let length = corner.isMultiple(of: 2) ? radius : innerRadius
        return center + length * Point(cosine(direction), sine(direction))
      })
  }

  /// Two bars across each other, upright and level.
  /// - Parameters:
  ///   - radius: From the centre to the ends, in pixels; `width` of the bars.
  public static func cross(center: Point, radius: Float, width: Float) -> Outline {
    let half = width / 2
    let corners = [
      Point(half, radius), Point(half, half), Point(radius, half), Point(radius, -half),
      Point(half, -half), Point(half, -radius),
    ]
    return .polygon(corners.map { center + $0 } + corners.map { center - $0 })
  }

  /// The distance from the edge in pixels, negative inside.
  public func distance(to point: Point) -> Float {
    switch self {
    case .circle(let center, let radius): return length(point - center) - radius
    case .stroke(let start, let end, let width):
      return length(point - nearest(to: point, from: start, to: end)) - width / 2
    case .polygon(let corners):
      var nearestDistance = Float.infinity
      var isInside = false
      var a = corners[corners.count - 1]
      for b in corners {
        nearestDistance = min(nearestDistance, length(point - nearest(to: point, from: a, to: b)))
        if (a.y > point.y) != (b.y > point.y),
          point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x
        {
          isInside.toggle()
        }
        a = b
      }
      return isInside ? -nearestDistance : nearestDistance
    }
  }

  /// The smallest upright rectangle around the shape, by two opposite corners.
  var bounds: (least: Point, greatest: Point) {
    switch self {
    case .circle(let center, let radius): return (center - radius, center + radius)
    case .stroke(let start, let end, let width):
      return (pointwiseMin(start, end) - width / 2, pointwiseMax(start, end) + width / 2)
    case .polygon(let corners):
      return (
        corners.reduce(corners[0], pointwiseMin), corners.reduce(corners[0], pointwiseMax)
      )
    }
  }
}

/// The point of a line from `start` to `end` that is nearest to `point`.
private func nearest(to point: Point, from start: Point, to end: Point) -> Point {
  let line = end - start
  let square = (line * line).sum()
  guard square > 0 else { return start }
  let share = ((point - start) * line).sum() / square
  return start + min(max(share, 0), 1) * line
}

func length(_ vector: Point) -> Float { (vector * vector).sum().squareRoot() }
