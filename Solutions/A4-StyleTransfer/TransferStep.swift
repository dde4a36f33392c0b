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
  // BEGIN SOLUTION A4.6
  let content = try parts.contentLoss(
    contentFeatures, target.contentFeatures, target.contentWeight)
  let style = try parts.styleLoss(styleFeatures, target.styleGrams, target.styleWeights)
  let variation = try parts.totalVariationLoss(image, target.totalVariationWeight)

  var upstream = [target.contentLayer: content.gradient]
  for (layer, gradient) in zip(target.styleLayers, style.gradients) {
    upstream[layer] = try upstream[layer].map { try $0 + gradient } ?? gradient
  }
  return StyleLoss(
    content: content.loss, style: style.loss, totalVariation: variation.loss,
    gradient: try features.backward(upstream) + variation.gradient)
  // END SOLUTION
}
