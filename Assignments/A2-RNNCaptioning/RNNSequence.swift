import Exercises
import Tensors

// Letters: N samples, T time steps, D input size, H hidden size.

/// A recurrent network over whole sequences: the same step, with the same weights, T times.
///
/// - Parameters:
///   - x: The inputs of all steps, `[N, T, D]`.
///   - initialHidden: The hidden state h₀ before the first step, `[N, H]`.
///   - inputWeight: Wx, `[D, H]`.
///   - hiddenWeight: Wh, `[H, H]`.
///   - bias: b, `[H]`.
///   - step: One step forward, in the form of `rnnStepForward`: `(x, previousHidden, inputWeight,
///     hiddenWeight, bias)` to the hidden state and a cache.
/// - Returns: The hidden states h₁ … h_T, `[N, T, H]`, and the caches of all steps in their order.
/// - Throws: `TensorError` when the shapes do not fit one another, and what `step` throws.
public func rnnForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, initialHidden: Tensor<Scalar>, inputWeight: Tensor<Scalar>,
  hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>,
  step: (
    Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>
  ) throws -> (hidden: Tensor<Scalar>, cache: RNNStepCache<Scalar>)
) throws -> (hidden: Tensor<Scalar>, caches: [RNNStepCache<Scalar>]) {
  try requireRecurrenceShapes(
    .rnn, x: x, hidden: initialHidden, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
    bias: bias, isSequence: true)
  // TODO(A2.3): RNN over a sequence, forward
  throw Unimplemented("A2.3")
}

/// Backpropagation through time: from the last step to the first.
///
/// The hidden state of a step acts on the loss twice, directly (`upstream`) and through the next
/// step; both gradients add up. All steps share their weights, so the weights' gradients add up
/// over time.
///
/// Source: Werbos, "Backpropagation through time: what it does and how to do it", 1990,
/// DOI 10.1109/5.58337.
///
/// - Parameters:
///   - upstream: The gradient of the loss with respect to every hidden state, `[N, T, H]`.
///   - caches: What `rnnForward` kept, one for each step.
///   - step: One step backward, in the form of `rnnStepBackward`: `(upstream, cache)` to gradients.
/// - Returns: The gradient with respect to each input of `rnnForward`.
/// - Throws: `TensorError` when `upstream` has not the shape of the hidden states, and what `step`
///   throws.
public func rnnBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, caches: [RNNStepCache<Scalar>],
  step: (Tensor<Scalar>, RNNStepCache<Scalar>) throws -> RNNStepGradients<Scalar>
) throws -> RecurrenceGradients<Scalar> {
  guard let last = caches.last else {
    throw TensorError("caches", shapes: [upstream.shape], reason: "expected one for each step")
  }
  let (n, h) = (last.hidden.shape[0], last.hidden.shape[1])
  try upstream.requireShape([n, caches.count, h], "upstream")
  // TODO(A2.4): RNN over a sequence, backward through time
  throw Unimplemented("A2.4")
}
