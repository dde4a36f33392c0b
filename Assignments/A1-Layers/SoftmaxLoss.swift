import Exercises
import Tensors

// Letters: N samples, C classes.

/// The cross-entropy of softmax probabilities, and its gradient by the logits:
/// `loss = −1/N·Σₙ log p[n, labels[n]]` with `p[n, c] = e^z[n, c] / Σₖ e^z[n, k]`,
/// `dz = (p − one-hot(labels)) / N`.
///
/// Right for logits of any size: `log p = z − log Σ eᶻ`, in which nothing overflows and no
/// logarithm of zero is taken.
///
/// Source: Goodfellow, Bengio, Courville, "Deep Learning", 2016, section 6.2.2.3.
///
/// - Parameters:
///   - logits: z, `[N, C]` with N at least 1.
///   - labels: The right class of each sample, `[N]`, from `0..<C`.
/// - Returns: The loss, its mean over the minibatch, and its gradient dz by the logits, `[N, C]`.
/// - Throws: `TensorError` when the shapes do not fit one another, for no samples, and for a label
///   outside `0..<C`.
public func softmaxLoss<Scalar: TensorScalar>(
  _ logits: Tensor<Scalar>, labels: Tensor<Int>
) throws -> (loss: Scalar, gradient: Tensor<Scalar>) {
  try logits.requireShape([nil, nil], "logits")
  try requirePositive(logits.shape[0], "number of samples")
  try labels.requireShape([logits.shape[0]], "labels")
  try requireIndices(labels, below: logits.shape[1], "labels")
  // TODO(A1.4): Softmax cross-entropy loss and its gradient
  throw Unimplemented("A1.4")
}
