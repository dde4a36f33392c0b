import Foundation

/// What a derivative may be off by before it is called wrong, and the steps that go with it.
struct Tolerances {
  /// The distance from 1 to the next number: 2⁻⁵² for `Double`.
  let precision: Double
  let relative: Double
  private let absolute: Double?
  /// What is allowed besides, in proportion to the largest derivative.
  private let absoluteShare: Double
  /// The first step, in proportion to the scale of what is moved.
  let step: Double

  init(_ options: GradientCheckOptions, precision: Double) {
    self.precision = precision
    relative = options.relativeTolerance ?? (precision < 1e-10 ? 1e-6 : 1e-2)
    absolute = options.absoluteTolerance
    absoluteShare = 30 * pow(precision, 2 / 3.0)
    step = options.step ?? cbrt(precision)
  }

  /// The error allowed in a derivative, where the largest by the same input is `largest`. Central
  /// differences of values around 1 are no better than `precision^(2/3)`; thirty times that.
  func allowed(_ derivative: Double, largest: Double) -> Double {
    relative * abs(derivative) + (absolute ?? absoluteShare * largest)
  }

  /// What an element is, given what both sides say about it.
  func verdict(analytic: Double, _ estimate: Estimate, largest: Double)
    -> ErrorMap.ElementVerdict
  {
    if estimate.isKink { return .kink }
    guard analytic.isFinite else { return .wrong }
    let allowed = allowed(estimate.value, largest: largest)
    let error = abs(analytic - estimate.value)
    if error <= allowed && estimate.errorBar <= allowed + relative * largest { return .right }
    return error > allowed + 3 * estimate.errorBar ? .wrong : .undecided
  }
}
