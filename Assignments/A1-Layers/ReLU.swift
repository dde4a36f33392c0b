import Exercises
import Tensors

/// What the backward pass of a ReLU needs from its forward pass.
public struct ReLUCache<Scalar: TensorScalar>: Sendable {
  /// The input, of any shape.
  public var x: Tensor<Scalar>

  public init(x: Tensor<Scalar>) { self.x = x }
}

/// The rectified linear unit: `y = max(0, x)`, element by element.
///
/// Source: Nair, Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010.
///
/// - Parameter x: A tensor of any shape.
/// - Returns: y, shaped as x, and what the backward pass needs.
/// - Throws: Nothing, once it is written.
public func reluForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>
) throws -> (output: Tensor<Scalar>, cache: ReLUCache<Scalar>) {
  // TODO(A1.3): ReLU, forward and backward
  throw Unimplemented("A1.3")
}

/// The backward pass of the ReLU: the gradient passes where x was positive and stops elsewhere.
///
/// At x = 0 there is no derivative; the layer takes 0 there.
///
/// - Parameters:
///   - upstream: The gradient of the loss with respect to y, shaped as x.
///   - cache: What `reluForward` kept.
/// - Returns: The gradient with respect to x.
/// - Throws: `TensorError` when `upstream` has not the shape of x.
public func reluBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: ReLUCache<Scalar>
) throws -> Tensor<Scalar> {
  try upstream.requireShape(cache.x.shape, "upstream")
  // TODO(A1.3): ReLU, forward and backward
  throw Unimplemented("A1.3")
}
