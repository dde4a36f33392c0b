import Tensors

/// How the pictures were prepared that a network was trained on.
public enum InputConvention: String, CaseIterable, Sendable, Codable, CustomStringConvertible {
  /// Red, green and blue from 0 to 1, minus ImageNet's mean, divided by its standard deviation:
  /// torchvision's `transforms.Normalize`.
  case rgb
  /// Blue, green and red from 0 to 255, minus their means 103.939, 116.779 and 123.68: Caffe's.
  case bgr

  public var description: String {
    switch self {
    case .rgb: "RGB from 0 to 1, normalised (rgb)"
    case .bgr: "BGR from 0 to 255, minus the mean (bgr)"
    }
  }

  /// What has to be added to a picture normalised by ImageNet's mean and standard deviation; nil for
  /// nothing. Shapes: result `[3, 1, 1]`.
  func shift<Scalar: TensorScalar>(_ type: Scalar.Type) throws -> Tensor<Scalar>? {
    guard self == .bgr else { return nil }
    let caffe: [Float] = [123.68 / 255, 116.779 / 255, 103.939 / 255]
    let shift = zip(zip(ImageNet.mean, caffe), ImageNet.standardDeviation).map {
      ($0.0 - $0.1) / $1
    }
    return try Tensor(shift.map { Scalar($0) }, shape: [3, 1, 1])
  }

  /// The first convolution's weights for pictures in red, green and blue, divided by ImageNet's standard
  /// deviation, whatever convention they were trained in.
  ///
  /// With order and scale in the weights, and the means' difference added to the picture, every
  /// network takes the same pictures, zero padding stays exact, and whoever optimises a picture sees
  /// one scale. Shapes: weight and result `[F, 3, HH, WW]`.
  func folded(_ weight: Tensor<Float>) throws -> Tensor<Float> {
    guard self == .bgr else { return weight }
    let reversed = try weight.permuted(1, 0, 2, 3).gathering(Tensor<Int>([2, 1, 0])).permuted(
      1, 0, 2, 3)
    let scale = Tensor(ImageNet.standardDeviation.map { 255 * $0 })
    return try reversed * scale.reshaped([1, 3, 1, 1])
  }
}
