import Tensors

/// How pictures are prepared for networks trained on ImageNet: channel by channel
/// `(value − mean) / standard deviation`, red, green, blue, values 0–1.
///
/// Source: torchvision's `transforms.Normalize` with its documented constants.
public enum ImageNet {
  public static let mean: [Float] = [0.485, 0.456, 0.406]
  public static let standardDeviation: [Float] = [0.229, 0.224, 0.225]

  /// Shapes: pixels `[…, 3, H, W]` with values 0–1, result the same.
  /// - Throws: `TensorError` for any other shape.
  public static func normalized<Scalar: TensorScalar>(
    _ pixels: Tensor<Scalar>
  ) throws -> Tensor<Scalar> {
    try (pixels - channels(mean)) / channels(standardDeviation)
  }

  /// The inverse of `normalized`.
  public static func pixels<Scalar: TensorScalar>(
    of normalized: Tensor<Scalar>
  ) throws -> Tensor<Scalar> {
    try normalized * channels(standardDeviation) + channels(mean)
  }

  private static func channels<Scalar: TensorScalar>(_ values: [Float]) throws -> Tensor<Scalar> {
    try Tensor(values.map { Scalar($0) }, shape: [3, 1, 1])
  }
}
