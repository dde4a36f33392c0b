import Tensors

extension Image {
  /// This picture's colours with the brightness of another: its chroma (Cb and Cr of ITU-R BT.601)
  /// beside the luma Y of `painted`, clipped to what can be shown.
  ///
  /// Source: the luminance-only transfer of Gatys et al., "Preserving color in neural artistic style
  /// transfer", arXiv:1606.05897, section 4.
  /// - Throws: `TensorError` when the sizes differ.
  public func withLuminance(of painted: Image) throws -> Image {
    try painted.pixels.requireShape(pixels.shape, "the painted picture")
    // Adding the same to red, green and blue changes Y by it and leaves Cb and Cr as they are.
    let change = try painted.luminance - luminance
    return try Image(pixels: (pixels + change).clamped(to: 0...1))
  }

  /// Y of ITU-R BT.601, `[1, H, W]`.
  private var luminance: Tensor<Float> {
    get throws {
      let weights = try Tensor<Float>([0.299, 0.587, 0.114], shape: [3, 1, 1])
      return try (pixels * weights).sum(axis: 0, keepingAxis: true)
    }
  }

  /// This picture with the colours of another: the linear map of its colours that gives them the
  /// other's mean and covariance, `A = Σ'^½·Σ^−½`, clipped to what can be shown.
  ///
  /// Source: Gatys et al., "Preserving color in neural artistic style transfer", arXiv:1606.05897,
  /// section 3.1, with symmetric square roots ("image analogies").
  public func matchingColours(of other: Image) throws -> Image {
    let (own, target) = (try ColourStatistics(pixels), try ColourStatistics(other.pixels))
    // A grey picture has no spread in some directions; they stay without.
    let map = try target.root { $0.squareRoot() }.matrixMultiplied(
      by: own.root { $0 > 1e-8 ? 1 / $0.squareRoot() : 0 })
    let colours = try pixels.cast(to: Double.self).reshaped([3, -1]) - own.mean
    let mapped = try map.matrixMultiplied(by: colours) + target.mean
    return try Image(
      pixels: mapped.cast(to: Float.self).clamped(to: 0...1).reshaped(pixels.shape))
  }
}

/// How the colours of a picture are spread: their mean `[3, 1]`, and their covariance by its axes.
private struct ColourStatistics {
  let mean: Tensor<Double>
  /// The columns are the covariance's eigenvectors.
  private let axes: Tensor<Double>
  private let variances: [Double]

  /// - Parameter pixels: Shape `[3, H, W]`.
  init(_ pixels: Tensor<Float>) throws {
    let colours = try pixels.cast(to: Double.self).reshaped([3, -1])
    mean = try colours.mean(axis: 1, keepingAxis: true)
    let centered = try colours - mean
    let covariance =
      try centered.matrixMultiplied(by: centered, transposingOther: true)
      / Double(colours.shape[1])
    (variances, axes) = try eigenvectors(of: covariance)
  }

  /// A function of the covariance: of its eigenvalues, in the same axes. Shapes: result `[3, 3]`.
  func root(_ function: (Double) -> Double) throws -> Tensor<Double> {
    let scaled = try axes * Tensor(variances.map { function(Swift.max($0, 0)) })
    return try scaled.matrixMultiplied(by: axes, transposingOther: true)
  }
}

/// Eigenvalues and, as columns, eigenvectors of a symmetric matrix, by Jacobi's rotations.
///
/// Source: Golub and Van Loan, "Matrix Computations", section 8.5.
private func eigenvectors(
  of matrix: Tensor<Double>
) throws -> (values: [Double], vectors: Tensor<Double>) {
  let size = matrix.shape[0]
  var (rest, vectors) = (matrix, Tensor<Double>.identity(size))
  // Each round makes what stands beside the diagonal quadratically smaller.
  for _ in 0..<12 {
    for p in 0..<size {
      for q in p + 1..<size where rest[p, q] != 0 {
        let ratio = (rest[q, q] - rest[p, p]) / (2 * rest[p, q])
        let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (ratio * ratio + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        var rotation = Tensor<Double>.identity(size)
        (rotation[p, p], rotation[q, q]) = (cosine, cosine)
        (rotation[p, q], rotation[q, p]) = (tangent * cosine, -tangent * cosine)
        rest = try rotation.matrixMultiplied(by: rest, transposingSelf: true)
          .matrixMultiplied(by: rotation)
        vectors = try vectors.matrixMultiplied(by: rotation)
      }
    }
  }
  return ((0..<size).map { rest[$0, $0] }, vectors)
}
