import Exercises
import Tensors

/// This assignment's Gram matrix and its backward pass, for `styleLoss`.
public func gramParts<Scalar: TensorScalar>() -> GramParts<Scalar> {
  GramParts(
    gram: { try gramMatrix($0, normalized: $1) },
    backward: { try gramMatrixBackward($0, features: $1, normalized: $2) })
}

/// This assignment's losses together with a network, for `transferStep`.
///
/// - Parameter features: The network, as `StyleParts.features` describes it.
public func styleParts<Scalar: TensorScalar>(
  features:
    @escaping @Sendable (Tensor<Scalar>, Set<Int>) throws -> (
      values: [Int: Tensor<Scalar>], backward: ([Int: Tensor<Scalar>]) throws -> Tensor<Scalar>
    )
) -> StyleParts<Scalar> {
  StyleParts(
    features: features,
    contentLoss: { try contentLoss($0, target: $1, weight: $2) },
    styleLoss: { try styleLoss($0, targets: $1, weights: $2, parts: gramParts()) },
    totalVariationLoss: { try totalVariationLoss($0, weight: $1) })
}
