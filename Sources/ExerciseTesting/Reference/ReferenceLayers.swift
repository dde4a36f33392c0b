import Foundation
import Tensors

/// The layers of assignment A1 once more, number by number: what the exercises are compared with
/// and what numeric gradients differentiate. Slow, and meant to be checked by eye.
///
/// Letters: N samples, D numbers in a sample, M outputs, C classes.
public enum ReferenceLayers {
  /// `y[n, m] = Σ_d x[n, d]·W[d, m] + b[m]`. Shapes: x `[N, D…]`, weight `[D, M]`, bias `[M]`,
  /// result `[N, M]`.
  public static func affine<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    let (size, outputs) = (weight.shape[0], weight.shape[1])
    var y = Tensor<Scalar>.zeros([x.shape[0], outputs])
    for n in 0..<x.shape[0] {
      for m in 0..<outputs {
        y[n, m] = (0..<size).reduce(bias[m]) { $0 + x.elements[n * size + $1] * weight[$1, m] }
      }
    }
    return y
  }

  /// `max(0, x)`, in any shape.
  public static func relu<Scalar: TensorScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    x.map { $0 > 0 ? $0 : 0 }
  }

  /// `−1/N·Σₙ log p[n, labels[n]]`. Shapes: logits `[N, C]`, labels `[N]`.
  public static func softmaxLoss<Scalar: TensorScalar>(
    _ logits: Tensor<Scalar>, labels: Tensor<Int>
  ) -> Scalar {
    let losses = labels.elements.enumerated().map { n, label in
      -referenceLogSoftmax(row(n, of: logits).map { Double($0) })[label]
    }
    return Scalar(losses.reduce(0, +) / Double(losses.count))
  }

  /// `γ∘(x − μ) / √(v + ε) + β` with the mean μ and variance v of each column. Shapes: x `[N, D]`,
  /// scale and shift `[D]`, result `[N, D]`.
  public static func batchNorm<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, scale: Tensor<Scalar>, shift: Tensor<Scalar>, epsilon: Scalar
  ) -> Tensor<Scalar> {
    var y = x
    for d in 0..<x.shape[1] {
      let column = (0..<x.shape[0]).map { x[$0, d] }
      let (mean, variance) = meanAndVariance(column)
      for n in column.indices {
        y[n, d] = scale[d] * (column[n] - mean) / (variance + epsilon).squareRoot() + shift[d]
      }
    }
    return y
  }

  /// As `batchNorm`, with the mean μ and variance v of each row.
  public static func layerNorm<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, scale: Tensor<Scalar>, shift: Tensor<Scalar>, epsilon: Scalar
  ) -> Tensor<Scalar> {
    var y = x
    for n in 0..<x.shape[0] {
      let (mean, variance) = meanAndVariance(row(n, of: x))
      for d in 0..<x.shape[1] {
        y[n, d] = scale[d] * (x[n, d] - mean) / (variance + epsilon).squareRoot() + shift[d]
      }
    }
    return y
  }

  /// Mean and variance (divided by the count) of each column. Shapes: x `[N, D]`, results `[D]`.
  public static func columnStatistics<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>
  ) -> (mean: Tensor<Scalar>, variance: Tensor<Scalar>) {
    let statistics = (0..<x.shape[1]).map { d in
      meanAndVariance((0..<x.shape[0]).map { x[$0, d] })
    }
    return (Tensor(statistics.map(\.mean)), Tensor(statistics.map(\.variance)))
  }

  /// What dropout multiplies its input by: 1/p where the next number of the generator is below p,
  /// else 0.
  public static func dropoutMask<Scalar: TensorScalar>(
    _ shape: [Int], keepProbability: Double, using generator: inout SeededGenerator
  ) -> Tensor<Scalar> {
    var mask = Tensor<Scalar>.zeros(shape)
    mask.withUnsafeMutableElements { elements in
      for index in elements.indices where generator.uniform() < keepProbability {
        elements[index] = Scalar(1 / keepProbability)
      }
    }
    return mask
  }

  private static func row<Scalar>(_ n: Int, of x: Tensor<Scalar>) -> [Scalar] {
    let size = x.shape[1]
    return Array(x.elements[n * size..<(n + 1) * size])
  }

  private static func meanAndVariance<Scalar: TensorScalar>(
    _ numbers: [Scalar]
  ) -> (mean: Scalar, variance: Scalar) {
    let mean = numbers.reduce(0, +) / Scalar(numbers.count)
    let squares = numbers.map { ($0 - mean) * ($0 - mean) }
    return (mean, squares.reduce(0, +) / Scalar(numbers.count))
  }
}

/// Evenly spaced numbers in random order: no two are close together, and, with both ends opposite
/// and an even count, none is close to zero. For layers whose derivative jumps where two inputs are
/// equal or where one is zero.
public func kinkFree(
  _ shape: [Int], from first: Double, to last: Double, using generator: inout SeededGenerator
) throws -> Tensor<Double> {
  let numbers = Tensor.linspace(first, last, count: shape.reduce(1, *)).elements
  return try Tensor(numbers.shuffled(using: &generator), shape: shape)
}
