import Exercises
import Tensors

/// Captions for photographs, at every step the word with the highest score.
///
/// Begins with the hidden state `h₀ = features·Wproj + bproj` and the word `<START>`; each word that
/// comes out goes in at the next step. A caption ends with `<END>`.
///
/// Letters: N samples, D feature size.
///
/// - Parameters:
///   - features: What a convolutional network saw in each photograph, `[N, D]`.
///   - parameters: All that the captioner has learned.
///   - maximumLength: How many words a caption may have, `<END>` included; at least 1.
///   - parts: The layers; `captioningParts()` binds those of this module.
/// - Returns: The captions without `<START>`, `[N, maximumLength]`, `<NULL>` after `<END>`.
/// - Throws: `TensorError` when the shapes do not fit one another or `maximumLength` is below 1, and
///   what the parts throw.
public func greedyCaptions<Scalar: TensorScalar>(
  features: Tensor<Scalar>, parameters: CaptionerParameters<Scalar>, maximumLength: Int,
  parts: CaptioningParts<Scalar>
) throws -> Tensor<Int> {
  try parameters.requireShapes(features: features)
  try requirePositive(maximumLength, "maximumLength")
  // TODO(A2.10): Captions, the likeliest word each time
  throw Unimplemented("A2.10")
}
