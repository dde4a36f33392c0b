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
  // BEGIN SOLUTION A4.5
  let (height, width) = (image.shape[2], image.shape[3])
  let vertical = try image[.all, .all, 1...] - image[.all, .all, ..<(height - 1)]
  let horizontal = try image[.all, .all, .all, 1...] - image[.all, .all, .all, ..<(width - 1)]
  let loss = weight * (vertical.squared().sum() + horizontal.squared().sum())

  // A difference pulls its second pixel one way and its first pixel the other.
  let none = (before: 0, after: 0)
  let gradient =
    try vertical.padded([none, none, (1, 0), none], with: 0)
    - vertical.padded([none, none, (0, 1), none], with: 0)
    + horizontal.padded([none, none, none, (1, 0)], with: 0)
    - horizontal.padded([none, none, none, (0, 1)], with: 0)
  return (loss, 2 * weight * gradient)
  // END SOLUTION
}
