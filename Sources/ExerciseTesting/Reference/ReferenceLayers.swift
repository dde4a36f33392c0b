import Foundation
import Tensors

/// The layers of assignment A1 once more, number by number: what the exercises are compared with
/// and what numeric gradients differentiate. Slow, and meant to be checked by eye.
///
/// Letters: N samples, D numbers in a sample, M outputs.
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
