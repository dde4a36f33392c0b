import Exercises
import Tensors

/// Captions for photographs, at every step a word drawn by its probability:
/// `p = softmax(scores / temperature)`.
///
/// At temperature 1 words come as often as the captioner believes in them; towards 0 the best word
/// always wins (greedy), towards infinity all words are equally likely. The scores are taken
/// relative to the highest before they are divided, so that no temperature overflows.
///
/// Begins with the hidden state `h₀ = features·Wproj + bproj` and the word `<START>`; a caption ends
/// with `<END>`. Letters: N samples, D feature size.
///
/// - Parameters:
///   - features: What a convolutional network saw in each photograph, `[N, D]`.
///   - parameters: All that the captioner has learned.
///   - maximumLength: How many words a caption may have, `<END>` included; at least 1.
///   - temperature: Above 0.
///   - parts: The layers; `captioningParts(basedOn:)` binds the LSTM of this module.
///   - generator: Where chance comes from; the same state gives the same captions.
/// - Returns: The captions without `<START>`, `[N, maximumLength]`, `<NULL>` after `<END>`.
/// - Throws: `TensorError` when the shapes do not fit one another, `maximumLength` is below 1 or
///   `temperature` is not above 0, and what the parts throw.
public func sampledCaptions<Scalar: TensorScalar>(
  features: Tensor<Scalar>, parameters: CaptionerParameters<Scalar>, maximumLength: Int,
  temperature: Scalar, parts: CaptioningParts<Scalar>, using generator: inout SeededGenerator
) throws -> Tensor<Int> {
  try parameters.requireShapes(features: features)
  try requirePositive(maximumLength, "maximumLength")
  guard temperature > 0 else {
    throw TensorError(
      "temperature", shapes: [], reason: "expected a number above 0, not \(temperature)")
  }
  // TODO(A3.6): Sampling with temperature
  throw Unimplemented("A3.6")
}

/// An index, each as likely as its weight among all: a dart on a bar of the weights end to end.
///
/// - Parameter weights: None below 0, at least one above.
func draw<Scalar: TensorScalar>(
  from weights: [Scalar], using generator: inout SeededGenerator
) throws -> Int {
  // TODO(A3.6): Sampling with temperature
  throw Unimplemented("A3.6")
}
