import Tensors

/// All that is known about a wrong gradient: what a diagnosis is made from.
///
/// Letters: a function has O output numbers (all outputs, flattened one after the other), and the
/// input in question has I numbers.
public struct Evidence {
  /// The input whose gradient is wrong.
  public var name: String
  /// What the backward pass returned; of the input's shape or of another.
  public var analytic: Tensor<Double>
  /// What it should have returned.
  public var numeric: Tensor<Double>
  /// Where the two may be compared: false at kinks and where the differences are inaccurate.
  public var comparable: Tensor<Bool>
  /// How far each number of `numeric` may be off.
  public var errorBars: Tensor<Double>
  public var inputs: NamedTensors<Double>
  public var outputs: NamedTensors<Double>
  /// The upstream gradients, by the outputs' names.
  public var upstream: NamedTensors<Double>
  /// The right gradients with respect to the other inputs, as far as they are known, by name.
  public var otherGradients: [String: Tensor<Double>] = [:]
  /// The derivative of every output number by every number of the input, `[O, I]`; nil where it
  /// would be too large. `gradient(upstream:)` is what it is for.
  public var jacobian: Tensor<Double>?
  /// The backward pass at the same inputs with other upstream gradients; nil where only its result
  /// is known.
  public var backward: ((NamedTensors<Double>) throws -> Tensor<Double>)?
  /// The forward pass, to try it at other inputs; nil where it is not at hand.
  public var forward: ((NamedTensors<Double>) throws -> NamedTensors<Double>)?
  /// The inputs of the forward pass that ran before the one in question.
  public var earlierInputs: NamedTensors<Double>?
  /// What blocks of equal width along an axis of the input mean, such as the gates of an LSTM.
  public var blocks: Blocks?

  public init(
    name: String, analytic: Tensor<Double>, numeric: Tensor<Double>, comparable: Tensor<Bool>,
    errorBars: Tensor<Double>, inputs: NamedTensors<Double>, outputs: NamedTensors<Double>,
    upstream: NamedTensors<Double>
  ) {
    (self.name, self.analytic, self.numeric) = (name, analytic, numeric)
    (self.comparable, self.errorBars) = (comparable, errorBars)
    (self.inputs, self.outputs, self.upstream) = (inputs, outputs, upstream)
  }

  /// The right gradient for other upstream gradients, `[O]`, as given by the Jacobian; nil without.
  public func gradient(upstream: [Double]) -> Tensor<Double>? {
    guard let jacobian, upstream.count == jacobian.shape[0] else { return nil }
    return try? Tensor(upstream, shape: [1, upstream.count]).matrixMultiplied(by: jacobian)
      .reshaped(numeric.shape)
  }
}

/// The names of equal blocks along an axis: the columns of an LSTM's weights are `i, f, o, g`.
public struct Blocks: Sendable, Equatable {
  public var axis: Int
  public var names: [String]

  public init(axis: Int, names: [String]) { (self.axis, self.names) = (axis, names) }
}
