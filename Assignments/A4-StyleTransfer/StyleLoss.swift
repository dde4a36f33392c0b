import Exercises
import Tensors

/// How far an image's Gram matrices are from those of the style picture:
/// `Σ over layers l of wₗ·Σ(Gₗ − Aₗ)²`, with normalised Gram matrices.
///
/// The gradient by G is `2wₗ·(Gₗ − Aₗ)`; the Gram matrix' backward pass takes it on to the features.
/// Source: Gatys, Ecker, Bethge, CVPR 2016, DOI 10.1109/CVPR.2016.265, equations 4 and 5, with the
/// normalisation inside the Gram matrix.
///
/// - Parameters:
///   - features: The image's features at each layer, `[N, Cₗ, Hₗ, Wₗ]`.
///   - targets: The style picture's Gram matrix A at each of these layers, `[N, Cₗ, Cₗ]`.
///   - weights: wₗ for each layer, not negative.
///   - parts: The Gram matrix and its backward pass.
/// - Returns: The loss, summed over layers, and its gradient by each layer's features.
/// - Throws: `TensorError` when the lists differ in length or a target does not fit its features.
public func styleLoss<Scalar: TensorScalar>(
  _ features: [Tensor<Scalar>], targets: [Tensor<Scalar>], weights: [Scalar],
  parts: GramParts<Scalar>
) throws -> (loss: Scalar, gradients: [Tensor<Scalar>]) {
  guard features.count == targets.count, features.count == weights.count else {
    throw TensorError(
      "styleLoss", shapes: [[features.count], [targets.count], [weights.count]],
      reason: "expected as many targets and weights as layers")
  }
  for (features, target) in zip(features, targets) {
    try features.requireShape([nil, nil, nil, nil], "features")
    try target.requireShape([features.shape[0], features.shape[1], features.shape[1]], "target")
  }
  // TODO(A4.4): Style loss and its gradients
  throw Unimplemented("A4.4")
}
