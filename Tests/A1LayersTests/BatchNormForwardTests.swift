import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class BatchNormForwardTests: ExerciseTestCase {
  func testItComputesWhatPyTorchComputes() throws {
    let golden = try Golden("batchNorm")
    let x: Tensor<Double> = try golden.tensor("x")
    let (scale, shift): (Tensor<Double>, Tensor<Double>) = (
      try golden.tensor("scale"), try golden.tensor("shift")
    )
    try expectClose("output", to: golden.tensor("output") as Tensor<Double>) {
      try batchNormForward(
        x, scale: scale, shift: shift, running: RunningStatistics(features: 3), epsilon: 1e-3
      ).output
    }
    let statistics = try Golden("batchNormRunning")
    let running = RunningStatistics<Double>(
      mean: try statistics.tensor("mean"), variance: try statistics.tensor("variance"))
    try expectClose("running mean", to: statistics.tensor("new_mean") as Tensor<Double>) {
      try batchNormForward(x, scale: scale, shift: shift, running: running, momentum: 0.8)
        .running.mean
    }
    try expectClose("running variance", to: statistics.tensor("new_variance") as Tensor<Double>) {
      try batchNormForward(x, scale: scale, shift: shift, running: running, momentum: 0.8)
        .running.variance
    }
    try expectClose("inference", to: statistics.tensor("inference") as Tensor<Double>) {
      try batchNormInference(x, scale: scale, shift: shift, running: running, epsilon: 1e-3)
    }
  }

  func testItComputesWhatTheFormulaSays() throws {
    let x = Tensor<Double>.randomNormal([6, 4], mean: 3, standardDeviation: 2, using: &random)
    let scale = Tensor<Double>.randomNormal([4], using: &random)
    let shift = Tensor<Double>.randomNormal([4], using: &random)
    let output = ReferenceLayers.batchNorm(x, scale: scale, shift: shift, epsilon: 1e-5)
    try expectClose("output", to: output) {
      try batchNormForward(x, scale: scale, shift: shift, running: RunningStatistics(features: 4))
        .output
    }
  }

  func testItKeepsWhatTheBackwardPassNeeds() throws {
    let x = Tensor<Double>.randomNormal([5, 3], standardDeviation: 2, using: &random)
    let scale = Tensor<Double>.randomNormal([3], using: &random)
    func cache() throws -> BatchNormCache<Double> {
      try batchNormForward(
        x, scale: scale, shift: .ones([3]), running: RunningStatistics(features: 3), epsilon: 0.1
      ).cache
    }
    let normalized = ReferenceLayers.batchNorm(
      x, scale: .ones([3]), shift: .zeros([3]), epsilon: 0.1)
    let deviation = (ReferenceLayers.columnStatistics(x).variance + 0.1).squareRoot()
    try expectClose("cache.normalized", to: normalized) { try cache().normalized }
    try expectClose("cache.deviation", to: deviation) { try cache().deviation }
    try expectClose("cache.scale", to: scale) { try cache().scale }
  }

  func testEachFeatureComesOutWithTheMeanAndDeviationThatTheLayerLearned() throws {
    let x = Tensor<Double>.randomNormal([8, 3], mean: -4, standardDeviation: 5, using: &random)
    let scale = Tensor<Double>.randomUniform([3], in: 0.5..<2, using: &random)
    let shift = Tensor<Double>.randomNormal([3], using: &random)
    func output() throws -> Tensor<Double> {
      try batchNormForward(
        x, scale: scale, shift: shift, running: RunningStatistics(features: 3), epsilon: 0
      ).output
    }
    try expectInvariant("mean", of: { try $0.mean(axis: 0) }, isCloseTo: shift) { try output() }
    try expectInvariant(
      "deviation", of: { try $0.variance(axis: 0).squareRoot() }, isCloseTo: scale
    ) {
      try output()
    }
  }

  func testWhenUsedASampleDoesNotDependOnItsNeighbours() throws {
    let x = Tensor<Double>.randomNormal([4, 3], using: &random)
    let running = RunningStatistics<Double>(
      mean: .randomNormal([3], using: &random),
      variance: .randomUniform([3], in: 0.5..<2, using: &random))
    let alone = try x[1..<2]
    try expectInvariant(
      "output of a sample alone and among others", of: { try $0[0, .all] - $0[1, .all] },
      isCloseTo: Tensor<Double>.zeros([1, 3])
    ) {
      let together = try batchNormInference(
        x, scale: .ones([3]), shift: .zeros([3]), running: running)
      return try Tensor.stacking([
        together[1..<2],
        batchNormInference(alone, scale: .ones([3]), shift: .zeros([3]), running: running),
      ])
    }
  }

  func testItRunsInSinglePrecision() throws {
    let x = Tensor<Float>.randomNormal([6, 2], standardDeviation: 2, using: &random)
    let (scale, shift) = (Tensor<Float>([2, -1]), Tensor<Float>([1, 3]))
    let output = ReferenceLayers.batchNorm(x, scale: scale, shift: shift, epsilon: 1e-5)
    try expectClose("output", to: output) {
      try batchNormForward(x, scale: scale, shift: shift, running: RunningStatistics(features: 2))
        .output
    }
  }

  func testItRefusesShapesThatDoNotFit() throws {
    let x = Tensor<Double>.zeros([4, 3])
    try expectShapeError("a scale for another number of features") {
      try batchNormForward(
        x, scale: .ones([4]), shift: .zeros([3]), running: RunningStatistics(features: 3)
      ).output
    }
    try expectShapeError("running averages of another number of features") {
      try batchNormInference(
        x, scale: .ones([3]), shift: .zeros([3]), running: RunningStatistics(features: 4))
    }
    try expectShapeError("no samples") {
      try batchNormForward(
        Tensor<Double>.zeros([0, 3]), scale: .ones([3]), shift: .zeros([3]),
        running: RunningStatistics(features: 3)
      ).output
    }
  }
}
