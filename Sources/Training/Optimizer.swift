import Tensors

/// A rule that moves parameters against their gradients and remembers what it needs of earlier
/// steps, for each parameter by its name.
public protocol Optimizer<Scalar> {
  associatedtype Scalar: TensorScalar

  /// How far a step goes; may be changed between steps.
  var learningRate: Scalar { get set }

  /// Moves `parameter` one step in place. Shapes: both equal.
  /// - Parameter name: Tells parameters apart whose steps are to be remembered separately.
  /// - Throws: `TensorError` when the gradient is not shaped as the parameter, or the parameter not
  ///   as in the step before.
  mutating func update(
    _ parameter: inout Tensor<Scalar>, gradient: Tensor<Scalar>, name: String) throws
}

extension Optimizer {
  /// Moves the only parameter there is.
  public mutating func update(_ parameter: inout Tensor<Scalar>, gradient: Tensor<Scalar>) throws {
    try update(&parameter, gradient: gradient, name: "")
  }
}

/// Gradient descent with momentum: `v = μv − ηg`, `x += v`.
///
/// Source: Sutskever et al., "On the importance of initialization and momentum in deep learning",
/// ICML 2013, equations 1 and 2.
public struct Momentum<Scalar: TensorScalar>: Optimizer, Sendable {
  public var learningRate: Scalar
  public let momentum: Scalar
  private var velocities: [String: Tensor<Scalar>] = [:]

  /// - Parameters:
  ///   - learningRate: The length of a step, η.
  ///   - momentum: The share of a step that is made again in the next, μ, from `0..<1`.
  public init(learningRate: Scalar = 1e-2, momentum: Scalar = 0.9) {
    (self.learningRate, self.momentum) = (learningRate, momentum)
  }

  public mutating func update(
    _ parameter: inout Tensor<Scalar>, gradient: Tensor<Scalar>, name: String
  ) throws {
    try requireShapes(parameter, gradient, remembered: velocities[name]?.shape, name)
    momentumStep(
      &parameter, gradient, &velocities[name, default: .zeros(like: gradient)],
      rate: learningRate, momentum: momentum)
  }
}

/// RMSProp: each element's step is divided by the root of a running mean of its squared gradient:
/// `s = ρs + (1−ρ)g²`, `x −= η·g/(√s + ε)`.
///
/// Source: Tieleman, Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012.
public struct RMSProp<Scalar: TensorScalar>: Optimizer, Sendable {
  public var learningRate: Scalar
  public let decay, epsilon: Scalar
  private var meanSquares: [String: Tensor<Scalar>] = [:]

  /// - Parameters:
  ///   - learningRate: The length of a step, η.
  ///   - decay: Of the mean square, ρ, from `0..<1`.
  ///   - epsilon: Added to the root, so that it never vanishes.
  public init(learningRate: Scalar = 1e-2, decay: Scalar = 0.99, epsilon: Scalar = 1e-8) {
    (self.learningRate, self.decay, self.epsilon) = (learningRate, decay, epsilon)
  }

  public mutating func update(
    _ parameter: inout Tensor<Scalar>, gradient: Tensor<Scalar>, name: String
  ) throws {
    try requireShapes(parameter, gradient, remembered: meanSquares[name]?.shape, name)
    rmsPropStep(
      &parameter, gradient, &meanSquares[name, default: .zeros(like: gradient)],
      rate: learningRate, decay: decay, epsilon: epsilon)
  }
}

/// Adam: running means of the gradient and of its square, both corrected for their start at zero:
/// `m = β₁m + (1−β₁)g`, `v = β₂v + (1−β₂)g²`, `x −= η·m̂/(√v̂ + ε)` with `m̂ = m/(1−β₁ᵗ)` and
/// `v̂ = v/(1−β₂ᵗ)` at step t.
///
/// Source: Kingma, Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, arXiv 1412.6980.
public struct Adam<Scalar: TensorScalar>: Optimizer, Sendable {
  public var learningRate: Scalar
  public let beta1, beta2, epsilon: Scalar
  var moments: [String: AdamMoments<Scalar>] = [:]

  /// - Parameters:
  ///   - learningRate: The length of a step, η.
  ///   - beta1: Decay of the mean, from `0..<1`.
  ///   - beta2: Decay of the mean square, from `0..<1`.
  ///   - epsilon: Added to the root of the mean square, so that it never vanishes.
  public init(
    learningRate: Scalar = 1e-3, beta1: Scalar = 0.9, beta2: Scalar = 0.999, epsilon: Scalar = 1e-8
  ) {
    self.learningRate = learningRate
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
  }

  public mutating func update(
    _ parameter: inout Tensor<Scalar>, gradient: Tensor<Scalar>, name: String
  ) throws {
    try requireShapes(parameter, gradient, remembered: moments[name]?.mean.shape, name)
    adamStep(
      &parameter, gradient, &moments[name, default: AdamMoments(like: gradient)],
      rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
  }
}

private func requireShapes<Scalar: TensorScalar>(
  _ parameter: Tensor<Scalar>, _ gradient: Tensor<Scalar>, remembered: [Int]?, _ name: String
) throws {
  let label = name.isEmpty ? "" : " of \(name)"
  try gradient.requireShape(parameter.shape, "gradient" + label)
  if let remembered { try parameter.requireShape(remembered, "parameter" + label) }
}
