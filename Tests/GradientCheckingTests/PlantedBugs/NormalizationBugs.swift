import GradientChecking
import Tensors

/// `y = γ·(x − mean)/√(variance + ε) + β`. Shapes: x `[N, D]`, γ and β `[D]`.
/// The axis over which mean and variance go makes it batch or layer normalization.
protocol NormalizationBugs: PlantedLayer where Mistake == NormalizationMistake {
  /// 0 over the batch, 1 over the features.
  static var axis: Int { get }
}

enum NormalizationMistake: CaseIterable {
  case statisticsMissing, varianceMissing, meanMissing, gammaNotSummed, gammaIsBeta
  case betaAveraged, betaNotSummed, gammaAveraged, betaOverWrongAxis, inputAveraged, sumsForMeans
  case gammaOfInput
}

struct NormalizationCache {
  var inputs: NamedTensors<Double>
  var normal, deviation: Tensor<Double>
}

extension NormalizationBugs {
  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    [
      "x": .randomNormal(sizes, mean: 0.5, standardDeviation: 2, using: &random),
      "gamma": .randomUniform([sizes[1]], in: 0.5..<2, using: &random),
      "beta": .randomNormal([sizes[1]], using: &random),
    ]
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NormalizationCache) {
    let x = try inputs["x"]
    let deviation = try (x.variance(axis: Self.axis, keepingAxis: true) + 1e-5).squareRoot()
    let normal = try (x - x.mean(axis: Self.axis, keepingAxis: true)) / deviation
    let output = try normal * inputs["gamma"] + inputs["beta"]
    return (output, NormalizationCache(inputs: inputs, normal: normal, deviation: deviation))
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NormalizationCache
  ) throws -> NamedTensors<Double> {
    let (normal, n) = (cache.normal, Double(upstream.shape[0]))
    let dn = try upstream * cache.inputs["gamma"]
    let size = mistake == .sumsForMeans ? Double(upstream.shape[Self.axis]) : 1
    var mean = try dn.mean(axis: Self.axis, keepingAxis: true) * size
    var variance = try normal * (dn * normal).mean(axis: Self.axis, keepingAxis: true) * size
    if mistake == .statisticsMissing || mistake == .meanMissing { mean = mean * 0 }
    if mistake == .statisticsMissing || mistake == .varianceMissing { variance = variance * 0 }
    var dx = try (dn - mean - variance) / cache.deviation
    if mistake == .inputAveraged { dx = dx / Double(dx.shape[Self.axis]) }
    let scaled = try upstream * normal
    var (dgamma, dbeta) = (try scaled.sum(axis: 0), try upstream.sum(axis: 0))
    switch mistake {
    case .gammaNotSummed: dgamma = scaled
    case .gammaOfInput: dgamma = try (upstream * cache.inputs["x"]).sum(axis: 0)
    case .gammaIsBeta: dgamma = dbeta
    case .gammaAveraged: dgamma = dgamma / n
    case .betaAveraged: dbeta = dbeta / n
    case .betaNotSummed: dbeta = upstream
    case .betaOverWrongAxis: dbeta = try upstream.sum(axis: 1)
    default: break
    }
    return ["x": dx, "gamma": dgamma, "beta": dbeta]
  }

  static var plants: [Plant<Mistake>] {
    [
      Plant(
        .statisticsMissing, "x", "takes mean and variance for constants",
        [.statisticsTermMissing]),
      Plant(.varianceMissing, "x", "takes the variance for a constant", [.statisticsTermMissing]),
      Plant(.meanMissing, "x", "takes the mean for a constant", [.statisticsTermMissing]),
      Plant(.gammaNotSummed, "gamma", "does not sum over the batch", [.sumMissing]),
      Plant(.gammaIsBeta, "gamma", "returns dβ for dγ", [.otherInputsGradient]),
      Plant(
        .gammaOfInput, "gamma", "multiplies by x instead of the normalised x",
        [.activationDerivativeMisplaced, .statisticsTermMissing]),
      Plant(.betaAveraged, "beta", "averages over the batch", [.meanInsteadOfSum]),
      Plant(.betaNotSummed, "beta", "does not sum over the batch", [.sumMissing]),
      Plant(.gammaAveraged, "gamma", "averages over the batch", [.meanInsteadOfSum]),
      Plant(
        .betaOverWrongAxis, "beta", "sums over the features", [.sumOverWrongAxis],
        sizes: [5, 5]),
      Plant(
        .inputAveraged, "x", "divides by the size of the axis once too often",
        [.meanInsteadOfSum, .constantFactor]),
      Plant(
        .sumsForMeans, "x", "subtracts sums where it should means",
        [.sumInsteadOfMean, .statisticsTermMissing]),
    ]
  }
}

/// Normalization over the batch.
struct BatchNormBugs: NormalizationBugs {
  static let name = "batch norm"
  static let sizes = [7, 4]
  static let axis = 0
  var mistake: NormalizationMistake?
}

/// Normalization over the features.
struct LayerNormBugs: NormalizationBugs {
  static let name = "layer norm"
  static let sizes = [4, 6]
  static let axis = 1
  var mistake: NormalizationMistake?
}
