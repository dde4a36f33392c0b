import GradientChecking
import Tensors

/// y = x·σ(a·x), element by element, with a learned slope a for each column.
///
/// Shapes: x `[N, D]`, slope `[D]`, output `[N, D]`.
public struct Swish<Scalar: TensorScalar>: Layer {
  public init() {}

  public static func exampleInputs(
    using random: inout SeededGenerator
  ) throws -> NamedTensors<Scalar> {
    ["x": .randomNormal([4, 3], using: &random), "slope": .randomNormal([3], using: &random)]
  }

  public func forward(
    _ inputs: NamedTensors<Scalar>
  ) throws -> (output: Tensor<Scalar>, cache: NamedTensors<Scalar>) {
    let (x, slope) = (try inputs["x"], try inputs["slope"])
    return (try x * (x * slope).sigmoid(), inputs)
  }

  public func backward(
    _ upstream: Tensor<Scalar>, cache: NamedTensors<Scalar>
  ) throws -> NamedTensors<Scalar> {
    let (x, slope) = (try cache["x"], try cache["slope"])
    let gate = try (x * slope).sigmoid()
    let slopeOfGate = try gate * (1 - gate)
    return [
      "x": try upstream * (gate + x * slope * slopeOfGate),
      "slope": try (upstream * x.squared() * slopeOfGate).sum(axis: 0),
    ]
  }
}
