import GradientChecking
import Tensors

/// `y = σ(x)`. Shapes: x and y `[N, D]`.
struct SigmoidBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case ofInput, missing, upstreamForgotten, upstreamTwice, absolute, tanhs, halfDerivative
  }
  static let name = "sigmoid"
  static let sizes = [4, 5]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    ["x": .randomNormal(sizes, using: &random)]
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: Tensor<Double>) {
    (try inputs["x"].sigmoid(), try inputs["x"])
  }

  func backward(
    _ upstream: Tensor<Double>, cache x: Tensor<Double>
  ) throws -> NamedTensors<Double> {
    let y = mistake == .ofInput ? x : x.sigmoid()
    let slope = try y * (1 - y)
    switch mistake {
    case .missing: return ["x": upstream]
    case .upstreamForgotten: return ["x": slope]
    case .upstreamTwice: return ["x": try upstream * upstream * slope]
    case .absolute: return ["x": try (upstream * slope).squared().squareRoot()]
    case .tanhs: return ["x": try upstream * (1 - y.squared())]
    case .halfDerivative: return ["x": try upstream * y]
    default: return ["x": try upstream * slope]
    }
  }

  static let plants: [Plant<Mistake>] = [
    Plant(.ofInput, "x", "x(1−x) instead of y(1−y)", [.activationDerivativeMisplaced]),
    Plant(.missing, "x", "passes the upstream gradient through", [.activationDerivativeMissing]),
    Plant(.upstreamForgotten, "x", "returns the derivative alone", [.upstreamForgotten]),
    Plant(.upstreamTwice, "x", "multiplies by the upstream gradient twice", [.upstreamUsedTwice]),
    Plant(.absolute, "x", "loses the sign", [.signLost]),
    Plant(.tanhs, "x", "takes the derivative of tanh", [.activationDerivativeMisplaced]),
    Plant(
      .halfDerivative, "x", "multiplies by the output alone", [.activationDerivativeMisplaced]),
  ]
}

/// `y = max(0, x)·a`, with a scale for each feature. Shapes: x and y `[N, D]`, a `[D]`.
struct ScaledReLUBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case missing, byUpstream, inverted, scaleNotSummed, scaleOfInput, notANumber, scaleReversed
  }
  static let name = "ReLU, scaled"
  static let sizes = [6, 4]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    [
      "x": .randomNormal(sizes, using: &random),
      "a": .randomUniform([sizes[1]], in: 0.5..<2, using: &random),
    ]
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    (try inputs["x"].maximum(0) * inputs["a"], inputs)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let (x, a) = (try cache["x"], try cache["a"])
    let dy = try upstream * a
    var dx = try dy.replacing(where: x .<= 0, with: 0)
    var da = try (upstream * x.maximum(0)).sum(axis: 0)
    switch mistake {
    case .missing: dx = dy
    case .byUpstream: dx = try dy.replacing(where: upstream .<= 0, with: 0)
    case .inverted: dx = try dy.replacing(where: x .> 0, with: 0)
    case .scaleNotSummed: da = try upstream * x.maximum(0)
    case .scaleOfInput: da = try (upstream * x).sum(axis: 0)
    case .notANumber: dx = try dy * (x.maximum(0) / x.maximum(0))
    case .scaleReversed: da = try Tensor.stacking(da.unstacked().reversed())
    case nil: break
    }
    return ["x": dx, "a": da]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(
      .missing, "x", "passes the gradient where the input is negative",
      [.activationDerivativeMissing, .maskIgnored]),
    Plant(
      .byUpstream, "x", "asks whether the upstream gradient is positive",
      [.activationDerivativeMisplaced]),
    Plant(
      .inverted, "x", "lets through where it should not, and not where it should",
      [.activationDerivativeMisplaced, .maskIgnored]),
    Plant(.scaleNotSummed, "a", "does not sum over the batch", [.sumMissing]),
    Plant(
      .scaleOfInput, "a", "multiplies by the input before the activation",
      [.activationDerivativeMisplaced, .activationDerivativeMissing]),
    Plant(.notANumber, "x", "divides zero by zero", [.notFinite]),
    Plant(.scaleReversed, "a", "fills from the back", [.reversed]),
  ]
}
