import Exercises
import Tensors

/// How rough an image is: `w·(Σ(vertical differences)² + Σ(horizontal differences)²)`, the
/// differences being those of neighbouring pixels.
///
/// Every pixel stands in up to four differences; its gradient is `2w` times the sum of its
/// differences to its neighbours. Source: Mahendran and Vedaldi, "Understanding deep image
/// representations by inverting them", CVPR 2015, arXiv:1412.0035, section 3, with β = 2.
///
/// - Parameters:
///   - image: `[N, C, H, W]`.
///   - weight: w, not negative.
/// - Returns: The loss, summed over all pairs of neighbours, and its gradient, shaped as the image.
/// - Throws: `TensorError` unless the image has four axes.
public func totalVariationLoss<Scalar: TensorScalar>(
  _ image: Tensor<Scalar>, weight: Scalar
) throws -> (loss: Scalar, gradient: Tensor<Scalar>) {
  try image.requireShape([nil, nil, nil, nil], "image")
  // TODO(A4.5): Total-variation loss and its gradient
  throw Unimplemented("A4.5")
}
