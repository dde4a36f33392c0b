import Tensors

/// What an image has to look like, and how much each term of the loss weighs.
///
/// Letters: C channels, H height, W width of a layer's features.
public struct StyleTarget<Scalar: TensorScalar>: Sendable {
  /// The layer at which the content is compared.
  public var contentLayer: Int
  public var contentWeight: Scalar
  /// The content picture's features at that layer, `[1, C, H, W]`.
  public var contentFeatures: Tensor<Scalar>
  /// The layers at which the style is compared, and the weight of each.
  public var styleLayers: [Int]
  public var styleWeights: [Scalar]
  /// The style picture's Gram matrix at each of those layers, `[1, C, C]`, normalised.
  public var styleGrams: [Tensor<Scalar>]
  public var totalVariationWeight: Scalar

  public init(
    contentLayer: Int, contentWeight: Scalar, contentFeatures: Tensor<Scalar>,
    styleLayers: [Int], styleWeights: [Scalar], styleGrams: [Tensor<Scalar>],
    totalVariationWeight: Scalar
  ) {
    self.contentLayer = contentLayer
    self.contentWeight = contentWeight
    self.contentFeatures = contentFeatures
    self.styleLayers = styleLayers
    self.styleWeights = styleWeights
    self.styleGrams = styleGrams
    self.totalVariationWeight = totalVariationWeight
  }
}

/// The loss of an image in its terms, and its gradient by the image.
public struct StyleLoss<Scalar: TensorScalar>: Sendable {
  public var content, style, totalVariation: Scalar
  /// Shaped as the image.
  public var gradient: Tensor<Scalar>

  public init(
    content: Scalar, style: Scalar, totalVariation: Scalar, gradient: Tensor<Scalar>
  ) {
    (self.content, self.style) = (content, style)
    (self.totalVariation, self.gradient) = (totalVariation, gradient)
  }

  public var total: Scalar { content + style + totalVariation }
}

/// What a step of style transfer is assembled from: the losses, and a network that gives features
/// and the way back from them to the image.
///
/// The step takes its parts as an argument, so that it can be judged with parts that are right while
/// a student's own are still being written, and run with the student's own afterwards.
public struct StyleParts<Scalar: TensorScalar>: Sendable {
  public typealias Array = Tensor<Scalar>

  /// `(image, layers)`: the features of those layers, `[N, C, H, W]` each, and the function from the
  /// gradients by them to the gradient by the image.
  public var features:
    @Sendable (Array, Set<Int>) throws -> (
      values: [Int: Array], backward: ([Int: Array]) throws -> Array
    )
  /// `(features, target, weight)`: the loss and its gradient by the features.
  public var contentLoss: @Sendable (Array, Array, Scalar) throws -> (loss: Scalar, gradient: Array)
  /// `(features of each layer, target Gram matrix of each, weight of each)`: the loss and its
  /// gradient by the features of each layer.
  public var styleLoss:
    @Sendable ([Array], [Array], [Scalar]) throws -> (loss: Scalar, gradients: [Array])
  /// `(image, weight)`: the loss and its gradient by the image.
  public var totalVariationLoss: @Sendable (Array, Scalar) throws -> (loss: Scalar, gradient: Array)

  public init(
    features:
      @escaping @Sendable (Array, Set<Int>) throws -> (
        values: [Int: Array], backward: ([Int: Array]) throws -> Array
      ),
    contentLoss:
      @escaping @Sendable (Array, Array, Scalar) throws -> (
        loss: Scalar, gradient: Array
      ),
    styleLoss:
      @escaping @Sendable ([Array], [Array], [Scalar]) throws -> (
        loss: Scalar, gradients: [Array]
      ),
    totalVariationLoss:
      @escaping @Sendable (Array, Scalar) throws -> (
        loss: Scalar, gradient: Array
      )
  ) {
    (self.features, self.contentLoss) = (features, contentLoss)
    (self.styleLoss, self.totalVariationLoss) = (styleLoss, totalVariationLoss)
  }
}

/// A Gram matrix and its backward pass, which the style loss is assembled from.
public struct GramParts<Scalar: TensorScalar>: Sendable {
  /// `(features, normalized)`: the Gram matrix, `[N, C, C]`.
  public var gram: @Sendable (Tensor<Scalar>, Bool) throws -> Tensor<Scalar>
  /// `(upstream, features, normalized)`: the gradient by the features.
  public var backward: @Sendable (Tensor<Scalar>, Tensor<Scalar>, Bool) throws -> Tensor<Scalar>

  public init(
    gram: @escaping @Sendable (Tensor<Scalar>, Bool) throws -> Tensor<Scalar>,
    backward: @escaping @Sendable (Tensor<Scalar>, Tensor<Scalar>, Bool) throws -> Tensor<Scalar>
  ) {
    (self.gram, self.backward) = (gram, backward)
  }
}
