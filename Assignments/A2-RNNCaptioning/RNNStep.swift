import Exercises
import Tensors

// Letters: N samples, D input size, H hidden size.

/// One step of a recurrent network: `h = tanh(x·Wx + h₋·Wh + b)`.
///
/// Source: Elman, "Finding structure in time", 1990, DOI 10.1207/s15516709cog1402_1.
///
/// - Parameters:
///   - x: The input of this step, `[N, D]`.
///   - previousHidden: The hidden state h₋ before it, `[N, H]`.
///   - inputWeight: Wx, `[D, H]`.
///   - hiddenWeight: Wh, `[H, H]`.
///   - bias: b, `[H]`.
/// - Returns: The hidden state h after the step, `[N, H]`, and what the backward pass needs.
/// - Throws: `TensorError` when the shapes do not fit one another.
public func rnnStepForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, previousHidden: Tensor<Scalar>, inputWeight: Tensor<Scalar>,
  hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>
) throws -> (hidden: Tensor<Scalar>, cache: RNNStepCache<Scalar>) {
  try requireRecurrenceShapes(
    .rnn, x: x, hidden: previousHidden, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
    bias: bias)
  // TODO(A2.1): RNN step, forward
  throw Unimplemented("A2.1")
}

/// The backward pass of one step.
///
/// With `a = x·Wx + h₋·Wh + b` and `tanh'(a) = 1 − tanh²(a) = 1 − h²`:
/// `da = upstream ∘ (1 − h²)`, then what an affine layer does, once for x and once for h₋.
///
/// - Parameters:
///   - upstream: The gradient of the loss with respect to h, `[N, H]`.
///   - cache: What `rnnStepForward` kept.
/// - Returns: The gradient with respect to each input of the step.
/// - Throws: `TensorError` when `upstream` has not the shape of h.
public func rnnStepBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: RNNStepCache<Scalar>
) throws -> RNNStepGradients<Scalar> {
  try upstream.requireShape(cache.hidden.shape, "upstream")
  // TODO(A2.2): RNN step, backward
  throw Unimplemented("A2.2")
}
