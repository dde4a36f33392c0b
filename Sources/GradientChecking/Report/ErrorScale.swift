import Foundation

/// How bad an element of an error map looks. The raw values order what a bin of several shows.
enum Shade: Int, CaseIterable, Comparable {
  case right, kink, undecided
  /// Wrong: by less than a thousandth, a hundredth and a tenth of the largest derivative, or more.
  case slight, small, medium, large

  static func < (one: Shade, other: Shade) -> Bool { one.rawValue < other.rawValue }

  /// From the worst to right, for legends.
  static let wrong: [Shade] = [.large, .medium, .small, .slight]

  /// A mark that says it without colour.
  var mark: Character {
    switch self {
    case .right: "·"
    case .kink: "^"
    case .undecided: "?"
    case .slight: "░"
    case .small: "▒"
    case .medium: "▓"
    case .large: "█"
    }
  }

  var meaning: String {
    switch self {
    case .right: "right"
    case .kink: "kink"
    case .undecided: "cannot tell"
    case .slight: "< 0.1 %"
    case .small: "≥ 0.1 %"
    case .medium: "≥ 1 %"
    case .large: "≥ 10 %"
    }
  }
}

/// Measures the errors of a map by its largest derivative, on a logarithmic scale.
struct ErrorScale {
  /// The largest derivative in size; that of the backward pass where all others are zero.
  let largest: Double

  init(_ map: ErrorMap) {
    func largest(_ values: [Double]) -> Double {
      values.lazy.filter(\.isFinite).map { abs($0) }.max() ?? 0
    }
    let numeric = largest(map.numeric)
    self.largest = numeric > 0 ? numeric : largest(map.analytic)
  }

  /// The error as part of the largest derivative; infinite for what is no number.
  func error(analytic: Double, numeric: Double) -> Double {
    if analytic == numeric { return 0 }
    let error = abs(analytic - numeric)
    return error.isFinite ? (largest > 0 ? error / largest : error) : .infinity
  }

  func shade(_ verdict: ErrorMap.ElementVerdict, error: Double) -> Shade {
    switch verdict {
    case .right: .right
    case .kink: .kink
    case .undecided: .undecided
    case .wrong: error >= 0.1 ? .large : error >= 0.01 ? .medium : error >= 1e-3 ? .small : .slight
    }
  }
}

/// A number in at most `digits` digits: `0.0123`, `1.2e-10`.
func brief(_ value: Double, digits: Int = 3) -> String {
  if value.isNaN { return "NaN" }
  if value.isInfinite { return value < 0 ? "-∞" : "∞" }
  return String(format: "%.\(digits)g", value)
}

/// Two numbers in as many digits as tell them apart, at least four.
func distinct(_ one: Double, _ other: Double) -> (String, String) {
  let error = abs(one - other) / max(abs(one), abs(other))
  let digits = error.isFinite && error > 0 ? Int((-log10(error)).rounded(.up)) + 2 : 4
  return (
    brief(one, digits: min(max(digits, 4), 17)), brief(other, digits: min(max(digits, 4), 17))
  )
}

/// `[2, 3]`, or nothing for the only element of a tensor without axes.
func place(_ position: [Int]) -> String {
  position.isEmpty ? "" : "[\(position.map(String.init).joined(separator: ", "))]"
}
