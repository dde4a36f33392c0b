import Exercises
import Tensors

// Letters: N samples, T time steps, D input size, H hidden size.

/// A long short-term memory over whole sequences, from the cell state `c₀ = 0` on.
///
/// - Parameters:
///   - x: The inputs of all steps, `[N, T, D]`.
///   - initialHidden: The hidden state h₀ before the first step, `[N, H]`.
///   - inputWeight: Wx, `[D, 4H]`.
///   - hiddenWeight: Wh, `[H, 4H]`.
///   - bias: b, `[4H]`.
///   - step: One step forward, in the form of `lstmStepForward`: `(x, previousHidden, previousCell,
///     inputWeight, hiddenWeight, bias)` to the hidden state, the cell state and a cache.
/// - Returns: The hidden states h₁ … h_T, `[N, T, H]`, and the caches of all steps in their order.
///   The cell states stay inside.
/// - Throws: `TensorError` when the shapes do not fit one another, and what `step` throws.
public func lstmForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, initialHidden: Tensor<Scalar>, inputWeight: Tensor<Scalar>,
  hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>,
  step: (
    Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>
  ) throws -> (hidden: Tensor<Scalar>, cell: Tensor<Scalar>, cache: LSTMStepCache<Scalar>)
) throws -> (hidden: Tensor<Scalar>, caches: [LSTMStepCache<Scalar>]) {
  try requireRecurrenceShapes(
    .lstm, x: x, hidden: initialHidden, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
    bias: bias, isSequence: true)
  // TODO(A3.3): LSTM over a sequence, forward
  throw Unimplemented("A3.3")
}

/// Backpropagation through time, with two gradients that travel back: of the hidden state and of the
/// cell state.
///
/// - Parameters:
///   - upstream: The gradient of the loss with respect to every hidden state, `[N, T, H]`. The loss
///     does not see the cell states.
///   - caches: What `lstmForward` kept, one for each step.
///   - step: One step backward, in the form of `lstmStepBackward`: `(hiddenUpstream, cellUpstream,
///     cache)` to gradients.
/// - Returns: The gradient with respect to each input of `lstmForward`.
/// - Throws: `TensorError` when `upstream` has not the shape of the hidden states, and what `step`
///   throws.
public func lstmBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, caches: [LSTMStepCache<Scalar>],
  step: (
    Tensor<Scalar>, Tensor<Scalar>, LSTMStepCache<Scalar>
  ) throws -> LSTMStepGradients<Scalar>
) throws -> RecurrenceGradients<Scalar> {
  guard let last = caches.last else {
    throw TensorError("caches", shapes: [upstream.shape], reason: "expected one for each step")
  }
  let (n, h) = (last.cell.shape[0], last.cell.shape[1])
  try upstream.requireShape([n, caches.count, h], "upstream")
  // TODO(A3.4): LSTM over a sequence, backward
  throw Unimplemented("A3.4")
}
