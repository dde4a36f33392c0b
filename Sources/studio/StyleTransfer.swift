import A4StyleTransfer
import Exercises
import Networks
import Tensors
import Training

/// Paints a picture by gradient descent on its pixels, with the losses of assignment A4.
struct StyleTransfer {
  /// What is reported of an iteration: the loss before its step.
  struct Report: Encodable {
    var iteration: Int
    var content, style, tv, total: Float
  }

  /// The schedule of the CS231n exercise: large steps, and at the end a fresh Adam with small ones.
  /// Values are kept near those of photographs until shortly before the end.
  private enum Schedule {
    static let learningRate: Float = 3
    static let lateLearningRate: Float = 0.1
    static let range: ClosedRange<Float> = -1.5...1.5
    /// How many iterations before the end the learning rate falls.
    static let lateIterations = 20
    /// How many iterations before the end the values are set free.
    static let freeIterations = 10
  }

  private let target: StyleTarget<Float>
  private let parts: StyleParts<Float>
  private let content: Tensor<Float>

  /// - Parameters:
  ///   - content: The photograph, `[1, 3, H, W]`, normalised (`ImageNet`).
  ///   - style: The painting, likewise, of any size.
  init(
    content: Tensor<Float>, style: Tensor<Float>, preset: StylePreset,
    network: ConvolutionalNetwork<Float>
  ) throws {
    self.content = content
    parts = styleParts { image, layers in
      let features = try network.features(image, layers: layers)
      return (features.values, features.backward)
    }
    let contentFeatures = try network.features(content, layers: [preset.contentLayer]).values
    let styleFeatures = try network.features(style, layers: Set(preset.styleLayers)).values
    target = StyleTarget(
      contentLayer: preset.contentLayer, contentWeight: preset.contentWeight,
      contentFeatures: contentFeatures[preset.contentLayer] ?? content,
      styleLayers: preset.styleLayers, styleWeights: preset.styleWeights,
      styleGrams: try withExercises {
        try preset.styleLayers.compactMap { layer in
          try styleFeatures[layer].map { try gramMatrix($0, normalized: true) }
        }
      },
      totalVariationWeight: preset.totalVariationWeight)
  }

  /// Starts from the content picture and takes `iterations` steps.
  ///
  /// - Parameter report: Called before every step, and once more with the finished picture.
  /// - Returns: The picture, `[1, 3, H, W]`, normalised.
  func paint(iterations: Int, report: (Report) -> Void) throws -> Tensor<Float> {
    var image = content
    var adam = Adam<Float>(learningRate: Schedule.learningRate)
    for iteration in 0..<iterations {
      if iteration < iterations - Schedule.freeIterations {
        image = image.clamped(to: Schedule.range)
      }
      if iteration == iterations - Schedule.lateIterations {
        adam = Adam(learningRate: Schedule.lateLearningRate)
      }
      let loss = try transferStep(image, target: target, parts: parts)
      try requireSound(loss, iteration)
      report(Report(iteration, loss))
      try adam.update(&image, gradient: loss.gradient)
    }
    report(Report(iterations, try transferStep(image, target: target, parts: parts)))
    return image
  }

  /// A wrong loss shall be an error, not a grey picture.
  private func requireSound(_ loss: StyleLoss<Float>, _ iteration: Int) throws {
    try loss.gradient.requireShape(content.shape, "gradient of transferStep")
    guard loss.total.isFinite, loss.gradient.sum().isFinite else {
      throw StyleTransferError(iteration: iteration, total: loss.total)
    }
  }
}

extension StyleTransfer.Report: CustomStringConvertible {
  var description: String {
    "loss \(format(total, 1)) = content \(format(content, 1)) + style \(format(style, 1)) "
      + "+ tv \(format(tv, 1))"
  }

  fileprivate init(_ iteration: Int, _ loss: StyleLoss<Float>) {
    self.init(
      iteration: iteration, content: loss.content, style: loss.style, tv: loss.totalVariation,
      total: loss.total)
  }
}

/// The losses went wrong while a picture was painted.
struct StyleTransferError: Error, CustomStringConvertible {
  let iteration: Int
  let total: Float

  var description: String {
    "the loss or its gradient is not finite at iteration \(iteration) (total \(total)); "
      + "`backprop check A4` says which exercise is wrong"
  }
}
