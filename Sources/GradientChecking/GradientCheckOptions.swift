/// How a check is made. The defaults fit functions whose inputs and outputs are around 1, and any
/// other size too, since steps and tolerances follow the numbers' own scale.
public struct GradientCheckOptions: Sendable {
  public var mode: GradientCheckMode
  /// The error allowed in proportion to the derivative; nil for a millionth in `Double`, and for
  /// a hundredth in `Float`, whose differences are no better.
  public var relativeTolerance: Double?
  /// The error allowed besides; nil for what central differences are good for: thirty times
  /// `precision^(2/3)` of the largest derivative by the same input, which is 1.1e-9 of it in `Double`
  /// and 7e-4 in `Float`.
  public var absoluteTolerance: Double?
  /// The first step in proportion to the input's scale; nil for the cube root of the precision,
  /// where truncation and rounding of a central difference balance.
  public var step: Double?
  /// How many random directions in each input fast mode tries.
  public var projections = 4
  public var seed: UInt64 = 231
  /// The inputs that hold one sample for each index of their first axis: given them, a batch must
  /// give what its samples give one by one.
  public var batchedInputs: [String] = []
  /// The names of equal blocks along an axis of an input, by the input's name, for diagnosis.
  public var blocks: [String: Blocks] = [:]

  public init(mode: GradientCheckMode = .elements) { self.mode = mode }
}
