import Exercises
import Tensors

// Letters: N samples, T time steps, D input size, M output size.

/// What the backward pass of a temporal affine layer needs from its forward pass.
public struct TemporalAffineCache<Scalar: TensorScalar>: Sendable {
  /// The inputs: x `[N, T, D]`, weight `[D, M]`.
  public var x, weight: Tensor<Scalar>

  public init(x: Tensor<Scalar>, weight: Tensor<Scalar>) {
    (self.x, self.weight) = (x, weight)
  }
}

/// The same affine layer at every time step: `y[n, t] = x[n, t]·W + b`.
///
/// - Parameters:
///   - x: `[N, T, D]`
///   - weight: W, `[D, M]`.
///   - bias: b, `[M]`.
/// - Returns: y, `[N, T, M]`, and what the backward pass needs.
/// - Throws: `TensorError` when the shapes do not fit one another.
public func temporalAffineForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>
) throws -> (output: Tensor<Scalar>, cache: TemporalAffineCache<Scalar>) {
  try x.requireShape([nil, nil, nil], "x")
  try weight.requireShape([x.shape[2], nil], "weight")
  try bias.requireShape([weight.shape[1]], "bias")
  // TODO(A2.7): Temporal affine layer, forward and backward
  throw Unimplemented("A2.7")
}

/// The backward pass of the temporal affine layer.
///
/// A sequence is nothing special to it: with samples and time steps as N·T rows it is an affine
/// layer, `dx = dy·Wᵀ`, `dW = xᵀ·dy`, `db = Σ dy` over all rows.
///
/// - Parameters:
///   - upstream: The gradient dy of the loss with respect to the output, `[N, T, M]`.
///   - cache: What `temporalAffineForward` kept.
/// - Returns: The gradients with respect to x, weight and bias.
/// - Throws: `TensorError` when `upstream` has not the shape of the output.
public func temporalAffineBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: TemporalAffineCache<Scalar>
) throws -> AffineGradients<Scalar> {
  let (n, t) = (cache.x.shape[0], cache.x.shape[1])
  try upstream.requireShape([n, t, cache.weight.shape[1]], "upstream")
  // TODO(A2.7): Temporal affine layer, forward and backward
  throw Unimplemented("A2.7")
}
