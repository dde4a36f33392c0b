/// The mistake that explains a wrong gradient.
public struct Diagnosis: Codable, Sendable, Equatable {
  public var kind: Kind
  /// In a sentence, with the numbers: "the gradient has the wrong sign".
  public var message: String

  public init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }

  /// The mistakes that people make in backward passes.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    // The gradient as a whole
    case zeros, notFinite, wrongSign, constantFactor
    /// A factor that is the size of an axis, or one by it.
    case sumInsteadOfMean, meanInsteadOfSum
    /// Right in absolute value.
    case signLost
    /// Right up to a limit, and the limit beyond it.
    case clipped
    /// Right to seven digits.
    case singlePrecision
    /// It is the gradient with respect to another input.
    case otherInputsGradient
    /// It belongs to inputs that an earlier forward pass was given.
    case staleCache

    // The upstream gradient
    case upstreamForgotten, upstreamUsedTwice

    // The order of its elements
    case transposed, reversed, offByOne
    /// Blocks along an axis, such as gates, in another order.
    case blocksSwapped

    // Sums
    /// It has an axis that broadcasting added and over which it should be summed.
    case sumMissing
    case sumOverWrongAxis
    /// Only one index of an axis counts, such as the last time step or the first sample.
    case onlyOneIndexCounts
    /// Where several contributions should be added, only the last one is kept.
    case assignedInsteadOfAdded

    // Terms and paths
    /// The gradient through one of the outputs, or of the paths to them, is missing.
    case pathMissing
    /// Right only at the end where a recurrence begins to be walked back.
    case notCarriedBack
    /// What passes through a mean or variance over an axis is missing.
    case statisticsTermMissing
    /// The −1 at the target class is missing.
    case targetTermMissing
    /// The gradient of a penalty on the input itself is missing, or one too many.
    case regularization

    // Activations
    case activationDerivativeMissing
    /// The derivative is taken of the input instead of the output, or the like.
    case activationDerivativeMisplaced

    // Where it is wrong
    case borders, maskIgnored
    /// One block of an axis, such as a gate, or one index of it.
    case onePartWrong

    /// Its shape is another, and none of the above explains it.
    case wrongShape
  }
}
