import Tensors

/// The gradients of an affine layer `y = x·W + b`, each shaped as what it differentiates.
public struct AffineGradients<Scalar: TensorScalar>: Sendable {
  public var x, weight, bias: Tensor<Scalar>

  public init(x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>) {
    (self.x, self.weight, self.bias) = (x, weight, bias)
  }
}

/// The gradients of a normalising layer `y = γ∘x̂ + β`, each shaped as what it differentiates.
public struct NormalizationGradients<Scalar: TensorScalar>: Sendable {
  /// By x, by the scale γ and by the shift β.
  public var x, scale, shift: Tensor<Scalar>

  public init(x: Tensor<Scalar>, scale: Tensor<Scalar>, shift: Tensor<Scalar>) {
    (self.x, self.scale, self.shift) = (x, scale, shift)
  }
}

/// The layers that a fully connected network is assembled from. Each forward pass returns its output
/// together with its backward pass, a function from the upstream gradient to the gradients of its
/// inputs.
///
/// A network takes its parts as an argument, so that it can be judged with parts that are right
/// while a student's own are still being written, and run with the student's own afterwards.
/// Letters: N samples, D inputs, M outputs, C classes.
public struct LayerParts<Scalar: TensorScalar>: Sendable {
  /// `(x, weight, bias)` to the output and its backward pass.
  public typealias Affine =
    @Sendable (Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>) throws -> (
      output: Tensor<Scalar>, backward: (Tensor<Scalar>) throws -> AffineGradients<Scalar>
    )
  /// `x` to the output and its backward pass, all of one shape.
  public typealias Activation =
    @Sendable (Tensor<Scalar>) throws -> (
      output: Tensor<Scalar>, backward: (Tensor<Scalar>) throws -> Tensor<Scalar>
    )
  /// `(logits, labels)` to the loss and its gradient by the logits.
  public typealias SoftmaxLoss =
    @Sendable (Tensor<Scalar>, Tensor<Int>) throws -> (loss: Scalar, gradient: Tensor<Scalar>)

  /// `x·W + b`: x `[N, D]`, weight `[D, M]`, bias `[M]`, output `[N, M]`.
  public var affine: Affine
  /// `max(0, x)`, or what is to stand in its place.
  public var relu: Activation
  /// The loss of logits `[N, C]` against labels `[N]`, averaged over N.
  public var softmaxLoss: SoftmaxLoss

  public init(
    affine: @escaping Affine, relu: @escaping Activation, softmaxLoss: @escaping SoftmaxLoss
  ) {
    (self.affine, self.relu, self.softmaxLoss) = (affine, relu, softmaxLoss)
  }
}

/// All that a fully connected network learns, or the gradients of a loss by all of it.
///
/// Layer l maps the Dₗ outputs of the layer before it to Dₗ₊₁: `weights[l]` is `[Dₗ, Dₗ₊₁]`,
/// `biases[l]` is `[Dₗ₊₁]`. D₀ is the size of a sample, the last size the number of classes.
public struct FullyConnectedParameters<Scalar: TensorScalar>: Equatable, Sendable {
  public var weights, biases: [Tensor<Scalar>]

  public init(weights: [Tensor<Scalar>], biases: [Tensor<Scalar>]) {
    (self.weights, self.biases) = (weights, biases)
  }

  /// Initial values: weights normal·√(2 / Dₗ), which keeps the size of what passes through a ReLU
  /// layer, biases zero.
  ///
  /// Source: He et al., "Delving deep into rectifiers", ICCV 2015, arXiv 1502.01852, equation 10.
  ///
  /// - Parameter sizes: D₀, D₁, … and the number of classes.
  public init(sizes: [Int], using generator: inout SeededGenerator) {
    self.init(weights: [], biases: [])
    for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
      weights.append(
        .randomNormal(
          [inputs, outputs], standardDeviation: (2 / Scalar(inputs)).squareRoot(),
          using: &generator))
      biases.append(.zeros([outputs]))
    }
  }

  /// Throws unless there is at least one layer, and all layers fit one another, the samples
  /// `[N, D₀]` with N at least 1, and the labels `[N]`, each from 0 to the number of classes − 1.
  ///
  /// - Throws: `TensorError` for the first that does not fit.
  public func requireShapes(x: Tensor<Scalar>, labels: Tensor<Int>) throws {
    try requirePositive(weights.count, "number of layers")
    guard biases.count == weights.count else {
      throw TensorError(
        "biases", shapes: biases.map(\.shape),
        reason: "expected one for each of \(weights.count) weights, not \(biases.count)")
    }
    try x.requireShape([nil, nil], "x")
    var size = x.shape[1]
    for (layer, (weight, bias)) in zip(weights, biases).enumerated() {
      try weight.requireShape([size, nil], "weights[\(layer)]")
      size = weight.shape[1]
      try bias.requireShape([size], "biases[\(layer)]")
    }
    try requirePositive(x.shape[0], "number of samples")
    try labels.requireShape([x.shape[0]], "labels")
    try requireIndices(labels, below: size, "labels")
  }
}

/// How many windows of `window` numbers lie within `size` numbers, their beginnings `stride` apart:
/// `⌊(size − window) / stride⌋ + 1`. What is left over at the end belongs to no window.
/// - Throws: `TensorError` when not a single one fits, and for a window or stride below 1.
public func windowCount(_ window: Int, in size: Int, stride: Int) throws -> Int {
  try requirePositive(window, "window")
  try requirePositive(stride, "stride")
  guard window <= size else {
    throw TensorError(
      "window", shapes: [],
      reason: "a window of \(window) does not fit into \(size), padding included")
  }
  return (size - window) / stride + 1
}
