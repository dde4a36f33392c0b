import Exercises
import Tensors

/// What the backward pass of dropout needs from its forward pass.
public struct DropoutCache<Scalar: TensorScalar>: Sendable {
  /// What each input was multiplied by: 0 where it was dropped, `1 / keepProbability` where it was
  /// kept; shaped as x.
  public var mask: Tensor<Scalar>

  public init(mask: Tensor<Scalar>) { self.mask = mask }
}

/// Inverted dropout while training: each input is kept with probability p and then divided by p,
/// or else set to 0, so that the output is x on average: `y = x∘m`, m = 1/p or 0.
///
/// The kept inputs are those where `Tensor<Bool>.random(x.shape, probability: p, using: &generator)`
/// is true: the same generator gives the same mask.
///
/// Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
/// JMLR 15, 2014, section 10 for the division while training.
///
/// - Parameters:
///   - x: A tensor of any shape.
///   - keepProbability: p, above 0 and at most 1.
///   - generator: Draws the mask, one number for each input.
/// - Returns: y, shaped as x, and what the backward pass needs.
/// - Throws: `TensorError` for a probability outside its range.
public func dropoutForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, keepProbability: Double, using generator: inout SeededGenerator
) throws -> (output: Tensor<Scalar>, cache: DropoutCache<Scalar>) {
  guard keepProbability > 0, keepProbability <= 1 else {
    throw TensorError(
      "keepProbability", shapes: [],
      reason: "expected a number above 0 and at most 1, not \(keepProbability)")
  }
  // TODO(A1.8): Dropout, forward and backward
  throw Unimplemented("A1.8")
}

/// Dropout when the network is used: y in training is x on average, so here it is x.
///
/// - Parameter x: A tensor of any shape.
/// - Returns: y, shaped as x.
/// - Throws: Nothing, once it is written.
public func dropoutInference<Scalar: TensorScalar>(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
  // TODO(A1.8): Dropout, forward and backward
  throw Unimplemented("A1.8")
}

/// The backward pass of dropout: for the mask at hand the layer is `y = x∘m`, so `dx = dy∘m`.
///
/// - Parameters:
///   - upstream: The gradient dy of the loss with respect to y, shaped as x.
///   - cache: What `dropoutForward` kept.
/// - Returns: The gradient with respect to x.
/// - Throws: `TensorError` when `upstream` has not the shape of x.
public func dropoutBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: DropoutCache<Scalar>
) throws -> Tensor<Scalar> {
  try upstream.requireShape(cache.mask.shape, "upstream")
  // TODO(A1.8): Dropout, forward and backward
  throw Unimplemented("A1.8")
}
