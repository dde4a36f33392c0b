import ArgumentParser
import Networks

/// Sizes, layers, weights and steps that go well together.
struct StylePreset {
  /// Shortest sides in pixels.
  var contentSize, styleSize: Int
  var contentLayer: Int
  var contentWeight: Float
  var styleLayers: [Int]
  var styleWeights: [Float]
  var totalVariationWeight: Float
  var scaling = LossScaling.cs231n
  var pooling = Pooling.max
  var steps = StepDefaults(optimizer: .adam, iterations: 200, pyramid: 1)

  enum Name: String, CaseIterable, ExpressibleByArgument {
    /// For SqueezeNet's real weights and any painting, chosen by looking at pictures: with L-BFGS,
    /// which comes near the minimum, CS231n's weights leave a photograph a photograph.
    case painting
    /// The three settings of the style-transfer exercise of Stanford's CS231n, by the paintings that
    /// they were made for; for SqueezeNet 1.1.
    case starryNight = "starry-night"
    case compositionVII = "composition-vii"
    case scream
  }

  init(_ name: Name) {
    contentLayer = 3
    styleLayers = [1, 4, 6, 7]
    contentSize = 192
    switch name {
    case .painting:
      (contentSize, styleSize) = (384, 384)
      contentWeight = 1e-3
      styleWeights = [100_000, 1000, 50, 20]
      totalVariationWeight = 1e-2
      pooling = .average
      steps = StepDefaults(optimizer: .lbfgs, iterations: 100, pyramid: 2)
    case .starryNight:
      styleSize = 192
      contentWeight = 6e-2
      styleWeights = [300_000, 1000, 15, 3]
      totalVariationWeight = 2e-2
    case .compositionVII:
      styleSize = 512
      contentWeight = 5e-2
      styleWeights = [20_000, 500, 12, 1]
      totalVariationWeight = 5e-2
    case .scream:
      styleSize = 224
      contentWeight = 3e-2
      styleWeights = [200_000, 800, 12, 1]
      totalVariationWeight = 2e-2
    }
  }
}

extension StylePreset {
  /// Layers and weights for another network than the presets were made for, whose features may be of
  /// any size: VGG with the layers of Gatys et al., random weights, or filters learned from the
  /// pictures, with what looked best in several paintings.
  mutating func adapt(to architecture: Architecture, isRandom: Bool) {
    switch architecture {
    case .squeezeNet1_0, .squeezeNet1_1:
      guard isRandom else { return }
      totalVariationWeight = 1e-3
    case .vgg16, .vgg19:
      let names = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
      contentLayer = architecture.layer(named: "conv4_2") ?? contentLayer
      styleLayers = names.compactMap(architecture.layer(named:))
      totalVariationWeight = 1e-2
    case .principalFilters, .sceneGrid:
      contentLayer = 4
      styleLayers = [1, 4, 7, 10]
      scaling = .relative
      contentWeight = 25
      totalVariationWeight = 20 / Float(contentSize * contentSize)
      // Adam's large first steps would drown these features in noise.
      steps = StepDefaults(optimizer: .lbfgs, iterations: 150, pyramid: 3)
      return
    }
    scaling = .relative
    contentWeight = 100
    (contentSize, styleSize) = (192, 192)
  }
}
