import GradientChecking
import Tensors

/// One step of an LSTM, with gates i, f, o, g. Shapes: x `[N, D]`, h and c `[N, H]`, wx `[D, 4H]`,
/// wh `[H, 4H]`, b `[4H]`; the outputs hidden and cell `[N, H]`.
struct LSTMBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case cellUpstreamMissing, hiddenUpstreamMissing, hiddenPathMissing, gatesSwapped
    case candidateSigmoid, forgetOfNewCell, outputSign, forgetMissing, candidateForgotten
    case outputGateOfCell, biasNotSummed, outputGateForgotten
  }
  static let name = "LSTM step"
  static let sizes = [3, 4, 5]
  static let blocks = [
    "wx": Blocks(axis: 1, names: ["i", "f", "o", "g"]),
    "wh": Blocks(axis: 1, names: ["i", "f", "o", "g"]),
    "b": Blocks(axis: 0, names: ["i", "f", "o", "g"]),
  ]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    let (n, d, h) = (sizes[0], sizes[1], sizes[2])
    return [
      "x": .randomNormal([n, d], using: &random), "h": .randomNormal([n, h], using: &random),
      "c": .randomNormal([n, h], using: &random),
      "wx": .randomNormal([d, 4 * h], using: &random) * 0.5,
      "wh": .randomNormal([h, 4 * h], using: &random) * 0.5,
      "b": .randomNormal([4 * h], using: &random) * 0.5,
    ]
  }

  struct Cache {
    var inputs: NamedTensors<Double>
    var i, f, o, g, cell: Tensor<Double>
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: NamedTensors<Double>, cache: Cache) {
    let a =
      try inputs["x"].matrixMultiplied(by: inputs["wx"])
      + inputs["h"].matrixMultiplied(by: inputs["wh"]) + inputs["b"]
    let size = try inputs["h"].shape[1]
    func gate(_ index: Int) throws -> Tensor<Double> {
      try a[.all, index * size..<(index + 1) * size]
    }
    let (i, f, o) = (try gate(0).sigmoid(), try gate(1).sigmoid(), try gate(2).sigmoid())
    let g = try gate(3).tanh()
    let cell = try f * inputs["c"] + i * g
    return (
      ["hidden": try o * cell.tanh(), "cell": cell],
      Cache(inputs: inputs, i: i, f: f, o: o, g: g, cell: cell)
    )
  }

  func backward(
    _ upstream: NamedTensors<Double>, cache: Cache
  ) throws -> NamedTensors<Double> {
    let none = Tensor<Double>.zeros(cache.cell.shape)
    let hidden = try mistake == .hiddenUpstreamMissing ? none : upstream["hidden"]
    let ownCell = try mistake == .cellUpstreamMissing ? none : upstream["cell"]
    let (i, f, o, g) = (cache.i, cache.f, cache.o, cache.g)
    let squashed = cache.cell.tanh()
    var throughHidden = try hidden * o * (1 - squashed.squared())
    if mistake == .hiddenPathMissing { throughHidden = none }
    if mistake == .outputGateForgotten { throughHidden = try hidden * (1 - squashed.squared()) }
    let cell = try ownCell + throughHidden
    let before = try mistake == .forgetOfNewCell ? cache.cell : cache.inputs["c"]
    let shown = mistake == .outputGateOfCell ? cache.cell : squashed
    let di = try cell * g * i * (1 - i)
    let df = try cell * before * (mistake == .forgetMissing ? none + 1 : f * (1 - f))
    let dO = try hidden * shown * o * (1 - o) * (mistake == .outputSign ? -1 : 1)
    let dg = try cell * i * (mistake == .candidateSigmoid ? g * (1 - g) : 1 - g.squared())
    var gates = [di, df, dO, mistake == .candidateForgotten ? none : dg]
    if mistake == .gatesSwapped { gates.swapAt(1, 2) }
    let da = try Tensor.concatenating(gates, axis: 1)
    return [
      "x": try da.matrixMultiplied(by: cache.inputs["wx"], transposingOther: true),
      "h": try da.matrixMultiplied(by: cache.inputs["wh"], transposingOther: true),
      "c": try cell * f,
      "wx": try cache.inputs["x"].matrixMultiplied(by: da, transposingSelf: true),
      "wh": try cache.inputs["h"].matrixMultiplied(by: da, transposingSelf: true),
      "b": mistake == .biasNotSummed ? da : try da.sum(axis: 0),
    ]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(.cellUpstreamMissing, "c", "ignores the next step's cell gradient", [.pathMissing]),
    Plant(.cellUpstreamMissing, "x", "ignores the next step's cell gradient", [.pathMissing]),
    Plant(.cellUpstreamMissing, "wh", "ignores the next step's cell gradient", [.pathMissing]),
    Plant(.hiddenUpstreamMissing, "wx", "ignores the hidden state's gradient", [.pathMissing]),
    Plant(.hiddenPathMissing, "c", "misses that the hidden state shows the cell", [.pathMissing]),
    Plant(.gatesSwapped, "b", "orders the gates i, o, f, g", [.blocksSwapped]),
    Plant(.gatesSwapped, "wx", "orders the gates i, o, f, g", [.blocksSwapped]),
    Plant(
      .candidateSigmoid, "wh", "takes g for a sigmoid",
      [.onePartWrong, .activationDerivativeMisplaced]),
    Plant(.forgetOfNewCell, "wx", "takes the new cell for the old in f", [.onePartWrong]),
    Plant(.outputSign, "b", "has a minus too many in o", [.onePartWrong]),
    Plant(
      .forgetMissing, "wh", "leaves out f's sigmoid",
      [.onePartWrong, .activationDerivativeMissing]),
    Plant(.candidateForgotten, "b", "forgets g", [.onePartWrong]),
    Plant(
      .outputGateOfCell, "b", "takes c for tanh(c) in o",
      [.onePartWrong, .activationDerivativeMisplaced]),
    Plant(.biasNotSummed, "b", "does not sum over the batch", [.sumMissing]),
    Plant(
      .outputGateForgotten, "c", "forgets o on the way from the hidden state",
      [.pathMissing, .activationDerivativeMisplaced]),
  ]
}
