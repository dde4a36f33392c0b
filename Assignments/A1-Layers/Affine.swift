import Exercises
import Tensors

// Letters: N samples, D = D₁·D₂·… numbers in a sample, M outputs.

/// What the backward pass of an affine layer needs from its forward pass.
public struct AffineCache<Scalar: TensorScalar>: Sendable {
  /// The inputs: x `[N, D₁, D₂, …]`, weight `[D, M]`.
  public var x, weight: Tensor<Scalar>

  public init(x: Tensor<Scalar>, weight: Tensor<Scalar>) {
    (self.x, self.weight) = (x, weight)
  }
}

/// An affine (fully connected) layer: `y = x·W + b`, each sample of x read as one row of D numbers.
///
/// - Parameters:
///   - x: A minibatch, `[N, D₁, D₂, …]`.
///   - weight: W, `[D, M]` with D = D₁·D₂·…
///   - bias: b, `[M]`.
/// - Returns: y, `[N, M]`, and what the backward pass needs.
/// - Throws: `TensorError` when the shapes do not fit one another.
public func affineForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>
) throws -> (output: Tensor<Scalar>, cache: AffineCache<Scalar>) {
  guard x.rank >= 2 else {
    throw TensorError("x", shapes: [x.shape], reason: "expected at least two axes, [N, D…]")
  }
  try weight.requireShape([x.shape.dropFirst().reduce(1, *), nil], "weight")
  try bias.requireShape([weight.shape[1]], "bias")
  // TODO(A1.1): Affine layer, forward
  throw Unimplemented("A1.1")
}

/// The backward pass of the affine layer: `dx = dy·Wᵀ`, `dW = xᵀ·dy`, `db = Σₙ dy`.
///
/// - Parameters:
///   - upstream: The gradient dy of the loss with respect to y, `[N, M]`.
///   - cache: What `affineForward` kept.
/// - Returns: The gradients with respect to x, weight and bias, each shaped as what it
///   differentiates; that of x has all of x's axes again.
/// - Throws: `TensorError` when `upstream` has not the shape of y.
public func affineBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: AffineCache<Scalar>
) throws -> AffineGradients<Scalar> {
  try upstream.requireShape([cache.x.shape[0], cache.weight.shape[1]], "upstream")
  // TODO(A1.2): Affine layer, backward
  throw Unimplemented("A1.2")
}
