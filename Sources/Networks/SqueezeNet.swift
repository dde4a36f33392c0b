import Tensors

/// SqueezeNet 1.1: a convolutional network for ImageNet with 1.2 million weights.
///
/// Layers are numbered as torchvision's `features` are, 0…12; since torchvision applies ReLU in
/// place, the output of a convolution is seen after it, and 0 and 1 are the same.
/// Source: Iandola et al., "SqueezeNet", arXiv:1602.07360; torchvision.models.squeezenet1_1.
public struct SqueezeNet<Scalar: TensorScalar>: Sendable {
  /// A Fire module: 1×1 filters squeeze the channels, then 1×1 and 3×3 filters expand them side by
  /// side.
  struct Fire: Sendable {
    var squeeze, expand1, expand3: ConvolutionReLU<Scalar>
  }

  enum Layer: Sendable {
    case convolution(ConvolutionReLU<Scalar>)
    /// Torchvision's number for a ReLU that has already been applied.
    case identity
    case maxPooling
    case fire(Fire)
  }

  /// The numbers of the layers whose features can be had.
  public static var layerNumbers: Range<Int> { 0..<13 }
  /// The smallest picture side that every layer can take.
  public static var minimumSide: Int { 32 }

  let layers: [Layer]
  let classifier: ConvolutionReLU<Scalar>

  /// - Parameter weights: By torchvision's names: `features.0.weight` … `classifier.1.bias`.
  /// - Throws: `WeightsError` for a tensor that is missing or has a wrong shape.
  public init(weights: [String: Tensor<Float>]) throws {
    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor<Scalar> {
      guard let tensor = weights[name] else {
        throw WeightsError(tensor: name, expected: shape, actual: nil)
      }
      guard tensor.shape == shape else {
        throw WeightsError(tensor: name, expected: shape, actual: tensor.shape)
      }
      return tensor.cast(to: Scalar.self)
    }
    func convolution(
      _ name: String, _ shape: [Int], stride: Int = 1, padding: Int = 0
    ) throws -> ConvolutionReLU<Scalar> {
      try ConvolutionReLU(
        weight: tensor(name + ".weight", shape), bias: tensor(name + ".bias", [shape[0]]),
        stride: stride, padding: padding)
    }
    layers = try squeezeNetPlan.enumerated().map { number, block in
      switch block {
      case .convolution(let filters):
        .convolution(try convolution("features.\(number)", [filters, 3, 3, 3], stride: 2))
      case .identity: .identity
      case .maxPooling: .maxPooling
      case .fire(let channels, let squeezed, let expanded):
        .fire(
          Fire(
            squeeze: try convolution(
              "features.\(number).squeeze", [squeezed, channels, 1, 1]),
            expand1: try convolution(
              "features.\(number).expand1x1", [expanded, squeezed, 1, 1]),
            expand3: try convolution(
              "features.\(number).expand3x3", [expanded, squeezed, 3, 3], padding: 1)))
      }
    }
    classifier = try convolution("classifier.1", [1000, 512, 1, 1])
  }

  /// The same network with random weights: normal with variance 2/inputs, biases zero (He et al.,
  /// 2015, arXiv:1502.01852).
  public init(randomWeightsSeed seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var weights: [String: Tensor<Float>] = [:]
    for (name, shape) in Self.weightShapes {
      let inputs = Float(shape.dropFirst().reduce(1, *))
      weights[name + ".weight"] = .randomNormal(
        shape, standardDeviation: (2 / inputs).squareRoot(), using: &generator)
      weights[name + ".bias"] = .zeros([shape[0]])
    }
    do {
      try self.init(weights: weights)
    } catch {
      preconditionFailure("the network's own shapes must fit it: \(error)")
    }
  }

  /// Every convolution with the shape of its weights, in order.
  static var weightShapes: [(name: String, shape: [Int])] {
    squeezeNetPlan.enumerated().flatMap { number, block -> [(name: String, shape: [Int])] in
      switch block {
      case .convolution(let filters): [("features.\(number)", [filters, 3, 3, 3])]
      case .identity, .maxPooling: []
      case .fire(let channels, let squeezed, let expanded):
        [
          ("features.\(number).squeeze", [squeezed, channels, 1, 1]),
          ("features.\(number).expand1x1", [expanded, squeezed, 1, 1]),
          ("features.\(number).expand3x3", [expanded, squeezed, 3, 3]),
        ]
      }
    } + [("classifier.1", [1000, 512, 1, 1])]
  }
}

/// What stands at each of torchvision's numbers.
private enum Block {
  case convolution(filters: Int)
  case identity
  case maxPooling
  case fire(channels: Int, squeezed: Int, expanded: Int)
}

private let squeezeNetPlan: [Block] = [
  .convolution(filters: 64),
  .identity,
  .maxPooling,
  .fire(channels: 64, squeezed: 16, expanded: 64),
  .fire(channels: 128, squeezed: 16, expanded: 64),
  .maxPooling,
  .fire(channels: 128, squeezed: 32, expanded: 128),
  .fire(channels: 256, squeezed: 32, expanded: 128),
  .maxPooling,
  .fire(channels: 256, squeezed: 48, expanded: 192),
  .fire(channels: 384, squeezed: 48, expanded: 192),
  .fire(channels: 384, squeezed: 64, expanded: 256),
  .fire(channels: 512, squeezed: 64, expanded: 256),
]

/// A file's weights are not those of the network.
public struct WeightsError: Error, Equatable, CustomStringConvertible {
  public let tensor: String
  public let expected: [Int]
  /// The shape it has; nil when the tensor is missing.
  public let actual: [Int]?

  public init(tensor: String, expected: [Int], actual: [Int]?) {
    (self.tensor, self.expected, self.actual) = (tensor, expected, actual)
  }

  public var description: String {
    guard let actual else {
      return "these are not SqueezeNet 1.1's weights: tensor “\(tensor)” \(expected) is missing"
    }
    return "these are not SqueezeNet 1.1's weights: tensor “\(tensor)” has shape \(actual), "
      + "expected \(expected)"
  }
}
