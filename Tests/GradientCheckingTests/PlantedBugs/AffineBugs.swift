import GradientChecking
import Tensors

/// `y = x·w + b`. Shapes: x `[N, D]`, w `[D, M]`, b `[M]`.
struct AffineBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case upstreamForgotten, weightTransposed, weightNotTransposed, weightAveraged, biasNotSummed
    case biasAveraged, biasOverWrongAxis, biasOfLastSample, wrongSign, neverFilled, exchanged
    case staleWeight, staleInput, singlePrecision, doubled, inputOfRank1, upstreamTwice, absolute
    case weightOfFirstSample, biasScalar
  }
  /// What survives from call to call, in a layer that keeps its cache for too long.
  final class Memory { var first: NamedTensors<Double>? }

  static let name = "affine"
  static let sizes = [4, 3, 5]
  var mistake: Mistake?
  let memory = Memory()

  init() {}

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    [
      "x": .randomNormal([sizes[0], sizes[1]], using: &random),
      "w": .randomNormal([sizes[1], sizes[2]], using: &random),
      "b": .randomNormal([sizes[2]], using: &random),
    ]
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    if memory.first == nil { memory.first = inputs }
    return (try inputs["x"].matrixMultiplied(by: inputs["w"]) + inputs["b"], inputs)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let stale = memory.first ?? cache
    let x = try mistake == .staleInput ? stale["x"] : cache["x"]
    let w = try mistake == .staleWeight ? stale["w"] : cache["w"]
    let dy = mistake == .upstreamForgotten ? .ones(upstream.shape) : upstream
    let dx = try dy.matrixMultiplied(by: w, transposingOther: mistake != .weightNotTransposed)
    let dw = try x.matrixMultiplied(by: dy, transposingSelf: true)
    let gradients: NamedTensors<Double> = ["x": dx, "w": dw, "b": try dy.sum(axis: 0)]
    return try spoil(gradients, x: x, dy: dy)
  }

  private func spoil(
    _ right: NamedTensors<Double>, x: Tensor<Double>, dy: Tensor<Double>
  ) throws -> NamedTensors<Double> {
    var gradients = right
    let (dx, dw, db, n) = (try right["x"], try right["w"], try right["b"], dy.shape[0])
    switch mistake {
    case .weightTransposed:
      gradients.set("w", to: try dy.matrixMultiplied(by: x, transposingSelf: true))
    case .weightAveraged: gradients.set("w", to: dw / Double(n))
    case .biasNotSummed: gradients.set("b", to: dy)
    case .biasAveraged: gradients.set("b", to: try dy.mean(axis: 0))
    case .biasOverWrongAxis: gradients.set("b", to: try dy.sum(axis: 1))
    case .biasOfLastSample:
      var last = db
      for sample in 0..<n { last = try dy[sample, .all] }
      gradients.set("b", to: last)
    case .wrongSign: gradients.set("x", to: -dx)
    case .neverFilled: gradients.set("w", to: .zeros(dw.shape))
    case .exchanged: (gradients) = ["x": dw, "w": dx, "b": db]
    case .singlePrecision:
      let product = try x.cast(to: Float.self).matrixMultiplied(
        by: dy.cast(to: Float.self), transposingSelf: true)
      gradients.set("w", to: product.cast(to: Double.self))
    case .doubled: gradients.set("x", to: dx * 2)
    case .inputOfRank1: gradients.set("x", to: try dx.sum(axis: 0))
    case .upstreamTwice:
      gradients.set("w", to: try x.matrixMultiplied(by: dy.squared(), transposingSelf: true))
    case .absolute: gradients.set("w", to: dw.absolute())
    case .weightOfFirstSample:
      gradients.set(
        "w", to: try x[0..<1, .all].matrixMultiplied(by: dy[0..<1, .all], transposingSelf: true))
    case .biasScalar: gradients.set("b", to: Tensor(scalar: db.sum()))
    default: break
    }
    return gradients
  }

  static let plants: [Plant<Mistake>] = [
    Plant(.upstreamForgotten, "x", "takes ones for the upstream gradient", [.upstreamForgotten]),
    Plant(.upstreamForgotten, "b", "takes ones for the upstream gradient", [.upstreamForgotten]),
    Plant(.weightTransposed, "w", "multiplies in the wrong order: dyᵀ·x", [.transposed]),
    Plant(
      .weightTransposed, "w", "multiplies in the wrong order: dyᵀ·x, of square weights",
      [.transposed], sizes: [5, 4, 4]),
    Plant(
      .weightNotTransposed, "x", "multiplies by w instead of wᵀ, which is square", [.transposed],
      sizes: [5, 4, 4]),
    Plant(.weightAveraged, "w", "averages over the batch", [.meanInsteadOfSum]),
    Plant(.biasNotSummed, "b", "returns the upstream gradient as it is", [.sumMissing]),
    Plant(.biasAveraged, "b", "averages over the batch", [.meanInsteadOfSum]),
    Plant(
      .biasOverWrongAxis, "b", "sums over the features instead of the batch", [.sumOverWrongAxis],
      sizes: [4, 3, 4]),
    Plant(.biasOverWrongAxis, "b", "sums over the wrong axis", [.sumOverWrongAxis]),
    Plant(
      .biasOfLastSample, "b", "assigns in a loop over samples",
      [.onlyOneIndexCounts, .assignedInsteadOfAdded]),
    Plant(.wrongSign, "x", "has a minus too many", [.wrongSign]),
    Plant(.neverFilled, "w", "never fills its buffer", [.zeros]),
    Plant(
      .exchanged, "x", "returns dw for dx, of the same shape", [.otherInputsGradient],
      sizes: [4, 4, 4]),
    Plant(.exchanged, "w", "returns dx for dw", [.otherInputsGradient]),
    Plant(.staleWeight, "x", "keeps the weights of the first call", [.staleCache]),
    Plant(.staleInput, "w", "keeps the input of the first call", [.staleCache]),
    Plant(.singlePrecision, "w", "multiplies in Float", [.singlePrecision], sizes: [60, 30, 20]),
    Plant(.doubled, "x", "adds the gradient twice", [.constantFactor]),
    Plant(.inputOfRank1, "x", "sums the gradient of the input over the batch", [.wrongShape]),
    Plant(.upstreamTwice, "w", "multiplies by the upstream gradient twice", [.upstreamUsedTwice]),
    Plant(.absolute, "w", "loses the sign in a norm", [.signLost]),
    Plant(
      .weightOfFirstSample, "w", "looks at the first sample only", [.onlyOneIndexCounts]),
    Plant(.biasScalar, "b", "sums over all axes", [.wrongShape, .sumOverWrongAxis]),
  ]
}
