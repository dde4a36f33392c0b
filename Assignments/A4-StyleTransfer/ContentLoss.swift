import Exercises
import Tensors

/// How far an image's features are from those of the content picture: `w·Σ(F − P)²`.
///
/// There is no factor ½, so the gradient is `2w·(F − P)`. Source: Gatys, Ecker, Bethge, "Image style
/// transfer using convolutional neural networks", CVPR 2016, DOI 10.1109/CVPR.2016.265, equation 1,
/// without its ½.
///
/// - Parameters:
///   - features: The image's features F at one layer, `[N, C, H, W]`.
///   - target: The content picture's features P at the same layer, the same shape.
///   - weight: w, not negative.
/// - Returns: The loss, summed over all elements, and its gradient by F, shaped as F.
/// - Throws: `TensorError` when the shapes differ.
public func contentLoss<Scalar: TensorScalar>(
  _ features: Tensor<Scalar>, target: Tensor<Scalar>, weight: Scalar
) throws -> (loss: Scalar, gradient: Tensor<Scalar>) {
  try features.requireShape([nil, nil, nil, nil], "features")
  try target.requireShape(features.shape, "target")
  // TODO(A4.1): Content loss and its gradient
  throw Unimplemented("A4.1")
}
