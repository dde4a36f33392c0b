import Exercises
import Tensors

// Letters: N samples, C channels, H height, W width.

/// Which channels of a layer fire together: `G = F·Fᵀ`, F being the features as a matrix
/// `[C, H·W]`, separately for each sample.
///
/// The sum over all positions forgets where something was and keeps how often it was there together
/// with something else: that is what makes it a description of style. Source: Gatys, Ecker, Bethge,
/// CVPR 2016, DOI 10.1109/CVPR.2016.265, equation 3.
///
/// - Parameters:
///   - features: F, `[N, C, H, W]`.
///   - normalized: Whether G is divided by `C·H·W`, so that it does not grow with the picture.
/// - Returns: G, `[N, C, C]`.
/// - Throws: `TensorError` unless `features` has four axes.
public func gramMatrix<Scalar: TensorScalar>(
  _ features: Tensor<Scalar>, normalized: Bool = true
) throws -> Tensor<Scalar> {
  try features.requireShape([nil, nil, nil, nil], "features")
  // TODO(A4.2): Gram matrix
  throw Unimplemented("A4.2")
}

/// The backward pass of the Gram matrix.
///
/// F stands in `G = F·Fᵀ` twice: `dF = (U + Uᵀ)·F`, U being the upstream gradient. For the symmetric
/// U of a style loss that is `2·U·F`, but an upstream need not be symmetric.
///
/// - Parameters:
///   - upstream: The gradient of the loss with respect to G, `[N, C, C]`.
///   - features: F as in the forward pass, `[N, C, H, W]`.
///   - normalized: As in the forward pass.
/// - Returns: The gradient with respect to F, `[N, C, H, W]`.
/// - Throws: `TensorError` when the shapes are not those of a forward pass.
public func gramMatrixBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, features: Tensor<Scalar>, normalized: Bool = true
) throws -> Tensor<Scalar> {
  try features.requireShape([nil, nil, nil, nil], "features")
  try upstream.requireShape([features.shape[0], features.shape[1], features.shape[1]], "upstream")
  // TODO(A4.3): Gram matrix, backward
  throw Unimplemented("A4.3")
}
