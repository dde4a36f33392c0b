import Foundation
import Tensors

/// VGG or SqueezeNet: networks for ImageNet, for their features and the gradients by the picture.
///
/// Layers are numbered as torchvision's `features` are; since torchvision applies ReLU in place, the
/// output of a convolution is seen after it. Weights are transformed for the fast convolution when a
/// layer is first used, so that what is never used costs nothing.
public struct ConvolutionalNetwork<Scalar: TensorScalar>: Sendable {
  public let architecture: Architecture
  public let pooling: Pooling
  public let inputConvention: InputConvention
  private let layers: LayerStore<Scalar>

  /// - Parameters:
  ///   - weights: By torchvision's names: `features.0.weight` … `classifier.1.bias`. The last layers
  ///     may be missing; what needs them then throws.
  ///   - pooling: Max as the networks were trained, or average as Gatys et al. found more pleasing.
  ///   - inputConvention: How the pictures were prepared that it was trained on.
  /// - Throws: `WeightsError` for a tensor of a wrong shape, or where even the first is missing.
  public init(
    _ architecture: Architecture, weights: [String: Tensor<Float>], pooling: Pooling = .max,
    inputConvention: InputConvention = .rgb
  ) throws {
    (self.architecture, self.pooling) = (architecture, pooling)
    self.inputConvention = inputConvention
    let shapes = architecture.convolutionShapes + architecture.classifierShapes
    for (index, (name, shape)) in shapes.enumerated() {
      for (name, expected) in [(name + ".weight", shape), (name + ".bias", [shape[0]])] {
        let actual = weights[name]?.shape
        if actual != expected && (actual != nil || index == 0) {
          throw WeightsError(architecture, tensor: name, expected: expected, actual: actual)
        }
      }
    }
    var weights = weights
    weights["features.0.weight"] = try weights["features.0.weight"].map(inputConvention.folded)
    layers = LayerStore(architecture: architecture, pooling: pooling, weights: weights)
  }

  /// The same network with random weights: normal with variance 2/inputs, biases zero (He et al.,
  /// 2015, arXiv:1502.01852). VGG's classifier is left out.
  public init(
    _ architecture: Architecture, randomWeightsSeed seed: UInt64, pooling: Pooling = .max
  ) {
    var generator = SeededGenerator(seed: seed)
    var weights: [String: Tensor<Float>] = [:]
    let classifier = architecture.classifierShapes.filter { $0.shape.count == 4 }
    for (name, shape) in architecture.convolutionShapes + classifier {
      let inputs = Float(shape.dropFirst().reduce(1, *))
      weights[name + ".weight"] = .randomNormal(
        shape, standardDeviation: (2 / inputs).squareRoot(), using: &generator)
      weights[name + ".bias"] = .zeros([shape[0]])
    }
    (self.architecture, self.pooling, inputConvention) = (architecture, pooling, .rgb)
    layers = LayerStore(architecture: architecture, pooling: pooling, weights: weights)
  }

  /// - Throws: `WeightsError` where its weights are missing.
  func layer(_ number: Int) throws -> Layer<Scalar> { try layers.layer(number) }

  /// Weight and bias of one of the classifier's layers.
  /// - Throws: `WeightsError` where they are missing.
  func classifierWeights(_ index: Int) throws -> (weight: Tensor<Scalar>, bias: Tensor<Scalar>) {
    let (name, shape) = architecture.classifierShapes[index]
    return (
      try layers.tensor(name + ".weight", shape), try layers.tensor(name + ".bias", [shape[0]])
    )
  }
}

enum Layer<Scalar: TensorScalar>: Sendable {
  case convolution(ConvolutionReLU<Scalar>)
  case identity
  case pooling(Pooling, Pooling.Window)
  /// 1×1 filters squeeze the channels, then 1×1 and 3×3 filters expand them side by side.
  case fire(
    squeeze: ConvolutionReLU<Scalar>, expand1: ConvolutionReLU<Scalar>,
    expand3: ConvolutionReLU<Scalar>)
}

/// The layers of a network, made when they are first asked for.
private final class LayerStore<Scalar: TensorScalar>: @unchecked Sendable {
  private let architecture: Architecture
  private let pooling: Pooling
  private var weights: [String: Tensor<Float>]
  private let lock = NSLock()
  private var made: [Int: Layer<Scalar>] = [:]

  init(architecture: Architecture, pooling: Pooling, weights: [String: Tensor<Float>]) {
    (self.architecture, self.pooling, self.weights) = (architecture, pooling, weights)
  }

  func layer(_ number: Int) throws -> Layer<Scalar> {
    try lock.withLock {
      if let layer = made[number] { return layer }
      let layer = try make(number)
      made[number] = layer
      // The layer has them now, in another form.
      weights = weights.filter { !$0.key.hasPrefix("features.\(number).") }
      return layer
    }
  }

  func tensor(_ name: String, _ shape: [Int]) throws -> Tensor<Scalar> {
    guard let tensor = weights[name] else {
      throw WeightsError(architecture, tensor: name, expected: shape, actual: nil)
    }
    return tensor.cast(to: Scalar.self)
  }

  private func make(_ number: Int) throws -> Layer<Scalar> {
    let name = "features.\(number)"
    switch architecture.blocks[number] {
    case .identity: return .identity
    case .pooling(let window): return .pooling(pooling, window)
    case .convolution(let channels, let filters, let size, let stride, let padding):
      return .convolution(
        try convolution(name, [filters, channels, size, size], stride: stride, padding: padding))
    case .fire(let channels, let squeezed, let expanded):
      return .fire(
        squeeze: try convolution(name + ".squeeze", [squeezed, channels, 1, 1]),
        expand1: try convolution(name + ".expand1x1", [expanded, squeezed, 1, 1]),
        expand3: try convolution(name + ".expand3x3", [expanded, squeezed, 3, 3], padding: 1))
    }
  }

  private func convolution(
    _ name: String, _ shape: [Int], stride: Int = 1, padding: Int = 0
  ) throws -> ConvolutionReLU<Scalar> {
    try ConvolutionReLU(
      weight: tensor(name + ".weight", shape), bias: tensor(name + ".bias", [shape[0]]),
      stride: stride, padding: padding)
  }
}

/// A file's weights are not those of the network, or end too early.
public struct WeightsError: Error, Equatable, CustomStringConvertible {
  public let architecture: Architecture
  public let tensor: String
  public let expected: [Int]
  /// The shape it has; nil when the tensor is missing.
  public let actual: [Int]?

  public init(
    _ architecture: Architecture, tensor: String, expected: [Int], actual: [Int]?
  ) {
    self.architecture = architecture
    (self.tensor, self.expected, self.actual) = (tensor, expected, actual)
  }

  public var description: String {
    guard let actual else {
      return "these weights of \(architecture.rawValue) lack the tensor “\(tensor)” \(expected)"
    }
    return "these are not the weights of \(architecture.rawValue): tensor “\(tensor)” has shape "
      + "\(actual), expected \(expected)"
  }
}
