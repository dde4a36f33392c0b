import Exercises
import Tensors

// An update rule takes a parameter x, the gradient g of the loss by it and what it remembers of
// earlier steps, and returns all that anew. Everything has the shape of x; η is the learning rate.

/// Gradient descent with momentum: `v = μ·v − η·g`, `x = x + v`. It begins with v = 0.
///
/// Source: Sutskever et al., "On the importance of initialization and momentum in deep learning",
/// ICML 2013, equations 1 and 2.
///
/// - Parameters:
///   - parameter: x, of any shape.
///   - gradient: g.
///   - velocity: v, the step before this one.
///   - learningRate: η, above 0.
///   - momentum: The share μ of a step that is made again in the next, from `0..<1`.
/// - Returns: The new x and the new v.
/// - Throws: `TensorError` when the shapes are not all equal.
public func momentumUpdate<Scalar: TensorScalar>(
  _ parameter: Tensor<Scalar>, gradient: Tensor<Scalar>, velocity: Tensor<Scalar>,
  learningRate: Scalar = 1e-2, momentum: Scalar = 0.9
) throws -> (parameter: Tensor<Scalar>, velocity: Tensor<Scalar>) {
  try gradient.requireShape(parameter.shape, "gradient")
  try velocity.requireShape(parameter.shape, "velocity")
  // TODO(A1.13): Gradient descent with momentum
  throw Unimplemented("A1.13")
}

/// RMSProp: each number's step is divided by the root of a running mean of its squared gradient.
/// `s = ρ·s + (1 − ρ)·g²`, `x = x − η·g / (√s + ε)`. It begins with s = 0.
///
/// Source: Tieleman, Hinton, "Neural networks for machine learning", lecture 6.5, 2012.
///
/// - Parameters:
///   - parameter: x, of any shape.
///   - gradient: g.
///   - meanSquare: s.
///   - learningRate: η, above 0.
///   - decay: The share ρ of the old mean square in the new one, from `0..<1`.
///   - epsilon: ε, added to the root so that it never vanishes.
/// - Returns: The new x and the new s.
/// - Throws: `TensorError` when the shapes are not all equal.
public func rmsPropUpdate<Scalar: TensorScalar>(
  _ parameter: Tensor<Scalar>, gradient: Tensor<Scalar>, meanSquare: Tensor<Scalar>,
  learningRate: Scalar = 1e-2, decay: Scalar = 0.99, epsilon: Scalar = 1e-8
) throws -> (parameter: Tensor<Scalar>, meanSquare: Tensor<Scalar>) {
  try gradient.requireShape(parameter.shape, "gradient")
  try meanSquare.requireShape(parameter.shape, "meanSquare")
  // TODO(A1.14): RMSProp
  throw Unimplemented("A1.14")
}

/// What Adam remembers of one parameter.
public struct AdamState<Scalar: TensorScalar>: Equatable, Sendable {
  /// The running means m of the gradient and v of its square.
  public var mean, meanSquare: Tensor<Scalar>
  /// How many steps were made, t.
  public var stepCount: Int

  public init(mean: Tensor<Scalar>, meanSquare: Tensor<Scalar>, stepCount: Int) {
    (self.mean, self.meanSquare, self.stepCount) = (mean, meanSquare, stepCount)
  }

  /// Before the first step: zeros of the given shape.
  public init(shape: [Int]) {
    self.init(mean: .zeros(shape), meanSquare: .zeros(shape), stepCount: 0)
  }
}

/// Adam: the step is a running mean of the gradient, divided by the root of one of its square.
/// `t = t + 1`, `m = β₁·m + (1 − β₁)·g`, `v = β₂·v + (1 − β₂)·g²`,
/// `x = x − η·m̂ / (√v̂ + ε)` with `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)`.
///
/// Both means begin at 0 and are too small at first; the hats correct that.
///
/// Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv 1412.6980,
/// algorithm 1.
///
/// - Parameters:
///   - parameter: x, of any shape.
///   - gradient: g.
///   - state: m, v and t after the step before this one.
///   - learningRate: η, above 0.
///   - beta1: β₁, from `0..<1`.
///   - beta2: β₂, from `0..<1`.
///   - epsilon: ε, added to the root so that it never vanishes.
/// - Returns: The new x and the new state.
/// - Throws: `TensorError` when the shapes are not all equal.
public func adamUpdate<Scalar: TensorScalar>(
  _ parameter: Tensor<Scalar>, gradient: Tensor<Scalar>, state: AdamState<Scalar>,
  learningRate: Scalar = 1e-3, beta1: Scalar = 0.9, beta2: Scalar = 0.999, epsilon: Scalar = 1e-8
) throws -> (parameter: Tensor<Scalar>, state: AdamState<Scalar>) {
  try gradient.requireShape(parameter.shape, "gradient")
  try state.mean.requireShape(parameter.shape, "state.mean")
  try state.meanSquare.requireShape(parameter.shape, "state.meanSquare")
  // TODO(A1.15): Adam
  throw Unimplemented("A1.15")
}
