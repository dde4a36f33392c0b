import Tensors

extension Canvas {
  /// A house among hills under a low sun, 256×192 pixels: something to paint in another manner.
  public static func landscape() -> Canvas {
    var canvas = Canvas(width: 256, height: 192)
    var generator = SeededGenerator(seed: 4)
    canvas.drawSky()
    canvas.drawMountains(using: &generator)
    canvas.drawHills(using: &generator)
    canvas.drawHouse()
    for (x, y, size) in [(36, 150, 1.25), (62, 144, 0.9), (226, 152, 1.4), (204, 140, 0.8)] {
      canvas.drawTree(foot: Point(Float(x), Float(y)), size: Float(size), using: &generator)
    }
    return canvas
  }

  private mutating func drawSky() {
    let sun = Point(190, 52)
    paint { point in
      let sky = mix(Color(0.25, 0.48, 0.8), Color(0.98, 0.86, 0.66), point.y / 110)
      let glow = 1 - length(point - sun) / 90
      return mix(sky, Color(1, 0.95, 0.75), max(glow, 0) * 0.7)
    }
    fill(.circle(center: sun, radius: 15), Color(1, 0.97, 0.82))
    for cloud in [Point(52, 38), Point(118, 24), Point(232, 30)] {
      let puffs: [(Point, Float)] = [
        (Point(-18, 2), 8), (Point(-7, -3), 11), (Point(7, -1), 10), (Point(18, 3), 7),
      ]
      for (offset, radius) in puffs {
        fill(
          .circle(center: cloud + offset + Point(0, 3), radius: radius), Color(0.78, 0.8, 0.88),
          opacity: 0.6, softness: 5)
      }
      for (offset, radius) in puffs {
        fill(.circle(center: cloud + offset, radius: radius), Color(repeating: 1), softness: 5)
      }
    }
  }

  private mutating func drawMountains(using generator: inout SeededGenerator) {
    let ridges: [(base: Float, height: Float, color: Color, hasSnow: Bool)] = [
      (112, 42, Color(0.55, 0.6, 0.75), true), (118, 26, Color(0.38, 0.48, 0.58), false),
    ]
    for ridge in ridges {
      var corners = [Point(-10, 140)]
      for step in 0...9 {
        let lift = step % 2 == 0 ? generator.uniform(0, 0.35) : generator.uniform(0.65, 1)
        corners.append(Point(Float(step) * 30 - 8, ridge.base - ridge.height * lift))
      }
      corners.append(Point(270, 140))
      fill(.polygon(corners), ridge.color)
      for index in 2..<corners.count - 2 where ridge.hasSnow && corners[index].y < 80 {
        let (top, left, right) = (corners[index], corners[index - 1], corners[index + 1])
        fill(
          .polygon([top, top + 0.3 * (left - top), top + Point(1, 9), top + 0.3 * (right - top)]),
          Color(0.95, 0.96, 1))
      }
    }
  }

  private mutating func drawHills(using generator: inout SeededGenerator) {
    fill(.circle(center: Point(30, 330), radius: 215), Color(0.45, 0.66, 0.3))
    fill(.circle(center: Point(235, 370), radius: 250), Color(0.36, 0.58, 0.27))
    fill(.circle(center: Point(120, 480), radius: 335), Color(0.5, 0.71, 0.32))
    // The path to the door narrows with the distance.
    fill(
      .polygon([
        Point(119, 151), Point(127, 151), Point(160, 170), Point(186, 194), Point(116, 194),
      ]
      ), Color(0.85, 0.74, 0.52), softness: 2)
    for _ in 0..<260 {
      let foot = Point(generator.uniform(0, 256), generator.uniform(152, 192))
      let blade = Color(0.3, 0.52, 0.2) + Color(repeating: generator.uniform(-0.06, 0.16))
      let isOnPath = foot.x > 110 && foot.x < 120 + (foot.y - 145) * 1.4
      guard !isOnPath else { continue }
      fill(
        .stroke(
          from: foot, to: foot + Point(generator.uniform(-1.5, 1.5), generator.uniform(-5, -2)),
          width: 1), blade)
      if generator.uniform() < 0.12 {
        let petals = generator.element(
          of: [Color(0.95, 0.3, 0.3), Color(1, 0.9, 0.3), Color(0.95, 0.95, 1)])
        fill(.circle(center: foot + Point(0, -5), radius: 1.3), petals)
      }
    }
  }

  private mutating func drawHouse() {
    func box(_ x: Float, _ y: Float, _ width: Float, _ height: Float) -> Outline {
      .polygon([
        Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height),
      ])
    }
    fill(box(149, 82, 9, 22), Color(0.55, 0.28, 0.22))
    for (step, radius) in [Float(4), 5.5, 7].enumerated() {
      fill(
        .circle(center: Point(154 + Float(step) * 5, 75 - Float(step) * 9), radius: radius),
        Color(repeating: 0.92), opacity: 0.7, softness: 6)
    }
    fill(box(92, 112, 72, 40), Color(0.93, 0.87, 0.75))
    fill(box(146, 112, 18, 40), Color(0.84, 0.77, 0.65))
    fill(
      .polygon([Point(84, 114), Point(104, 86), Point(152, 86), Point(172, 114)]),
      Color(0.72, 0.25, 0.18))
    for row in 0..<3 {
      let y = 93 + Float(row) * 7
      let lean = Float(row + 1) * 5
      fill(
        .stroke(from: Point(104 - lean, y), to: Point(152 + lean, y), width: 1),
        Color(0.58, 0.18, 0.14))
    }
    fill(box(117, 126, 13, 26), Color(0.42, 0.25, 0.15))
    fill(.circle(center: Point(127, 140), radius: 1.2), Color(0.95, 0.8, 0.3))
    for x: Float in [98, 138] {
      fill(box(x, 122, 14, 14), Color(0.98, 0.96, 0.9))
      fill(box(x + 1.5, 123.5, 11, 11), Color(0.35, 0.55, 0.72))
      fill(box(x + 6.5, 123, 1, 12), Color(0.98, 0.96, 0.9))
      fill(box(x + 1, 128.5, 12, 1), Color(0.98, 0.96, 0.9))
    }
  }

  private mutating func drawTree(
    foot: Point, size: Float, using generator: inout SeededGenerator
  ) {
    fill(
      .stroke(from: foot, to: foot + size * Point(0, -22), width: 5 * size),
      Color(0.4, 0.27, 0.16))
    for _ in 0..<26 {
      let way = Point(generator.uniform(-13, 13), generator.uniform(-13, 13))
      let light = (-way.y + way.x) / 26
      let leaves = Color(0.2, 0.44, 0.18) + light * Color(0.2, 0.24, 0.08)
      fill(
        .circle(center: foot + size * (way + Point(0, -34)), radius: 6.5 * size), leaves,
        softness: 2)
    }
  }
}
