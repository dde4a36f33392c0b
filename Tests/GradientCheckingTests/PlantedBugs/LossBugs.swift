import GradientChecking
import Tensors

/// The mean over the tokens that count of `−log softmax(x)[target]`. Shapes: x `[N, T, V]`, targets
/// and mask `[N, T]`, the loss `[]`.
struct SoftmaxLossBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case notAveraged, targetMissing, maskIgnored, upstreamForgotten, wrongSign, overAllTokens
    case overflow, firstTimeOnly
  }
  static let name = "softmax cross-entropy"
  static let sizes = [3, 4, 5]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    let rows = Array(sizes.prefix(2))
    return NamedTensors(
      ["x": .randomNormal(sizes, using: &random)],
      integers: ["targets": Tensor<Int>.random(rows, in: 0..<sizes[2], using: &random)],
      masks: ["counts": Tensor<Bool>.random(rows, probability: 0.7, using: &random)])
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    let x = try inputs["x"]
    let (targets, counts) = (try inputs.integers("targets"), try inputs.mask("counts"))
    let losses = try x.logSumExp(axis: -1) - x.gatheringLastAxis(targets)
    let mean = try losses.replacing(where: !counts, with: 0).sum() / Double(counts.trueCount)
    return (Tensor(scalar: mean), inputs)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let x = try cache["x"]
    let (targets, counts) = (try cache.integers("targets"), try cache.mask("counts"))
    let raised = (mistake == .overflow ? x * 1000 : x).exp()
    let probabilities = try raised / raised.sum(axis: -1, keepingAxis: true)
    var hot = try Tensor<Double>.oneHot(targets, depth: x.shape[2])
    if mistake == .targetMissing { hot = hot * 0 }
    var dx = try probabilities - hot
    let dead = try (!counts).expandingAxis(at: 2).broadcast(to: x.shape)
    if mistake != .maskIgnored { dx = try dx.replacing(where: dead, with: 0) }
    if mistake == .wrongSign { dx = -dx }
    if mistake == .firstTimeOnly {
      let late = Tensor<Double>.zeros([x.shape[0], x.shape[1] - 1, x.shape[2]])
      dx = try .concatenating([dx[.all, 0..<1], late], axis: 1)
    }
    let size =
      mistake == .notAveraged
      ? 1 : Double(mistake == .overAllTokens ? counts.count : counts.trueCount)
    let dy = try mistake == .upstreamForgotten ? 1 : upstream.scalar()
    return ["x": dx * (dy / size)]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(
      .notAveraged, "x", "forgets that the loss is a mean", [.sumInsteadOfMean, .constantFactor]),
    Plant(.targetMissing, "x", "forgets the −1 at the target class", [.targetTermMissing]),
    Plant(.maskIgnored, "x", "gives gradients to padding", [.maskIgnored]),
    Plant(
      .upstreamForgotten, "x", "forgets that the loss may be scaled",
      [.upstreamForgotten]),
    Plant(.wrongSign, "x", "subtracts probabilities from targets", [.wrongSign]),
    Plant(
      .overAllTokens, "x", "divides by all tokens instead of those that count",
      [.constantFactor]),
    Plant(.overflow, "x", "overflows without the maximum subtracted", [.notFinite]),
    Plant(
      .firstTimeOnly, "x", "walks through the first time step only",
      [.onlyOneIndexCounts, .onePartWrong]),
  ]
}

/// `mean((x·w + b − y)²) + λ/2·(Σw²)`. Shapes: x `[N, D]`, w `[D, M]`, b `[M]`, the loss `[]`.
struct RegularizedLossBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case penaltyMissing, penaltyTwice, biasToo, twoForgotten, notAveraged, errorSign
  }
  static let name = "L2-regularised loss"
  static let sizes = [6, 3, 4]
  let decay = 0.3
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    let (n, d, m) = (sizes[0], sizes[1], sizes[2])
    return [
      "x": .randomNormal([n, d], using: &random), "w": .randomNormal([d, m], using: &random),
      "b": .randomNormal([m], using: &random), "y": .randomNormal([n, m], using: &random),
    ]
  }

  private func difference(_ inputs: NamedTensors<Double>) throws -> Tensor<Double> {
    try inputs["x"].matrixMultiplied(by: inputs["w"]) + inputs["b"] - inputs["y"]
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    let penalty = try inputs["w"].squared().sum() * decay / 2
    return (Tensor(scalar: try difference(inputs).squared().mean() + penalty), inputs)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let dy = try upstream.scalar()
    let error = try difference(cache)
    let size = mistake == .notAveraged ? 1 : Double(error.count)
    let slope = error * ((mistake == .twoForgotten ? 1 : 2) * dy / size)
    var penalty = try cache["w"] * (decay * dy)
    if mistake == .penaltyMissing { penalty = penalty * 0 }
    if mistake == .penaltyTwice { penalty = penalty * 2 }
    let forBias = try mistake == .biasToo ? cache["b"] * (decay * dy) : cache["b"] * 0
    return [
      "x": try slope.matrixMultiplied(by: cache["w"], transposingOther: true),
      "w": try cache["x"].matrixMultiplied(by: slope, transposingSelf: true) + penalty,
      "b": try slope.sum(axis: 0) + forBias, "y": mistake == .errorSign ? slope : -slope,
    ]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(.penaltyMissing, "w", "forgets the penalty", [.regularization]),
    Plant(.penaltyTwice, "w", "forgets that half the square is λ·w", [.regularization]),
    Plant(.biasToo, "b", "adds the penalty to the bias as well", [.regularization]),
    Plant(.twoForgotten, "x", "forgets the 2 of the square", [.constantFactor]),
    Plant(
      .notAveraged, "x", "forgets that the loss is a mean", [.sumInsteadOfMean, .constantFactor]),
    Plant(
      .notAveraged, "b", "forgets that the loss is a mean", [.sumInsteadOfMean, .constantFactor]),
    Plant(.errorSign, "y", "forgets the minus before the target", [.wrongSign]),
  ]
}
