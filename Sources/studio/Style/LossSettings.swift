import ArgumentParser
import Tensors

/// In whose scaling the weights of the losses are given.
enum LossScaling: String, CaseIterable, ExpressibleByArgument {
  /// Assignment A4's own: `w·Σ(F − P)²` and `w·Σ(G − A)²` with `G = F·Fᵀ/(C·H·W)`.
  case cs231n
  /// `½·Σ(F − P)²` and `1/(4·C²·M²)·Σ(F·Fᵀ − …)²` with M positions: Gatys, Ecker, Bethge, CVPR 2016,
  /// equations 1 and 4.
  case gatys
  /// Means in place of sums, as neural-style and neural-style-pt have them.
  case neuralStyle = "neural-style"
  /// Errors as shares of their targets, `w·Σ(F − P)²/ΣP²` and `w·Σ(G − A)²/ΣA²`: the same weights do
  /// for every network, whatever the size of its features.
  case relative

  /// Whether the content's loss stays the same when a picture grows, where a sum grows with it.
  var isMean: Bool { self == .neuralStyle || self == .relative }

  /// What a content weight is multiplied with to be A4's.
  /// - Parameter features: The content picture's, P.
  func contentFactor(_ features: Tensor<Float>) -> Float {
    switch self {
    case .cs231n: 1
    case .gatys: 0.5
    case .neuralStyle: 1 / Float(features.count)
    case .relative: 1 / max(features.squared().sum(), .leastNormalMagnitude)
    }
  }

  /// What a style weight is multiplied with to be A4's.
  /// - Parameter gram: The style's, A, `[1, C, C]`.
  func styleFactor(_ gram: Tensor<Float>) -> Float {
    switch self {
    case .cs231n: 1
    case .gatys: 0.25
    case .neuralStyle: 1 / Float(gram.count)
    case .relative: 1 / max(gram.squared().sum(), .leastNormalMagnitude)
    }
  }
}

/// Which losses a picture is painted with, and what each of them weighs.
struct LossSettings {
  var contentLayers: [Int] = []
  /// One for each of the content layers.
  var contentWeights: [Float] = []
  var styleLayers: [Int] = []
  /// One for each of the style layers.
  var styleWeights: [Float] = []
  var totalVariationWeight: Float = 0
  var scaling: LossScaling = .cs231n
  /// Whether each loss's gradient is divided by its L1 norm.
  var normalizesGradients = false
  /// The shortest side at which sums over pixels weigh what the weights say: at another size they
  /// are divided by how many times more pixels there are, so that the balance stays.
  var referenceSide = 192
}
