import A4StyleTransfer
import Exercises
import Images
import Networks
import Tensors

/// What a picture of one size is painted towards: the losses of assignment A4 with their targets.
struct Objective: Sendable {
  let target: StyleTarget<Float>
  let parts: StyleParts<Float>

  func loss(of image: Tensor<Float>) throws -> StyleLoss<Float> {
    try transferStep(image, target: target, parts: parts)
  }
}

/// A painting, its share in the blend, and where its regions are.
struct StyleSource {
  var image: Image
  var share: Float
  var regions: RegionMap?
}

/// Makes objectives, for any size.
struct ObjectiveBuilder {
  let network: ConvolutionalNetwork<Float>
  let settings: LossSettings
  var content: Image?
  var contentRegions: RegionMap?
  var styles: [StyleSource] = []
  /// The styles' shortest side by that of the picture.
  var styleScale = 1.0

  /// - Parameters:
  ///   - height, width: Of the picture to paint.
  func objective(height: Int, width: Int) throws -> Objective {
    var views = FeatureViews()
    let side = Float(min(height, width))
    let pixelRatio = Float(settings.referenceSide * settings.referenceSide) / (side * side)
    let content = try contentTarget(height: height, width: width, pixelRatio, &views)
    let style = try styleTargets(height: height, width: width, &views)
    let target = StyleTarget(
      contentLayer: content.layer, contentWeight: content.weight,
      contentFeatures: content.features, styleLayers: style.map(\.layer),
      styleWeights: style.map(\.weight), styleGrams: style.map(\.gram),
      totalVariationWeight: settings.totalVariationWeight * pixelRatio)
    let (network, finished) = (network, views)
    var parts: StyleParts<Float> = styleParts { image, layers in
      try finished.features(of: layers) { layers in
        let features = try network.features(image, layers: layers)
        return (features.values, features.backward)
      }
    }
    if settings.normalizesGradients { parts = parts.normalizingGradients() }
    return Objective(target: target, parts: parts)
  }

  private func features(_ image: Image, _ layers: Set<Int>) throws -> [Int: Tensor<Float>] {
    let normalized = try ImageNet.normalized(image.pixels).expandingAxis(at: 0)
    return try network.features(normalized, layers: layers).values
  }

  private func contentTarget(
    height: Int, width: Int, _ pixelRatio: Float, _ views: inout FeatureViews
  ) throws -> (layer: Int, weight: Float, features: Tensor<Float>) {
    guard let content, let first = settings.contentLayers.first else {
      return (views.add(.nothing), 0, .zeros([1, 1, 1, 1]))
    }
    let resized = content.resized(width: width, height: height)
    let features = try self.features(resized, Set(settings.contentLayers))
    // A mean over the features, which neural-style takes, does not grow with the picture.
    let isMean = settings.scaling.isMean || settings.normalizesGradients
    let weights = zip(settings.contentLayers, settings.contentWeights).map { layer, weight in
      let factor = features[layer].map(settings.scaling.contentFactor) ?? 1
      return weight * factor * (isMean ? 1 : pixelRatio)
    }
    if settings.contentLayers.count == 1, let only = features[first] {
      return (first, weights[0], only)
    }
    let joined = views.add(
      .joined(zip(settings.contentLayers, weights).map { ($0, $1.squareRoot()) }))
    let values = try views.features(of: [joined]) { _ in (features, { _ in .zeros([]) }) }.values
    return (joined, 1, values[joined] ?? .zeros([1, 1, 1, 1]))
  }

  private typealias StyleTerm = (layer: Int, weight: Float, gram: Tensor<Float>)

  /// A term for every style layer, or with masks for every style layer and region.
  private func styleTargets(
    height: Int, width: Int, _ views: inout FeatureViews
  ) throws -> [StyleTerm] {
    let layers = Set(settings.styleLayers)
    guard !layers.isEmpty else { return [] }
    let side = max(
      network.architecture.minimumSide,
      Int((styleScale * Double(min(height, width))).rounded()))
    let features = try styles.map {
      try self.features($0.image.resized(shortestSide: side), layers)
    }
    let shapes = try contentRegions == nil ? [:] : layerShapes(height: height, width: width)
    var terms: [StyleTerm] = []
    for (layer, weight) in zip(settings.styleLayers, settings.styleWeights) {
      let ofLayer = features.compactMap { $0[layer] }
      guard let contentRegions, let shape = shapes[layer] else {
        let gram = try blendedGram(ofLayer, styles.map(\.share))
        terms.append((layer, weight * settings.scaling.styleFactor(gram), gram))
        continue
      }
      for (region, area) in contentRegions.shares.sorted(by: { $0.key < $1.key }) {
        let members = styles.indices.filter { styles[$0].regions?.shares[region] != nil }
        guard !members.isEmpty else { continue }
        let masked = try members.map { index in
          let all = ofLayer[index]
          let mask = try styles[index].regions?.mask(
            of: region, height: all.shape[2], width: all.shape[3])
          return try mask.map { try all * $0 } ?? all
        }
        let mask = try contentRegions.mask(of: region, height: shape[2], width: shape[3])
        let number = mask.map { views.add(.region(layer: layer, mask: $0)) } ?? layer
        let gram = try blendedGram(masked, members.map { styles[$0].share })
        // A region's pixels shall pull as hard as they would without masks.
        terms.append((number, weight * settings.scaling.styleFactor(gram) * area, gram))
      }
    }
    return terms
  }

  /// `Σ bᵢAᵢ` over the styles, with the shares b made to sum to 1.
  private func blendedGram(_ features: [Tensor<Float>], _ shares: [Float]) throws -> Tensor<Float> {
    let total = shares.reduce(0, +)
    var blended: Tensor<Float>?
    for (features, share) in zip(features, shares) {
      let gram = try withExercises { try gramMatrix(features, normalized: true) }
      let part = features.count == 0 || share == total ? gram : (share / total) * gram
      blended = try blended.map { try $0 + part } ?? part
    }
    return blended ?? .zeros([1, 1, 1])
  }

  private func layerShapes(height: Int, width: Int) throws -> [Int: [Int]] {
    try network.features(.zeros([1, 3, height, width]), layers: Set(settings.styleLayers)).values
      .mapValues(\.shape)
  }
}

extension StyleParts {
  /// The same losses, each gradient by the features of a layer divided by its L1 norm, so that a
  /// weight says how hard its layer pulls however large its features are; as `-normalize_gradients`
  /// of neural-style.
  fileprivate func normalizingGradients() -> StyleParts {
    @Sendable func normalized(_ gradient: Tensor<Scalar>, weight: Scalar) -> Tensor<Scalar> {
      (weight / (gradient.absolute().sum() + 1e-20)) * gradient
    }
    var parts = self
    let (content, style) = (contentLoss, styleLoss)
    parts.contentLoss = { features, target, weight in
      let (loss, gradient) = try content(features, target, weight)
      return (loss, normalized(gradient, weight: weight))
    }
    parts.styleLoss = { features, targets, weights in
      let (loss, gradients) = try style(features, targets, weights)
      return (loss, zip(gradients, weights).map { normalized($0, weight: $1) })
    }
    return parts
  }
}
