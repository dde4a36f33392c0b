import Exercises
import Tensors

// Letters: N samples, D input size, H hidden size.

/// One step of a long short-term memory.
///
/// `a = x·Wx + h₋·Wh + b`, `[N, 4H]`, in blocks of width H in the order i, f, o, g;
/// `i, f, o = σ(a_i), σ(a_f), σ(a_o)`, `g = tanh(a_g)`;
/// `c = f∘c₋ + i∘g`, `h = o∘tanh(c)`.
///
/// Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997,
/// DOI 10.1162/neco.1997.9.8.1735; the forget gate f: Gers, Schmidhuber, Cummins, "Learning to
/// forget", 2000, DOI 10.1162/089976600300015015.
///
/// - Parameters:
///   - x: The input of this step, `[N, D]`.
///   - previousHidden: The hidden state h₋ before it, `[N, H]`.
///   - previousCell: The cell state c₋ before it, `[N, H]`.
///   - inputWeight: Wx, `[D, 4H]`.
///   - hiddenWeight: Wh, `[H, 4H]`.
///   - bias: b, `[4H]`.
/// - Returns: The hidden state h and the cell state c after the step, `[N, H]` each, and what the
///   backward pass needs.
/// - Throws: `TensorError` when the shapes do not fit one another.
public func lstmStepForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, previousHidden: Tensor<Scalar>, previousCell: Tensor<Scalar>,
  inputWeight: Tensor<Scalar>, hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>
) throws -> (hidden: Tensor<Scalar>, cell: Tensor<Scalar>, cache: LSTMStepCache<Scalar>) {
  try requireRecurrenceShapes(
    .lstm, x: x, hidden: previousHidden, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
    bias: bias)
  try previousCell.requireShape(previousHidden.shape, "previousCell")
  // TODO(A3.1): LSTM step, forward
  throw Unimplemented("A3.1")
}

/// The backward pass of one step.
///
/// The cell state acts on the loss in two ways: through the next step (`cellUpstream`) and through
/// this step's `h = o∘tanh(c)`. So `dc = cellUpstream + hiddenUpstream ∘ o ∘ (1 − tanh²(c))`, and
/// everything else follows from dc and the gradient of h.
///
/// - Parameters:
///   - hiddenUpstream: The gradient of the loss with respect to h, `[N, H]`.
///   - cellUpstream: The gradient of the loss with respect to c other than through h, `[N, H]`.
///   - cache: What `lstmStepForward` kept.
/// - Returns: The gradient with respect to each input of the step.
/// - Throws: `TensorError` when an upstream gradient has not the shape of h.
public func lstmStepBackward<Scalar: TensorScalar>(
  hiddenUpstream: Tensor<Scalar>, cellUpstream: Tensor<Scalar>, cache: LSTMStepCache<Scalar>
) throws -> LSTMStepGradients<Scalar> {
  try hiddenUpstream.requireShape(cache.cell.shape, "hiddenUpstream")
  try cellUpstream.requireShape(cache.cell.shape, "cellUpstream")
  // TODO(A3.2): LSTM step, backward
  throw Unimplemented("A3.2")
}
