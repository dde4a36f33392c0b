import Exercises
import Tensors

/// The loss of a captioner on a minibatch, and the gradients of everything it learns.
///
/// From photograph and words to a loss: features → h₀ (affine); words → vectors (embedding);
/// vectors and h₀ → hidden states (recurrence); hidden states → scores (temporal affine); scores
/// and the next words → loss (temporal softmax loss).
///
/// At time t the network reads word t and is to say word t + 1: input words are
/// `captions[:, :-1]`, targets `captions[:, 1:]`, and `<NULL>` is never a target that counts.
///
/// Letters: N samples, T + 1 words in a caption, D feature size, others as in
/// `CaptionerParameters`. Source: Vinyals et al., "Show and tell", 2015, arXiv:1411.4555; h₀ from
/// the image as in Karpathy and Fei-Fei, 2015, arXiv:1412.2306.
///
/// - Parameters:
///   - features: What a convolutional network saw in each photograph, `[N, D]`.
///   - captions: A caption for each, from `<START>` to `<END>`, then `<NULL>`, `[N, T + 1]`.
///   - parameters: All that the captioner has learned.
///   - parts: The layers; `captioningParts()` binds those of this module.
/// - Returns: The loss, summed over time and averaged over the minibatch, and a gradient for each
///   parameter.
/// - Throws: `TensorError` when the shapes do not fit one another, and what the parts throw.
public func captionerLoss<Scalar: TensorScalar>(
  features: Tensor<Scalar>, captions: Tensor<Int>, parameters: CaptionerParameters<Scalar>,
  parts: CaptioningParts<Scalar>
) throws -> (loss: Scalar, gradients: CaptionerParameters<Scalar>) {
  try parameters.requireShapes(features: features, captions: captions)
  // TODO(A2.9): Loss of the captioner with all gradients
  throw Unimplemented("A2.9")
}
