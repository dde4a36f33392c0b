import Exercises
import Tensors

/// The cross-entropy loss of a word at every time step, where the mask is true; summed over time,
/// averaged over the minibatch.
///
/// `loss = 1/N · Σ mask[n, t] · (log Σᵥ exp logits[n, t, v] − logits[n, t, targets[n, t]])`
///
/// Letters: N samples, T time steps, V vocabulary size.
///
/// Captions differ in length and are filled up with `<NULL>`; the mask takes those places out.
/// It stays finite for logits of any size, since `log Σ eˣ` is calculated with the largest x taken
/// out first.
///
/// - Parameters:
///   - logits: A score for each word, `[N, T, V]`.
///   - targets: The right words, each from `0..<V`, `[N, T]`.
///   - mask: Which places count, `[N, T]`.
/// - Returns: The loss and its gradient with respect to the logits, `[N, T, V]`.
/// - Throws: `TensorError` when the shapes do not fit one another, or a target is not in `0..<V`.
public func temporalSoftmaxLoss<Scalar: TensorScalar>(
  _ logits: Tensor<Scalar>, targets: Tensor<Int>, mask: Tensor<Bool>
) throws -> (loss: Scalar, gradient: Tensor<Scalar>) {
  try logits.requireShape([nil, nil, nil], "logits")
  try targets.requireShape(Array(logits.shape.dropLast()), "targets")
  try mask.requireShape(targets.shape, "mask")
  try requireIndices(targets, below: logits.shape[2], "targets")
  // TODO(A2.8): Temporal softmax loss with a mask
  throw Unimplemented("A2.8")
}
