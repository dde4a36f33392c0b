import Tensors

// Letters: N samples, T time steps, D input size, H hidden size, G = H for an RNN and 4H for an
// LSTM, whose blocks stand in the order i, f, o, g.

/// What a recurrence carries from one word to the next.
public struct RecurrentState<Scalar: TensorScalar>: Sendable {
  /// `[N, H]`
  public var hidden: Tensor<Scalar>
  /// The LSTM's cell state, `[N, H]`; nil for an RNN, and for an LSTM before its first step, where
  /// the cell state is zero.
  public var cell: Tensor<Scalar>?

  public init(hidden: Tensor<Scalar>, cell: Tensor<Scalar>? = nil) {
    (self.hidden, self.cell) = (hidden, cell)
  }

  /// The states of some samples, in the order of their numbers, which may repeat.
  /// - Throws: `TensorError` for a number outside `0..<N`.
  public func gathering(_ samples: Tensor<Int>) throws -> RecurrentState {
    RecurrentState(hidden: try hidden.gathering(samples), cell: try cell?.gathering(samples))
  }
}

/// What the backward pass of an RNN step needs from its forward pass.
public struct RNNStepCache<Scalar: TensorScalar>: Sendable {
  /// The inputs: x `[N, D]`, previousHidden `[N, H]`, inputWeight `[D, H]`, hiddenWeight `[H, H]`.
  public var x, previousHidden, inputWeight, hiddenWeight: Tensor<Scalar>
  /// The output `[N, H]`.
  public var hidden: Tensor<Scalar>

  public init(
    x: Tensor<Scalar>, previousHidden: Tensor<Scalar>, inputWeight: Tensor<Scalar>,
    hiddenWeight: Tensor<Scalar>, hidden: Tensor<Scalar>
  ) {
    (self.x, self.previousHidden) = (x, previousHidden)
    (self.inputWeight, self.hiddenWeight, self.hidden) = (inputWeight, hiddenWeight, hidden)
  }
}

/// The gradients of an RNN step, each shaped as what it differentiates.
public struct RNNStepGradients<Scalar: TensorScalar>: Sendable {
  public var x, previousHidden, inputWeight, hiddenWeight, bias: Tensor<Scalar>

  public init(
    x: Tensor<Scalar>, previousHidden: Tensor<Scalar>, inputWeight: Tensor<Scalar>,
    hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>
  ) {
    (self.x, self.previousHidden) = (x, previousHidden)
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
  }
}

/// What the backward pass of an LSTM step needs from its forward pass.
public struct LSTMStepCache<Scalar: TensorScalar>: Sendable {
  /// The inputs: x `[N, D]`, previousHidden and previousCell `[N, H]`, inputWeight `[D, 4H]`,
  /// hiddenWeight `[H, 4H]`.
  public var x, previousHidden, previousCell, inputWeight, hiddenWeight: Tensor<Scalar>
  /// The gates i, f, o after the sigmoid and the candidate g after the tanh, `[N, H]` each.
  public var inputGate, forgetGate, outputGate, candidate: Tensor<Scalar>
  /// The new cell state c, `[N, H]`.
  public var cell: Tensor<Scalar>

  public init(
    x: Tensor<Scalar>, previousHidden: Tensor<Scalar>, previousCell: Tensor<Scalar>,
    inputWeight: Tensor<Scalar>, hiddenWeight: Tensor<Scalar>, inputGate: Tensor<Scalar>,
    forgetGate: Tensor<Scalar>, outputGate: Tensor<Scalar>, candidate: Tensor<Scalar>,
    cell: Tensor<Scalar>
  ) {
    (self.x, self.previousHidden, self.previousCell) = (x, previousHidden, previousCell)
    (self.inputWeight, self.hiddenWeight) = (inputWeight, hiddenWeight)
    (self.inputGate, self.forgetGate, self.outputGate) = (inputGate, forgetGate, outputGate)
    (self.candidate, self.cell) = (candidate, cell)
  }
}

/// The gradients of an LSTM step, each shaped as what it differentiates.
public struct LSTMStepGradients<Scalar: TensorScalar>: Sendable {
  public var x, previousHidden, previousCell, inputWeight, hiddenWeight, bias: Tensor<Scalar>

  public init(
    x: Tensor<Scalar>, previousHidden: Tensor<Scalar>, previousCell: Tensor<Scalar>,
    inputWeight: Tensor<Scalar>, hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>
  ) {
    (self.x, self.previousHidden, self.previousCell) = (x, previousHidden, previousCell)
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
  }
}

/// The gradients of a recurrence over a whole sequence, each shaped as what it differentiates.
public struct RecurrenceGradients<Scalar: TensorScalar>: Sendable {
  public var x, initialHidden, inputWeight, hiddenWeight, bias: Tensor<Scalar>

  public init(
    x: Tensor<Scalar>, initialHidden: Tensor<Scalar>, inputWeight: Tensor<Scalar>,
    hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>
  ) {
    (self.x, self.initialHidden) = (x, initialHidden)
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
  }
}

/// Throws unless x `[N, D]`, or `[N, T, D]` with T at least 1, hidden `[N, H]`, inputWeight `[D, G]`,
/// hiddenWeight `[H, G]` and bias `[G]` fit one another.
/// - Throws: `TensorError` for the first one that does not fit.
public func requireRecurrenceShapes<Scalar>(
  _ cell: RecurrentCell, x: Tensor<Scalar>, hidden: Tensor<Scalar>, inputWeight: Tensor<Scalar>,
  hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>, isSequence: Bool = false
) throws {
  try x.requireShape([Int?](repeating: nil, count: isSequence ? 3 : 2), "x")
  try hidden.requireShape([x.shape[0], nil], "hidden state")
  let (inputSize, hiddenSize) = (x.shape[x.rank - 1], hidden.shape[1])
  let width = cell.blockCount * hiddenSize
  try inputWeight.requireShape([inputSize, width], "inputWeight")
  try hiddenWeight.requireShape([hiddenSize, width], "hiddenWeight")
  try bias.requireShape([width], "bias")
  guard !isSequence || x.shape[1] > 0 else {
    throw TensorError("x", shapes: [x.shape], reason: "expected at least one time step")
  }
}
