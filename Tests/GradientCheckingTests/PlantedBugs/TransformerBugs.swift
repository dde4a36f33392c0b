import GradientChecking
import Tensors

/// `y = softmax(x·xᵀ)·x`, which looks at its input three times. Shapes: x and y `[T, D]`; the second
/// output is the scores `x·xᵀ`, `[T, T]`.
struct AttentionBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case scoresMissing, valuesMissing, scoresUpstreamMissing, contextMissing, sumTermMissing
    case transposed, sign
  }
  static let name = "attention of x·xᵀ"
  static let sizes = [4, 3]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> { ["x": .randomNormal(sizes, using: &random)] }

  private func softmax(_ scores: Tensor<Double>) throws -> Tensor<Double> {
    let raised = try (scores - scores.max(axis: 1, keepingAxis: true)).exp()
    return try raised / raised.sum(axis: 1, keepingAxis: true)
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: NamedTensors<Double>, cache: Tensor<Double>) {
    let x = try inputs["x"]
    let scores = try x.matrixMultiplied(by: x, transposingOther: true)
    return (["context": try softmax(scores).matrixMultiplied(by: x), "scores": scores], x)
  }

  func backward(
    _ upstream: NamedTensors<Double>, cache x: Tensor<Double>
  ) throws -> NamedTensors<Double> {
    let weights = try softmax(x.matrixMultiplied(by: x, transposingOther: true))
    let context = try upstream["context"] * (mistake == .contextMissing ? 0 : 1)
    let dw = try context.matrixMultiplied(by: x, transposingOther: true)
    var inner = try (dw * weights).sum(axis: 1, keepingAxis: true)
    if mistake == .sumTermMissing { inner = inner * 0 }
    let throughWeights = try weights * (dw - inner)
    let own = try upstream["scores"] * (mistake == .scoresUpstreamMissing ? 0 : 1)
    let ds = try own + throughWeights * (mistake == .scoresMissing ? 0 : 1)
    var dx = try ds.matrixMultiplied(by: x) + ds.transposed().matrixMultiplied(by: x)
    if mistake != .valuesMissing {
      dx = try dx + weights.matrixMultiplied(by: context, transposingSelf: true)
    }
    if mistake == .transposed { dx = dx.transposed() }
    return ["x": mistake == .sign ? -dx : dx]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(
      .scoresUpstreamMissing, "x", "ignores the gradient of the second output", [.pathMissing]),
    Plant(.contextMissing, "x", "ignores the gradient of the first output", [.pathMissing]),
    Plant(.scoresMissing, "x", "lets no gradient through the softmax", [.pathMissing]),
    Plant(.valuesMissing, "x", "forgets that the values are x too", [.pathMissing]),
    Plant(
      .sumTermMissing, "x", "forgets that a softmax divides by its sum",
      [.statisticsTermMissing, .pathMissing]),
    Plant(.transposed, "x", "returns the transpose", [.transposed]),
    Plant(.sign, "x", "descends where it should ascend", [.wrongSign]),
  ]
}

/// `y = x + ReLU(x·w1)·w2`, a residual block. Shapes: x and y `[N, D]`, w1 `[D, H]`, w2 `[H, D]`.
struct ResidualBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case skipMissing, skipOnly, slopeMissing, slopeByUpstream, weightsExchanged, hiddenNotCut
  }
  static let name = "residual block"
  static let sizes = [5, 4, 6]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    let (n, d, h) = (sizes[0], sizes[1], sizes[2])
    return [
      "x": .randomNormal([n, d], using: &random), "w1": .randomNormal([d, h], using: &random),
      "w2": .randomNormal([h, d], using: &random),
    ]
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    let hidden = try inputs["x"].matrixMultiplied(by: inputs["w1"]).maximum(0)
    return (try inputs["x"] + hidden.matrixMultiplied(by: inputs["w2"]), inputs)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let (x, w1, w2) = (try cache["x"], try cache["w1"], try cache["w2"])
    let a = try x.matrixMultiplied(by: w1)
    let reached = try upstream.matrixMultiplied(by: w2, transposingOther: true)
    let da: Tensor<Double> =
      switch mistake {
      case .slopeMissing: reached
      case .slopeByUpstream: try reached.replacing(where: reached .<= 0, with: 0)
      default: try reached.replacing(where: a .<= 0, with: 0)
      }
    let branch = try da.matrixMultiplied(by: w1, transposingOther: true)
    let hidden = mistake == .hiddenNotCut ? a : a.maximum(0)
    var dw1 = try x.matrixMultiplied(by: da, transposingSelf: true)
    var dw2 = try hidden.matrixMultiplied(by: upstream, transposingSelf: true)
    if mistake == .weightsExchanged { swap(&dw1, &dw2) }
    let dx =
      switch mistake {
      case .skipMissing: branch
      case .skipOnly: upstream
      default: try upstream + branch
      }
    return ["x": dx, "w1": dw1, "w2": dw2]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(.skipMissing, "x", "forgets the way around", [.pathMissing]),
    Plant(.skipOnly, "x", "forgets the way through the layers", [.pathMissing]),
    Plant(
      .slopeMissing, "w1", "leaves ReLU out", [.activationDerivativeMissing]),
    Plant(
      .slopeByUpstream, "w1", "asks whether the gradient is positive, not the sum",
      [.activationDerivativeMisplaced]),
    Plant(
      .hiddenNotCut, "w2", "multiplies by what came before ReLU",
      [.activationDerivativeMissing, .activationDerivativeMisplaced]),
    Plant(
      .weightsExchanged, "w1", "returns dw2 for dw1", [.otherInputsGradient], sizes: [5, 4, 4]),
  ]
}

/// Rows of a table and a position for each time step: `y[n, t] = table[token[n, t]] + place[t]`.
/// Shapes: table `[V, D]`, place `[T, D]`, tokens `[N, T]`, y `[N, T, D]`.
struct EmbeddingBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case assigned, rowOff, upstreamForgotten, averaged, placeNotSummed, placeOfLastSample
    case placeAveraged, transposedTable
  }
  static let name = "word embedding"
  static let sizes = [3, 5, 7, 4]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    let (n, t, v, d) = (sizes[0], sizes[1], sizes[2], sizes[3])
    return NamedTensors(
      [
        "table": .randomNormal([v, d], using: &random),
        "place": .randomNormal([t, d], using: &random),
      ], integers: ["tokens": Tensor<Int>.random([n, t], in: 0..<v, using: &random)])
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    (try inputs["table"].gathering(inputs.integers("tokens")) + inputs["place"], inputs)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let (tokens, count) = (try cache.integers("tokens"), try cache["table"].shape[0])
    let dy = mistake == .upstreamForgotten ? .ones(upstream.shape) : upstream
    let places = mistake == .rowOff ? tokens.map { ($0 + 1) % count } : tokens
    var table = try Tensor.scatterAdding(dy, at: places, count: count)
    var place = try dy.sum(axis: 0)
    switch mistake {
    case .assigned:
      for n in 0..<tokens.shape[0] {
        for t in 0..<tokens.shape[1] { try table.assign(dy[n, t, .all], at: tokens[n, t]) }
      }
    case .averaged: table = table / Double(tokens.count)
    case .placeNotSummed: place = dy
    case .placeOfLastSample: place = try dy[dy.shape[0] - 1, .all]
    case .placeAveraged: place = try dy.mean(axis: 0)
    case .transposedTable: table = table.transposed()
    default: break
    }
    return ["table": table, "place": place]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(
      .assigned, "table", "assigns rows of words that come more than once",
      [.assignedInsteadOfAdded]),
    Plant(.rowOff, "table", "counts words from 1", [.offByOne]),
    Plant(.upstreamForgotten, "table", "counts words", [.upstreamForgotten]),
    Plant(
      .averaged, "table", "averages over all words", [.meanInsteadOfSum, .constantFactor]),
    Plant(.placeNotSummed, "place", "does not sum over the batch", [.sumMissing]),
    Plant(
      .placeOfLastSample, "place", "looks at the last sample only",
      [.onlyOneIndexCounts, .assignedInsteadOfAdded]),
    Plant(.placeAveraged, "place", "averages over the batch", [.meanInsteadOfSum]),
    Plant(.transposedTable, "table", "fills columns instead of rows", [.transposed]),
  ]
}

/// `y = x·mask/keep`, dropout whose mask is given. Shapes: x and mask `[N, D]`.
struct DropoutBugs: PlantedLayer {
  enum Mistake: CaseIterable { case maskIgnored, scaleForgotten, scaledTwice, upstreamForgotten }
  static let name = "dropout"
  static let sizes = [5, 6]
  let keep = 0.7
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    NamedTensors(
      ["x": .randomNormal(sizes, using: &random)],
      masks: ["kept": Tensor<Bool>.random(sizes, probability: 0.7, using: &random)])
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: Tensor<Bool>) {
    let kept = try inputs.mask("kept")
    return (try inputs["x"].replacing(where: !kept, with: 0) / keep, kept)
  }

  func backward(
    _ upstream: Tensor<Double>, cache kept: Tensor<Bool>
  ) throws -> NamedTensors<Double> {
    let dy = mistake == .upstreamForgotten ? .ones(upstream.shape) : upstream
    let dropped = try dy.replacing(where: !kept, with: 0)
    switch mistake {
    case .maskIgnored: return ["x": dy / keep]
    case .scaleForgotten: return ["x": dropped]
    case .scaledTwice: return ["x": dropped / (keep * keep)]
    default: return ["x": dropped / keep]
    }
  }

  static let plants: [Plant<Mistake>] = [
    Plant(.maskIgnored, "x", "gives gradients to what was dropped", [.maskIgnored]),
    Plant(.scaleForgotten, "x", "forgets to divide by the share kept", [.constantFactor]),
    Plant(.scaledTwice, "x", "divides by the share kept twice", [.constantFactor]),
    Plant(.upstreamForgotten, "x", "returns the mask", [.upstreamForgotten]),
  ]
}
