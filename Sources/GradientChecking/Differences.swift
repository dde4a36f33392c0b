import Foundation

/// A derivative by differences along one move, one for each channel: an output number, or a
/// weighted sum of all.
struct Difference {
  /// The distance to each side.
  var step: Double
  /// Central differences: their truncation error falls with `step²`.
  var central: [Double]
  /// How far the differences to either side disagree: `step·|f″|` where f is smooth, and the jump
  /// of the derivative at a kink.
  var gap: [Double]
}

/// What is known about a derivative after looking at it as closely as its precision allows.
struct Estimate {
  var value: Double
  /// How far `value` may be off by truncation and rounding.
  var errorBar: Double
  var isKink = false
}

/// How output numbers become channels.
enum Channels {
  /// Each output number is one.
  case outputs
  /// One channel: the loss `Σ upstream·output`.
  case loss(upstream: [Double])

  /// The differences of the channels between three points: `after`, `middle` and `before`, the outer
  /// ones at distances `ahead` and `behind` from the middle.
  func difference(
    after: [Double], middle: [Double], before: [Double], ahead: Double, behind: Double
  ) -> Difference {
    switch self {
    case .outputs:
      var central = [Double](repeating: 0, count: middle.count)
      var gap = central
      for c in 0..<middle.count {
        central[c] = (after[c] - before[c]) / (ahead + behind)
        gap[c] = abs((after[c] - middle[c]) / ahead - (middle[c] - before[c]) / behind)
      }
      return Difference(step: (ahead + behind) / 2, central: central, gap: gap)
    case .loss(let upstream):
      var (up, down) = (0.0, 0.0)
      for c in 0..<middle.count where upstream[c] != 0 {
        up += upstream[c] * (after[c] - middle[c])
        down += upstream[c] * (middle[c] - before[c])
      }
      return Difference(
        step: (ahead + behind) / 2, central: [(up + down) / (ahead + behind)],
        gap: [abs(up / ahead - down / behind)])
    }
  }

  /// How far rounding may take each channel, given how far it takes each output number.
  func noise(_ outputs: [Double]) -> [Double] {
    switch self {
    case .outputs: outputs
    case .loss(let upstream):
      [zip(upstream, outputs).reduce(0) { $0 + ($1.0 * $1.1) * ($1.0 * $1.1) }.squareRoot()]
    }
  }
}

/// The derivatives along one move from differences with ever smaller steps, where one step did not
/// settle the question: the truncation error falls with the step, the rounding error grows.
///
/// Each pair of neighbouring steps gives an extrapolated value (Richardson, "The approximate
/// arithmetical solution by finite differences", 1911, DOI 10.1098/rsta.1911.0009) and, by how much
/// it moves, an error bar; the pair with the smallest bar counts (Ridders, "Accurate computation of
/// F′(x) and F′(x)F″(x)", 1982, DOI 10.1016/S0141-1195(82)80057-0).
struct Ladder {
  /// How far rounding may take each channel's values.
  let noise: [Double]
  private(set) var estimates: [Estimate]
  private var rungs: [Difference] = []

  init(noise: [Double]) {
    self.noise = noise
    estimates = noise.map { _ in Estimate(value: .nan, errorBar: .infinity) }
  }

  /// The steps to try in turn, in proportion to the scale of what is moved, for a precision.
  static func steps(precision: Double) -> [Double] {
    [0.2, 0.25, 0.31, 0.365, 0.42].map { pow(precision, $0) }
  }

  /// Adds a difference with a smaller step than all before.
  /// - Parameter allowed: The error that would not matter, for each channel.
  mutating func add(_ rung: Difference, allowed: (Int) -> Double) {
    for c in noise.indices {
      let rounding = 2 * noise[c] / rung.step
      // Where both sides agree, what is between them is as good as either.
      offer(rung.central[c], errorBar: rung.gap[c] + rounding, c)
      guard let last = rungs.last else { continue }
      let ratio = last.step / rung.step
      let value = (ratio * ratio * rung.central[c] - last.central[c]) / (ratio * ratio - 1)
      // A gap that does not fall as the step does tells that f is not smooth here.
      let isSmooth = rung.gap[c] <= max(2 / ratio * last.gap[c], 10 * rounding)
      let moved = abs(value - rung.central[c])
      offer(value, errorBar: moved + rounding + (isSmooth ? 0 : rung.gap[c]), c)
    }
    rungs.append(rung)
    for c in noise.indices { estimates[c].isKink = isKink(c, allowed: allowed(c)) }
  }

  private mutating func offer(_ value: Double, errorBar: Double, _ c: Int) {
    if errorBar < estimates[c].errorBar {
      estimates[c] = Estimate(value: value, errorBar: errorBar)
    }
  }

  /// Whether the one-sided differences of a channel stay apart however small the step. Where f is
  /// smooth they approach one another as fast as the step falls.
  private func isKink(_ c: Int, allowed: Double) -> Bool {
    let clear = rungs.filter {
      $0.gap[c].isFinite && $0.gap[c] > 10 * noise[c] / $0.step
    }
    guard let finest = clear.last, let coarse = clear.dropLast().suffix(2).first else {
      return false
    }
    return finest.gap[c] > 2 * allowed && finest.step == rungs.last?.step
      && finest.gap[c] > 0.5 * coarse.gap[c]
  }

  /// Whether nothing is left to find out by smaller steps: every channel's bar is small beside its
  /// distance from the analytic value or what is allowed, and none looks like a kink.
  func isSettled(analytic: (Int) -> Double, allowed: (Int) -> Double) -> Bool {
    noise.indices.allSatisfy { c in
      let estimate = estimates[c]
      let allowed = allowed(c)
      let error = abs(analytic(c) - estimate.value)
      return !estimate.isKink
        && (error <= allowed
          ? estimate.errorBar <= allowed : error > allowed + 10 * estimate.errorBar)
    }
  }
}
