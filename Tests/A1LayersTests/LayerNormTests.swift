import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class LayerNormTests: ExerciseTestCase {
  /// What a right forward pass would keep.
  private func cache<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, scale: Tensor<Scalar>, epsilon: Scalar
  ) throws -> LayerNormCache<Scalar> {
    let features = x.shape[1]
    let variance = ReferenceLayers.columnStatistics(x.transposed()).variance
    return LayerNormCache(
      normalized: ReferenceLayers.layerNorm(
        x, scale: .ones([features]), shift: .zeros([features]), epsilon: epsilon),
      deviation: try (variance + epsilon).squareRoot().expandingAxis(at: 1), scale: scale)
  }

  func testItComputesWhatPyTorchComputes() throws {
    let golden = try Golden("layerNorm")
    let x: Tensor<Double> = try golden.tensor("x")
    let (scale, shift): (Tensor<Double>, Tensor<Double>) = (
      try golden.tensor("scale"), try golden.tensor("shift")
    )
    try expectClose("output", to: golden.tensor("output") as Tensor<Double>) {
      try layerNormForward(x, scale: scale, shift: shift, epsilon: 1e-3).output
    }
    let cache = try cache(x, scale: scale, epsilon: 1e-3)
    let upstream: Tensor<Double> = try golden.tensor("upstream")
    try expectClose("gradient of x", to: golden.tensor("grad_x") as Tensor<Double>) {
      try layerNormBackward(upstream, cache: cache).x
    }
    try expectClose("gradient of scale", to: golden.tensor("grad_scale") as Tensor<Double>) {
      try layerNormBackward(upstream, cache: cache).scale
    }
    try expectClose("gradient of shift", to: golden.tensor("grad_shift") as Tensor<Double>) {
      try layerNormBackward(upstream, cache: cache).shift
    }
  }

  func testItComputesWhatTheFormulaSays() throws {
    let x = Tensor<Double>.randomNormal([4, 6], mean: 3, standardDeviation: 2, using: &random)
    let scale = Tensor<Double>.randomNormal([6], using: &random)
    let shift = Tensor<Double>.randomNormal([6], using: &random)
    let output = ReferenceLayers.layerNorm(x, scale: scale, shift: shift, epsilon: 1e-5)
    try expectClose("output", to: output) {
      try layerNormForward(x, scale: scale, shift: shift).output
    }
  }

  func testItKeepsWhatTheBackwardPassNeeds() throws {
    let x = Tensor<Double>.randomNormal([3, 5], standardDeviation: 2, using: &random)
    let scale = Tensor<Double>.randomNormal([5], using: &random)
    let expected = try cache(x, scale: scale, epsilon: 0.1)
    func kept() throws -> LayerNormCache<Double> {
      try layerNormForward(x, scale: scale, shift: .ones([5]), epsilon: 0.1).cache
    }
    try expectClose("cache.normalized", to: expected.normalized) { try kept().normalized }
    try expectClose("cache.deviation", to: expected.deviation) { try kept().deviation }
    try expectClose("cache.scale", to: scale) { try kept().scale }
  }

  func testItsGradientsAreTheNumericOnes() throws {
    let x = Tensor<Double>.randomNormal([3, 5], mean: 1, standardDeviation: 2, using: &random)
    let scale = Tensor<Double>.randomNormal([5], using: &random)
    let shift = Tensor<Double>.randomNormal([5], using: &random)
    let upstream = Tensor<Double>.randomNormal([3, 5], using: &random)
    let cache = try cache(x, scale: scale, epsilon: 0.1)
    try expectGradient(
      "gradient of x", at: x, upstream: upstream,
      of: { ReferenceLayers.layerNorm($0, scale: scale, shift: shift, epsilon: 0.1) },
      { try layerNormBackward(upstream, cache: cache).x })
    try expectGradient(
      "gradient of scale", at: scale, upstream: upstream,
      of: { ReferenceLayers.layerNorm(x, scale: $0, shift: shift, epsilon: 0.1) },
      { try layerNormBackward(upstream, cache: cache).scale })
    try expectGradient(
      "gradient of shift", at: shift, upstream: upstream,
      of: { ReferenceLayers.layerNorm(x, scale: scale, shift: $0, epsilon: 0.1) },
      { try layerNormBackward(upstream, cache: cache).shift })
  }

  func testEachSampleComesOutWithMeanZeroAndVarianceOne() throws {
    let x = Tensor<Double>.randomNormal([3, 8], mean: -4, standardDeviation: 5, using: &random)
    func output() throws -> Tensor<Double> {
      try layerNormForward(x, scale: .ones([8]), shift: .zeros([8]), epsilon: 0).output
    }
    try expectInvariant(
      "mean", of: { try $0.mean(axis: 1) }, isCloseTo: Tensor<Double>.zeros([3])
    ) {
      try output()
    }
    try expectInvariant(
      "variance", of: { try $0.variance(axis: 1) }, isCloseTo: Tensor<Double>.ones([3])
    ) {
      try output()
    }
  }

  func testMovingAWholeSampleDoesNotChangeTheLoss() throws {
    let x = Tensor<Double>.randomNormal([3, 7], standardDeviation: 2, using: &random)
    let upstream = Tensor<Double>.randomNormal([3, 7], using: &random)
    let cache = try cache(x, scale: .randomNormal([7], using: &random), epsilon: 0.1)
    try expectInvariant(
      "sum of dx over the features", of: { try $0.sum(axis: 1) },
      isCloseTo: Tensor<Double>.zeros([3])
    ) {
      try layerNormBackward(upstream, cache: cache).x
    }
  }

  func testItRunsInSinglePrecision() throws {
    let golden = try Golden("layerNorm")
    let x: Tensor<Float> = try golden.tensor("x")
    let (scale, shift): (Tensor<Float>, Tensor<Float>) = (
      try golden.tensor("scale"), try golden.tensor("shift")
    )
    try expectClose("output", to: golden.tensor("output") as Tensor<Float>) {
      try layerNormForward(x, scale: scale, shift: shift, epsilon: 1e-3).output
    }
    let cache = try cache(x, scale: scale, epsilon: 1e-3)
    let upstream: Tensor<Float> = try golden.tensor("upstream")
    try expectClose("gradient of x", to: golden.tensor("grad_x") as Tensor<Float>) {
      try layerNormBackward(upstream, cache: cache).x
    }
  }

  func testItRefusesShapesThatDoNotFit() throws {
    let x = Tensor<Double>.zeros([4, 3])
    try expectShapeError("a shift for each sample") {
      try layerNormForward(x, scale: .ones([3]), shift: .zeros([4])).output
    }
    try expectShapeError("an x without features") {
      try layerNormForward(
        Tensor<Double>.zeros([4, 0]), scale: .ones([0]), shift: .zeros([0])
      ).output
    }
    let cache = LayerNormCache<Double>(
      normalized: x, deviation: .ones([4, 1]), scale: .ones([3]))
    try expectShapeError("an upstream gradient with its axes exchanged") {
      try layerNormBackward(.zeros([3, 4]), cache: cache).x
    }
  }
}
