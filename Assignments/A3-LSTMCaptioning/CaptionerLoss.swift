import Exercises
import Tensors

/// The loss of a captioner on a minibatch, and the gradients of everything it learns, scoring only
/// the words that count.
///
/// The scores of all words of the vocabulary are the largest product by far, and where the target
/// is `<NULL>` it is made for nothing. So the hidden states of the M places with a real target are
/// packed together, `[M, H]`, scored and judged there, and their gradients put back to where they
/// came from; all other hidden states have the gradient zero. The result is that of scoring
/// everything and masking the loss.
///
/// Letters: N samples, T + 1 words in a caption, M targets that are not `<NULL>`, D feature size,
/// others as in `CaptionerParameters`. Source: Vinyals et al., "Show and tell", 2015,
/// arXiv:1411.4555.
///
/// - Parameters:
///   - features: What a convolutional network saw in each photograph, `[N, D]`.
///   - captions: A caption for each, from `<START>` to `<END>`, then `<NULL>`, `[N, T + 1]`.
///   - parameters: All that the captioner has learned.
///   - parts: The layers; `captioningParts(basedOn:)` binds the LSTM of this module.
/// - Returns: The loss, summed over time and averaged over the minibatch, and a gradient for each
///   parameter.
/// - Throws: `TensorError` when the shapes do not fit one another, and what the parts throw.
public func captionerLoss<Scalar: TensorScalar>(
  features: Tensor<Scalar>, captions: Tensor<Int>, parameters: CaptionerParameters<Scalar>,
  parts: CaptioningParts<Scalar>
) throws -> (loss: Scalar, gradients: CaptionerParameters<Scalar>) {
  try parameters.requireShapes(features: features, captions: captions)
  // TODO(A3.5): Loss of the captioner, scoring only what counts
  throw Unimplemented("A3.5")
}
