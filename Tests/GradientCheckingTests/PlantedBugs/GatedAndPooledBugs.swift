import GradientChecking
import Tensors

/// `y = x/‖x‖` for each row. Shapes: x and y `[N, D]`.
struct UnitRowsBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case projectionMissing, normMissing, squaredNorm, wrongSign, rowsReversed
  }
  static let name = "rows of length one"
  static let sizes = [4, 5]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> { ["x": .randomNormal(sizes, using: &random) * 2] }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: Tensor<Double>) {
    let x = try inputs["x"]
    return (try x / x.squared().sum(axis: 1, keepingAxis: true).squareRoot(), x)
  }

  func backward(
    _ upstream: Tensor<Double>, cache x: Tensor<Double>
  ) throws -> NamedTensors<Double> {
    let norm = try x.squared().sum(axis: 1, keepingAxis: true).squareRoot()
    let y = try x / norm
    var along = try y * (upstream * y).sum(axis: 1, keepingAxis: true)
    if mistake == .projectionMissing { along = along * 0 }
    let dx = try upstream - along
    switch mistake {
    case .normMissing: return ["x": dx]
    case .squaredNorm: return ["x": try dx / norm.squared()]
    case .wrongSign: return ["x": try -dx / norm]
    case .rowsReversed: return ["x": try Tensor.stacking((dx / norm).unstacked().reversed())]
    default: return ["x": try dx / norm]
    }
  }

  static var plants: [Plant<Mistake>] {
    [
      Plant(.projectionMissing, "x", "takes the length for a constant", [.statisticsTermMissing]),
      Plant(.wrongSign, "x", "has a minus too many", [.wrongSign]),
      Plant(.rowsReversed, "x", "fills from the back", [.reversed]),
      Plant(.normMissing, "x", "does not divide by the length", []),
      Plant(.squaredNorm, "x", "divides by the length twice", []),
    ]
  }
}

/// The mean over the time steps that a mask keeps. Shapes: x `[N, T, D]`, mask `[N, T]`, y `[N, D]`.
struct MaskedMeanBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case notAveraged, maskIgnored, overAllSteps, upstreamForgotten, lastStepOnly, timeFirst
  }
  static let name = "mean over time"
  static let sizes = [3, 6, 4]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    let kept = Tensor<Bool>.random([sizes[0], sizes[1]], probability: 0.7, using: &random)
    var elements = kept.elements
    for n in 0..<sizes[0] { elements[n * sizes[1]] = true }
    return NamedTensors(
      ["x": .randomNormal(sizes, using: &random)],
      masks: ["kept": try Tensor(elements, shape: kept.shape)])
  }

  private func weights(_ inputs: NamedTensors<Double>) throws -> Tensor<Double> {
    let kept = try inputs.mask("kept").map { $0 ? 1.0 : 0 }
    return try (kept / kept.sum(axis: 1, keepingAxis: true)).expandingAxis(at: 2)
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    (try (inputs["x"] * weights(inputs)).sum(axis: 1), inputs)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let dy = try (mistake == .upstreamForgotten ? .ones(upstream.shape) : upstream)
      .expandingAxis(at: 1)
    var w = try weights(cache)
    let kept = try cache.mask("kept").map { $0 ? 1.0 : 0 }.expandingAxis(at: 2)
    let steps = w.shape[1]
    switch mistake {
    case .notAveraged: w = kept
    case .maskIgnored: w = try w.max(axis: 1, keepingAxis: true) * Tensor.ones(w.shape)
    case .overAllSteps: w = kept / Double(steps)
    case .lastStepOnly:
      w = try .concatenating([w[.all, 0..<steps - 1] * 0, w[.all, steps - 1..<steps]], axis: 1)
    default: break
    }
    let dx = try dy * w
    return ["x": mistake == .timeFirst ? try dx.permuted(1, 0, 2) : dx]
  }

  static var plants: [Plant<Mistake>] {
    [
      Plant(.maskIgnored, "x", "gives gradients to padding", [.maskIgnored]),
      Plant(.upstreamForgotten, "x", "takes ones for the upstream gradient", [.upstreamForgotten]),
      Plant(.timeFirst, "x", "puts time first", [.transposed]),
      Plant(.notAveraged, "x", "forgets to divide by the number of steps kept", []),
      Plant(.overAllSteps, "x", "divides by all steps instead of those kept", []),
      Plant(
        .lastStepOnly, "x", "looks at the last step only", [.onlyOneIndexCounts, .onePartWrong]),
    ]
  }
}

/// `y = SiLU(x·w)·v`, a gated unit: `SiLU(a) = a·σ(a)`. Shapes: x `[N, D]`, w and v `[D, M]` with
/// `y = SiLU(x·w)∘(x·v)`, y `[N, M]`.
struct GatedUnitBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case gatePathMissing, valuePathMissing, weightsExchanged, sigmoidOnly, averaged, notTransposed
    case upstreamForgotten, valueWithoutGate, doubled
  }
  static let name = "gated unit"
  static let sizes = [6, 4, 5]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    [
      "x": .randomNormal([sizes[0], sizes[1]], using: &random),
      "w": .randomNormal([sizes[1], sizes[2]], using: &random),
      "v": .randomNormal([sizes[1], sizes[2]], using: &random),
    ]
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    let a = try inputs["x"].matrixMultiplied(by: inputs["w"])
    return (try a * a.sigmoid() * inputs["x"].matrixMultiplied(by: inputs["v"]), inputs)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let (x, w, v) = (try cache["x"], try cache["w"], try cache["v"])
    let (a, b) = (try x.matrixMultiplied(by: w), try x.matrixMultiplied(by: v))
    let s = a.sigmoid()
    let dy = mistake == .upstreamForgotten ? .ones(upstream.shape) : upstream
    let slope = try mistake == .sigmoidOnly ? s : s + a * s * (1 - s)
    let da = try dy * b * slope * (mistake == .doubled ? 2 : 1)
    let db = try mistake == .valueWithoutGate ? dy : dy * a * s
    var throughGate = try da.matrixMultiplied(by: w, transposingOther: true)
    var throughValue = try db.matrixMultiplied(by: v, transposingOther: true)
    if mistake == .gatePathMissing { throughGate = throughGate * 0 }
    if mistake == .valuePathMissing { throughValue = throughValue * 0 }
    var dw = try x.matrixMultiplied(by: da, transposingSelf: true)
    var dv = try x.matrixMultiplied(by: db, transposingSelf: true)
    if mistake == .weightsExchanged { swap(&dw, &dv) }
    if mistake == .averaged { dw = dw / Double(x.shape[0]) }
    if mistake == .notTransposed { dv = dv.transposed() }
    return ["x": try throughGate + throughValue, "w": dw, "v": dv]
  }

  static var plants: [Plant<Mistake>] {
    [
      Plant(.gatePathMissing, "x", "forgets the way through the gate", [.pathMissing]),
      Plant(.valuePathMissing, "x", "forgets the way through the values", [.pathMissing]),
      Plant(.weightsExchanged, "w", "returns dv for dw", [.otherInputsGradient]),
      Plant(
        .sigmoidOnly, "w", "takes σ(a) for the derivative of a·σ(a)",
        [.activationDerivativeMisplaced]),
      Plant(.averaged, "w", "averages over the batch", [.meanInsteadOfSum]),
      Plant(.notTransposed, "v", "multiplies in the wrong order", [.transposed]),
      Plant(.upstreamForgotten, "v", "takes ones for the upstream gradient", [.upstreamForgotten]),
      Plant(.valueWithoutGate, "v", "leaves the gate out", [.activationDerivativeMissing]),
      Plant(.doubled, "w", "adds the gradient twice", [.constantFactor]),
    ]
  }
}
