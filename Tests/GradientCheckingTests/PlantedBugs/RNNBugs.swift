import GradientChecking
import Tensors

/// `h′ = tanh(x·wx + h·wh + b)`. Shapes: x `[N, D]`, h `[N, H]`, wx `[D, H]`, wh `[H, H]`, b `[H]`.
struct RNNStepBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case derivativeOfInput, derivativeMissing, notSquared, stateNotTransposed, biasAveraged
    case weightsExchanged, stateIgnored, clipped
  }
  static let name = "tanh RNN step"
  static let sizes = [3, 4, 5]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    let (n, d, h) = (sizes[0], sizes[1], sizes[2])
    return [
      "x": .randomNormal([n, d], using: &random), "h": .randomNormal([n, h], using: &random),
      "wx": .randomNormal([d, h], using: &random) * 0.5,
      "wh": .randomNormal([h, h], using: &random) * 0.5, "b": .randomNormal([h], using: &random),
    ]
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    let a =
      try inputs["x"].matrixMultiplied(by: inputs["wx"])
      + inputs["h"].matrixMultiplied(by: inputs["wh"]) + inputs["b"]
    var cache = inputs
    cache.set("a", to: a)
    return (a.tanh(), cache)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let (a, h) = (try cache["a"], try cache["a"].tanh())
    let slope: Tensor<Double> =
      switch mistake {
      case .derivativeOfInput: 1 - a.squared()
      case .derivativeMissing: .ones(a.shape)
      case .notSquared: 1 - h
      default: 1 - h.squared()
      }
    let da = try upstream * slope
    let toState = mistake != .stateNotTransposed
    var dwx = try cache["x"].matrixMultiplied(by: da, transposingSelf: true)
    var dwh = try cache["h"].matrixMultiplied(by: da, transposingSelf: true)
    if mistake == .weightsExchanged { swap(&dwx, &dwh) }
    if mistake == .stateIgnored { dwh = .zeros(dwh.shape) }
    if mistake == .clipped { dwh = dwh.clamped(to: -0.5...0.5) }
    return [
      "x": try da.matrixMultiplied(by: cache["wx"], transposingOther: true),
      "h": try da.matrixMultiplied(by: cache["wh"], transposingOther: toState),
      "wx": dwx, "wh": dwh,
      "b": mistake == .biasAveraged ? try da.mean(axis: 0) : try da.sum(axis: 0),
    ]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(
      .derivativeOfInput, "b", "1 − a² of the sum instead of the state",
      [.activationDerivativeMisplaced]),
    Plant(
      .derivativeOfInput, "x", "1 − a² of the sum instead of the state",
      [.activationDerivativeMisplaced]),
    Plant(
      .derivativeOfInput, "wh", "1 − a² of the sum instead of the state",
      [.activationDerivativeMisplaced]),
    Plant(.derivativeMissing, "wx", "leaves tanh out", [.activationDerivativeMissing]),
    Plant(.derivativeMissing, "h", "leaves tanh out", [.activationDerivativeMissing]),
    Plant(.notSquared, "b", "1 − h instead of 1 − h²", [.activationDerivativeMisplaced]),
    Plant(.stateNotTransposed, "h", "multiplies by wh instead of whᵀ", [.transposed]),
    Plant(.biasAveraged, "b", "averages over the batch", [.meanInsteadOfSum]),
    Plant(
      .weightsExchanged, "wh", "returns dwx for dwh", [.otherInputsGradient], sizes: [3, 5, 5]),
    Plant(.stateIgnored, "wh", "forgets the state's weights", [.zeros]),
    Plant(.clipped, "wh", "clips inside the backward pass", [.clipped]),
  ]
}

/// The step over and over: `h[t] = tanh(x[t]·wx + h[t−1]·wh + b)`. Shapes: x `[N, T, D]`,
/// h0 `[N, H]`, wx `[D, H]`, wh `[H, H]`, b `[H]`, all states `[N, T, H]`.
struct RNNSequenceBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case notCarried, truncated, assigned, reversed, shifted, onlyLastUpstream, biasNotSummed
    case carriedNotTransposed, carriedWithoutSlope, wrongState
  }
  static let name = "RNN sequence"
  static let sizes = [3, 6, 4, 5]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    let (n, t, d, h) = (sizes[0], sizes[1], sizes[2], sizes[3])
    return [
      "x": .randomNormal([n, t, d], using: &random), "h0": .randomNormal([n, h], using: &random),
      "wx": .randomNormal([d, h], using: &random) * 0.4,
      "wh": .randomNormal([h, h], using: &random) * 0.4,
      "b": .randomNormal([h], using: &random) * 0.4,
    ]
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    var states = [try inputs["h0"]]
    let (x, wx, wh) = (try inputs["x"], try inputs["wx"], try inputs["wh"])
    for t in 0..<x.shape[1] {
      let a =
        try x[.all, t].matrixMultiplied(by: wx) + states[t].matrixMultiplied(by: wh) + inputs["b"]
      states.append(a.tanh())
    }
    let all = try Tensor.stacking(Array(states.dropFirst()), axis: 1)
    var cache = inputs
    cache.set("states", to: try Tensor.stacking(states, axis: 1))
    return (all, cache)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let (x, states) = (try cache["x"], try cache["states"])
    let (wx, wh) = (try cache["wx"], try cache["wh"])
    let steps = x.shape[1]
    var carried = Tensor<Double>.zeros(try cache["h0"].shape)
    var (dwx, dwh) = (Tensor<Double>.zeros(wx.shape), Tensor<Double>.zeros(wh.shape))
    var dx = [Tensor<Double>](repeating: .zeros([x.shape[0], x.shape[2]]), count: steps)
    var das = [Tensor<Double>](repeating: carried, count: steps)
    for t in (0..<steps).reversed() {
      let own =
        try mistake == .onlyLastUpstream && t < steps - 1 ? carried : upstream[.all, t] + carried
      let da = try own * (1 - states[.all, t + 1].squared())
      das[t] = da
      dx[t] = try da.matrixMultiplied(by: wx, transposingOther: true)
      let before = try states[.all, mistake == .wrongState ? t + 1 : t]
      let (stepX, stepH) = (
        try x[.all, t].matrixMultiplied(by: da, transposingSelf: true),
        try before.matrixMultiplied(by: da, transposingSelf: true)
      )
      dwx = try mistake == .assigned ? stepX : dwx + stepX
      dwh = try mistake == .assigned ? stepH : dwh + stepH
      carried = try (mistake == .carriedWithoutSlope ? own : da).matrixMultiplied(
        by: wh, transposingOther: mistake != .carriedNotTransposed)
      if mistake == .notCarried && t > 0 || mistake == .truncated && t == 3 {
        carried = .zeros(carried.shape)
      }
    }
    if mistake == .reversed { dx.reverse() }
    if mistake == .shifted { dx = Array(dx.dropFirst()) + [.zeros(dx[0].shape)] }
    let da = try Tensor.stacking(das, axis: 1)
    return [
      "x": try .stacking(dx, axis: 1), "h0": carried, "wx": dwx, "wh": dwh,
      "b": try mistake == .biasNotSummed ? da.sum(axis: 0) : da.sum(axes: [0, 1]),
    ]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(.notCarried, "x", "does not carry the state's gradient back", [.notCarriedBack]),
    Plant(.notCarried, "wx", "does not carry the state's gradient back", [.notCarriedBack]),
    Plant(.notCarried, "wh", "does not carry the state's gradient back", [.notCarriedBack]),
    Plant(.notCarried, "b", "does not carry the state's gradient back", [.notCarriedBack]),
    Plant(.truncated, "x", "stops carrying back half way", [.notCarriedBack]),
    Plant(
      .assigned, "wh", "assigns dwh at each step instead of adding",
      [.assignedInsteadOfAdded, .onlyOneIndexCounts]),
    Plant(
      .assigned, "wx", "assigns dwx at each step instead of adding",
      [.assignedInsteadOfAdded, .onlyOneIndexCounts]),
    Plant(.reversed, "x", "appends time steps while walking back", [.reversed]),
    Plant(.shifted, "x", "writes each time step one too early", [.offByOne]),
    Plant(
      .onlyLastUpstream, "x", "looks at the upstream gradient of the last step only",
      [.onlyOneIndexCounts, .pathMissing]),
    Plant(
      .onlyLastUpstream, "wh", "looks at the upstream gradient of the last step only",
      [.onlyOneIndexCounts, .pathMissing]),
    Plant(.biasNotSummed, "b", "sums over the batch, not over time", [.sumMissing]),
    Plant(
      .carriedNotTransposed, "x", "carries back through wh instead of whᵀ",
      [.notCarriedBack, .transposed]),
    Plant(
      .carriedWithoutSlope, "x", "carries back without the derivative of tanh",
      [.notCarriedBack, .activationDerivativeMissing]),
    Plant(
      .wrongState, "wh", "takes the state after the step for the one before",
      [.offByOne]),
  ]
}
