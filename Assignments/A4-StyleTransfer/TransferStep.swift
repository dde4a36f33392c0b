import Exercises
import Tensors

/// The whole loss of an image and its gradient by the image's pixels: what one step of style
/// transfer needs.
///
/// `loss = content + style + total variation`. The first two are losses of features; the network
/// takes their gradients back to the image, where that of the third is added. A layer may serve both
/// content and style; its gradients then add up. Source: Gatys, Ecker, Bethge, CVPR 2016,
/// DOI 10.1109/CVPR.2016.265, equation 7 and figure 2.
///
/// - Parameters:
///   - image: The image so far, `[1, 3, H, W]`, normalised as the network wants it.
///   - target: What it is to look like.
///   - parts: The losses and the network.
/// - Returns: The loss in its terms and its gradient by the image.
/// - Throws: `TensorError` when the image has another shape or does not fit the target.
public func transferStep<Scalar: TensorScalar>(
  _ image: Tensor<Scalar>, target: StyleTarget<Scalar>, parts: StyleParts<Scalar>
) throws -> StyleLoss<Scalar> {
  try image.requireShape([1, 3, nil, nil], "image")
  let layers = Set(target.styleLayers + [target.contentLayer])
  let features = try parts.features(image, layers)
  func values(_ layer: Int) throws -> Tensor<Scalar> {
    guard let values = features.values[layer] else {
      throw TensorError(
        "transferStep", shapes: [image.shape], reason: "the network has no layer \(layer)")
    }
    return values
  }
  let contentFeatures = try values(target.contentLayer)
  let styleFeatures = try target.styleLayers.map(values)
  // TODO(A4.6): The transfer step
  throw Unimplemented("A4.6")
}
