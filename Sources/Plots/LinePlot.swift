import Foundation

/// Lines over a common horizontal axis, drawn as SVG: losses over iterations.
public struct LinePlot: Sendable {
  public struct Series: Sendable {
    public var name: String
    /// From left to right; a value that is no number, or that a logarithmic axis cannot show, leaves
    /// a gap.
    public var points: [(x: Double, y: Double)]

    public init(_ name: String, _ points: [(x: Double, y: Double)]) {
      (self.name, self.points) = (name, points)
    }
  }

  public var title: String
  public var xLabel: String
  public var yLabel: String
  /// Whether equal distances on the vertical axis are equal ratios.
  public var isLogarithmic: Bool
  public var series: [Series]

  public init(
    title: String, xLabel: String, yLabel: String, isLogarithmic: Bool = false, series: [Series]
  ) {
    (self.title, self.xLabel, self.yLabel) = (title, xLabel, yLabel)
    (self.isLogarithmic, self.series) = (isLogarithmic, series)
  }

  // In pixels.
  private static let (width, height) = (720.0, 420.0)
  private static let frame = (left: 72.0, top: 44.0, right: 560.0, bottom: 370.0)
  /// Told apart by people with any kind of colour vision: Okabe and Ito, 2008.
  private static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]

  /// The plot as a file of its own.
  public func svg() -> String {
    let x = Axis(series.flatMap(\.points).map(\.x), isLogarithmic: false)
    let y = Axis(series.flatMap(\.points).map(\.y), isLogarithmic: isLogarithmic)
    let frame = Self.frame
    func across(_ value: Double) -> Double {
      frame.left + (frame.right - frame.left) * x.share(value)
    }
    func down(_ value: Double) -> Double {
      frame.bottom - (frame.bottom - frame.top) * y.share(value)
    }
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Int(Self.width))\" "
        + "height=\"\(Int(Self.height))\" viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" "
        + "font-family=\"sans-serif\" font-size=\"13\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
      text(title, (frame.left + frame.right) / 2, 24, "middle", "font-size=\"16\""),
      text(xLabel, (frame.left + frame.right) / 2, frame.bottom + 40, "middle"),
      "<g transform=\"translate(18 \(number((frame.top + frame.bottom) / 2))) rotate(-90)\">"
        + text(yLabel, 0, 0, "middle") + "</g>",
    ]
    for tick in y.ticks {
      lines.append(grid(frame.left, down(tick.value), frame.right, down(tick.value)))
      lines.append(text(tick.label, frame.left - 8, down(tick.value) + 4.5, "end"))
    }
    for tick in x.ticks {
      lines.append(grid(across(tick.value), frame.top, across(tick.value), frame.bottom))
      lines.append(text(tick.label, across(tick.value), frame.bottom + 18, "middle"))
    }
    for (index, one) in series.enumerated() {
      let color = Self.colors[index % Self.colors.count]
      for run in runs(one.points, on: y) {
        let places = run.map { "\(number(across($0.x))),\(number(down($0.y)))" }
        lines.append(
          run.count == 1
            ? "<circle cx=\"\(number(across(run[0].x)))\" cy=\"\(number(down(run[0].y)))\" "
              + "r=\"3\" fill=\"\(color)\"/>"
            : "<polyline points=\"\(places.joined(separator: " "))\" fill=\"none\" "
              + "stroke=\"\(color)\" stroke-width=\"1.8\" stroke-linejoin=\"round\"/>")
      }
      let top = frame.top + 14 + 22 * Double(index)
      lines.append(
        "<rect x=\"\(number(frame.right + 16))\" y=\"\(number(top - 6))\" width=\"18\" "
          + "height=\"4\" fill=\"\(color)\"/>")
      lines.append(text(one.name, frame.right + 42, top + 1, "start"))
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  /// The points without a gap between them.
  private func runs(
    _ points: [(x: Double, y: Double)], on axis: Axis
  ) -> [[(x: Double, y: Double)]] {
    points.split { !($0.x.isFinite && axis.shows($0.y)) }.map(Array.init)
  }

  private func grid(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
      + "stroke=\"#dddddd\"/>"
  }

  private func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: String, _ more: String = ""
  ) -> String {
    let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;")
    return "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\" "
      + "fill=\"#333333\"\(more.isEmpty ? "" : " " + more)>\(escaped)</text>"
  }

  private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}

/// The range of an axis with its ticks.
private struct Axis {
  let isLogarithmic: Bool
  let ticks: [(value: Double, label: String)]
  /// Of the values, or of their logarithms.
  private let range: ClosedRange<Double>

  init(_ values: [Double], isLogarithmic: Bool) {
    self.isLogarithmic = isLogarithmic
    let shown = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
      .map { isLogarithmic ? log10($0) : $0 }
    var (low, high) = (shown.min() ?? 0, shown.max() ?? 1)
    if high - low < 1e-12 * max(abs(low), abs(high), 1) { (low, high) = (low - 0.5, high + 0.5) }
    let step =
      isLogarithmic ? max(Self.roundStep((high - low) / 5), 1) : Self.roundStep((high - low) / 5)
    let first = (low / step).rounded(isLogarithmic ? .down : .up)
    let last = (high / step).rounded(isLogarithmic ? .up : .down)
    if isLogarithmic { (low, high) = (first * step, last * step) }
    range = low...high
    let digits = max(0, Int(-log10(step).rounded(.down)))
    ticks = stride(from: first, through: last, by: 1).map { index in
      let value = index * step
      guard isLogarithmic else { return (value, Self.label(value, digits)) }
      return (pow(10, value), abs(value) <= 4 ? Self.plain(pow(10, value)) : "1e\(Int(value))")
    }
  }

  func shows(_ value: Double) -> Bool { value.isFinite && (!isLogarithmic || value > 0) }

  /// Where a value lies, from 0 at the low end to 1 at the high one.
  func share(_ value: Double) -> Double {
    let place = isLogarithmic ? log10(value) : value
    return (place - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// 1, 2 or 5 times a power of ten, at least `step`.
  private static func roundStep(_ step: Double) -> Double {
    let power = pow(10, log10(step).rounded(.down))
    return ([1, 2, 5].first { $0 * power >= step * (1 - 1e-9) } ?? 10) * power
  }

  private static func label(_ value: Double, _ digits: Int) -> String {
    abs(value) >= 1e6
      ? String(format: "%g", value) : String(format: "%.\(digits)f", value == 0 ? 0 : value)
  }

  private static func plain(_ value: Double) -> String { String(format: "%g", value) }
}
