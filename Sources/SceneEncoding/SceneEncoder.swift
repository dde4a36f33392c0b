import Captions
import Foundation
import Networks
import TensorFiles
import Tensors

/// A small convolutional network that says what stands where in a drawn scene, trained by the kit.
///
/// A trunk of convolutions (`Architecture.sceneGrid`) leaves 64 channels for each part of the picture;
/// from them a linear layer, the heads, gives the logits of `SceneHeads`.
public struct SceneEncoder: Sendable {
  /// Height and width of the pictures that it takes.
  public static let pictureSide = Scene.side

  /// Of the trunk by torchvision's names, and of the heads: `heads.weight [A, 64]`, `heads.bias [A]`.
  var weights: [String: Tensor<Float>]
  let trunk: ConvolutionalNetwork<Float>

  /// - Throws: `WeightsError` for weights of another network, `TensorError` for other heads.
  init(weights: [String: Tensor<Float>]) throws {
    let trunkWeights = weights.filter { !$0.key.hasPrefix("heads.") }
    trunk = try ConvolutionalNetwork(.sceneGrid, weights: trunkWeights)
    self.weights = weights
    try heads.weight.requireShape([SceneHeads.count, Self.channels], "heads.weight")
    try heads.bias.requireShape([SceneHeads.count], "heads.bias")
  }

  /// An encoder that has learned nothing: weights normal with variance 2/inputs, biases zero.
  init(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let layers =
      Architecture.sceneGrid.convolutionShapes + [
        ("heads", [SceneHeads.count, Self.channels])
      ]
    var weights: [String: Tensor<Float>] = [:]
    for (name, shape) in layers {
      let inputs = Float(shape.dropFirst().reduce(1, *))
      weights[name + ".weight"] = .randomNormal(
        shape, standardDeviation: (2 / inputs).squareRoot(), using: &generator)
      weights[name + ".bias"] = .zeros([shape[0]])
    }
    try self.init(weights: weights)
  }

  /// The trunk's channels for each part of the picture.
  static let channels = Architecture.sceneGrid.convolutionShapes.last?.shape[0] ?? 0

  var heads: (weight: Tensor<Float>, bias: Tensor<Float>) {
    (weights["heads.weight"] ?? .zeros([0]), weights["heads.bias"] ?? .zeros([0]))
  }

  /// Shapes: pictures `[N, 3, 64, 64]`, values 0–1; result `[N·G·G, A]`.
  func logits(_ pictures: Tensor<Float>) throws -> Tensor<Float> {
    let last = Architecture.sceneGrid.layerNumbers.upperBound - 1
    let features = try trunk.features(ImageNet.normalized(pictures), layers: [last])
    return try heads(on: Self.rows(features.values[last] ?? .zeros([0])))
  }

  /// Shapes: rows `[N·G·G, 64]`, result `[N·G·G, A]`.
  func heads(on rows: Tensor<Float>) throws -> Tensor<Float> {
    try rows.matrixMultiplied(by: heads.weight, transposingOther: true) + heads.bias
  }

  /// The channels of each part side by side. Shapes: maps `[N, C, G, G]`, result `[N·G·G, C]`.
  static func rows(_ maps: Tensor<Float>) throws -> Tensor<Float> {
    try maps.permuted(0, 2, 3, 1).reshaped([-1, maps.shape[1]])
  }

  /// The inverse of `rows`.
  static func maps(_ rows: Tensor<Float>) throws -> Tensor<Float> {
    try rows.reshaped([-1, SceneHeads.side, SceneHeads.side, rows.shape[1]]).permuted(0, 3, 1, 2)
  }
}
