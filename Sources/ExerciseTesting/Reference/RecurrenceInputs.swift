import Exercises
import GradientChecking
import Tensors

/// What a recurrent step or sequence is given, by name, for suites that try every input in turn.
///
/// Letters: N samples, T time steps, D input size, H hidden size, G = H for an RNN and 4H for an
/// LSTM; all of them different.
public struct RecurrenceInputs<Scalar: TensorScalar>: Sendable {
  /// `[N, D]` for a step and `[N, T, D]` for a sequence.
  public var x: Tensor<Scalar>
  /// `[N, H]`
  public var hidden, cell: Tensor<Scalar>
  /// `[D, G]`, `[H, G]`, `[G]`
  public var inputWeight, hiddenWeight, bias: Tensor<Scalar>
  /// Upstream gradients of the hidden states, `[N, H]` or `[N, T, H]`, and of the cell, `[N, H]`.
  public var upstream, cellUpstream: Tensor<Scalar>

  /// Random numbers that leave every gate away from saturation.
  /// - Parameter steps: T; nil for a single step.
  public init(
    random recurrentCell: RecurrentCell, steps: Int? = nil, samples: Int = 2, inputSize: Int = 4,
    hiddenSize: Int = 5, using generator: inout SeededGenerator
  ) {
    func tensor(_ shape: [Int], _ deviation: Scalar = 1) -> Tensor<Scalar> {
      .randomNormal(shape, standardDeviation: deviation, using: &generator)
    }
    let width = recurrentCell.blockCount * hiddenSize
    let time = steps.map { [$0] } ?? []
    x = tensor([samples] + time + [inputSize])
    hidden = tensor([samples, hiddenSize], 0.5)
    cell = tensor([samples, hiddenSize])
    inputWeight = tensor([inputSize, width], 0.4)
    hiddenWeight = tensor([hiddenSize, width], 0.4)
    bias = tensor([width], 0.4)
    upstream = tensor([samples] + time + [hiddenSize])
    cellUpstream = tensor([samples, hiddenSize])
  }

  /// The same with one of the inputs replaced.
  public func replacing(
    _ input: WritableKeyPath<Self, Tensor<Scalar>>, with value: Tensor<Scalar>
  ) -> Self {
    var inputs = self
    inputs[keyPath: input] = value
    return inputs
  }

  /// The same inputs in single precision.
  public var singlePrecision: RecurrenceInputs<Float> {
    var single = SeededGenerator(seed: 0)
    var inputs = RecurrenceInputs<Float>(random: .rnn, using: &single)
    inputs.x = x.cast(to: Float.self)
    inputs.hidden = hidden.cast(to: Float.self)
    inputs.cell = cell.cast(to: Float.self)
    inputs.inputWeight = inputWeight.cast(to: Float.self)
    inputs.hiddenWeight = hiddenWeight.cast(to: Float.self)
    inputs.bias = bias.cast(to: Float.self)
    inputs.upstream = upstream.cast(to: Float.self)
    inputs.cellUpstream = cellUpstream.cast(to: Float.self)
    return inputs
  }
}

/// The input of a pass and the gradient that a backward pass must give for it.
public struct Differentiated<Scalar: TensorScalar, Gradients> {
  public var name: String
  public var input: WritableKeyPath<RecurrenceInputs<Scalar>, Tensor<Scalar>>
  public var gradient: KeyPath<Gradients, Tensor<Scalar>>

  /// The gates of an LSTM along the last axis of its weights and bias; nil for other inputs.
  public var gates: Blocks? {
    ["inputWeight", "hiddenWeight", "bias"].contains(name)
      ? Blocks(axis: name == "bias" ? 0 : 1, names: ["i", "f", "o", "g"]) : nil
  }
}

extension RNNStepGradients {
  /// Every input of an RNN step with its gradient.
  public static var all: [Differentiated<Scalar, Self>] {
    [
      .init(name: "x", input: \.x, gradient: \.x),
      .init(name: "previousHidden", input: \.hidden, gradient: \.previousHidden),
      .init(name: "inputWeight", input: \.inputWeight, gradient: \.inputWeight),
      .init(name: "hiddenWeight", input: \.hiddenWeight, gradient: \.hiddenWeight),
      .init(name: "bias", input: \.bias, gradient: \.bias),
    ]
  }
}

extension LSTMStepGradients {
  /// Every input of an LSTM step with its gradient.
  public static var all: [Differentiated<Scalar, Self>] {
    [
      .init(name: "x", input: \.x, gradient: \.x),
      .init(name: "previousHidden", input: \.hidden, gradient: \.previousHidden),
      .init(name: "previousCell", input: \.cell, gradient: \.previousCell),
      .init(name: "inputWeight", input: \.inputWeight, gradient: \.inputWeight),
      .init(name: "hiddenWeight", input: \.hiddenWeight, gradient: \.hiddenWeight),
      .init(name: "bias", input: \.bias, gradient: \.bias),
    ]
  }
}

extension RecurrenceGradients {
  /// Every input of a recurrence over a sequence with its gradient.
  public static var all: [Differentiated<Scalar, Self>] {
    [
      .init(name: "x", input: \.x, gradient: \.x),
      .init(name: "initialHidden", input: \.hidden, gradient: \.initialHidden),
      .init(name: "inputWeight", input: \.inputWeight, gradient: \.inputWeight),
      .init(name: "hiddenWeight", input: \.hiddenWeight, gradient: \.hiddenWeight),
      .init(name: "bias", input: \.bias, gradient: \.bias),
    ]
  }
}
