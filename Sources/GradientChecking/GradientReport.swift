import Tensors

/// What is known about a gradient in the end.
public enum GradientVerdict: String, Codable, Sendable {
  /// It agrees with the differences, and they are accurate enough to say so.
  case right
  /// It differs from them by more than tolerance and their own error allow.
  case wrong
  /// The differences are too inaccurate here, or there are only kinks.
  case cannotTell = "cannot tell"
}

/// What a check found out.
public struct GradientReport: Codable, Sendable {
  /// The name of the function or layer.
  public var function: String
  /// `Double` or `Float`.
  public var scalar: String
  public var mode: GradientCheckMode
  public var seed: UInt64
  /// One for every input, in the order of the inputs.
  public var gradients: [InputReport]
  /// What is wrong with the way the passes behave, whatever their numbers are.
  public var faults: [Fault]
  /// How often the passes were called, and for how long all took.
  public var forwardCalls = 0
  public var backwardCalls = 0
  public var seconds = 0.0

  public init(
    function: String, scalar: String, mode: GradientCheckMode, seed: UInt64,
    gradients: [InputReport], faults: [Fault]
  ) {
    (self.function, self.scalar, self.mode, self.seed) = (function, scalar, mode, seed)
    (self.gradients, self.faults) = (gradients, faults)
  }

  /// `wrong` with a fault or a wrong gradient, and `right` only if every gradient is.
  public var verdict: GradientVerdict {
    if !faults.isEmpty || gradients.contains(where: { $0.verdict == .wrong }) { return .wrong }
    return !gradients.isEmpty && gradients.allSatisfy { $0.verdict == .right }
      ? .right : .cannotTell
  }
}

/// What was found out about the gradient with respect to one input.
public struct InputReport: Codable, Sendable {
  public var name: String
  public var shape: [Int]
  public var verdict: GradientVerdict
  /// How many numbers were compared, and how many of them are wrong, stand at a kink, or cannot be
  /// told at this precision.
  public var compared = 0
  public var wrong = 0
  public var kinks = 0
  public var undecided = 0
  /// The comparison whose two numbers are furthest apart, of those that decided something; nil where
  /// none did.
  public var worst: Comparison?
  /// The largest error bar of a numeric derivative that decided something.
  public var largestErrorBar = 0.0
  /// The kind of mistake that explains the numbers, where there is one.
  public var diagnosis: Diagnosis?
  /// For each element the error and what it was compared with; nil in fast mode and for a gradient
  /// of the wrong shape.
  public var map: ErrorMap?

  /// One number of the backward pass beside the numeric one.
  public struct Comparison: Codable, Sendable {
    /// The index of the element along each axis; empty in fast mode, where a projection is compared.
    public var position: [Int]
    public var analytic: Double
    public var numeric: Double
    /// How far the numeric derivative may be off.
    public var errorBar: Double

    public init(position: [Int], analytic: Double, numeric: Double, errorBar: Double) {
      (self.position, self.errorBar) = (position, errorBar)
      (self.analytic, self.numeric) = (analytic, numeric)
    }
  }

  public init(name: String, shape: [Int], verdict: GradientVerdict) {
    (self.name, self.shape, self.verdict) = (name, shape, verdict)
  }
}

/// The gradient and its error over a whole tensor, for pictures and diagnosis. For each element, in
/// row-major order.
public struct ErrorMap: Codable, Sendable {
  public var shape: [Int]
  /// What the backward pass gave, and what the differences gave.
  public var analytic: [Double]
  public var numeric: [Double]
  public var verdicts: [ElementVerdict]

  public enum ElementVerdict: String, Codable, Sendable { case right, wrong, kink, undecided }

  public init(
    shape: [Int], analytic: [Double], numeric: [Double], verdicts: [ElementVerdict]
  ) {
    (self.shape, self.verdicts) = (shape, verdicts)
    (self.analytic, self.numeric) = (analytic, numeric)
  }
}

/// A way in which a pass does not behave as a function, whatever its numbers are.
public struct Fault: Codable, Sendable, Equatable {
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case forwardVaries, backwardVaries, inputMutated, upstreamMutated, outputShapeVaries
    case gradientMissing, gradientUnknown, gradientShape, zeroUpstream, notLinear
    case outputNotFinite, gradientNotFinite, batchInconsistent, twinDiffers, threw
  }
  public var kind: Kind
  /// What was expected, what came, where, and what to do next.
  public var message: String

  public init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }
}

/// How much of the derivative is compared.
public enum GradientCheckMode: String, Codable, Sendable, CaseIterable {
  /// Every input element, for the loss `Σ upstream·output` with random upstream gradients.
  case elements
  /// Every output element by every input element.
  case jacobian
  /// Random directions in the inputs, however many elements they have.
  case fast
}
