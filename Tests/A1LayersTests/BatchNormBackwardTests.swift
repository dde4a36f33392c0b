import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class BatchNormBackwardTests: ExerciseTestCase {
  /// What a right forward pass would keep.
  private func cache<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, scale: Tensor<Scalar>, epsilon: Scalar
  ) -> BatchNormCache<Scalar> {
    let features = x.shape[1]
    return BatchNormCache(
      normalized: ReferenceLayers.batchNorm(
        x, scale: .ones([features]), shift: .zeros([features]), epsilon: epsilon),
      deviation: (ReferenceLayers.columnStatistics(x).variance + epsilon).squareRoot(),
      scale: scale)
  }

  func testItComputesTheGradientsThatPyTorchComputes() throws {
    let golden = try Golden("batchNorm")
    let cache = cache(
      try golden.tensor("x") as Tensor<Double>, scale: try golden.tensor("scale"), epsilon: 1e-3)
    let upstream: Tensor<Double> = try golden.tensor("upstream")
    try expectClose("gradient of x", to: golden.tensor("grad_x") as Tensor<Double>) {
      try batchNormBackward(upstream, cache: cache).x
    }
    try expectClose("gradient of scale", to: golden.tensor("grad_scale") as Tensor<Double>) {
      try batchNormBackward(upstream, cache: cache).scale
    }
    try expectClose("gradient of shift", to: golden.tensor("grad_shift") as Tensor<Double>) {
      try batchNormBackward(upstream, cache: cache).shift
    }
  }

  func testItsGradientsAreTheNumericOnes() throws {
    let x = Tensor<Double>.randomNormal([5, 3], mean: 1, standardDeviation: 2, using: &random)
    let scale = Tensor<Double>.randomNormal([3], using: &random)
    let shift = Tensor<Double>.randomNormal([3], using: &random)
    let upstream = Tensor<Double>.randomNormal([5, 3], using: &random)
    let cache = cache(x, scale: scale, epsilon: 0.1)
    try expectGradient(
      "gradient of x", at: x, upstream: upstream,
      of: { ReferenceLayers.batchNorm($0, scale: scale, shift: shift, epsilon: 0.1) },
      { try batchNormBackward(upstream, cache: cache).x })
    try expectGradient(
      "gradient of scale", at: scale, upstream: upstream,
      of: { ReferenceLayers.batchNorm(x, scale: $0, shift: shift, epsilon: 0.1) },
      { try batchNormBackward(upstream, cache: cache).scale })
    try expectGradient(
      "gradient of shift", at: shift, upstream: upstream,
      of: { ReferenceLayers.batchNorm(x, scale: scale, shift: $0, epsilon: 0.1) },
      { try batchNormBackward(upstream, cache: cache).shift })
  }

  /// Adding to a whole feature, or (without ε) scaling it, does not change the output, so the
  /// gradient has nothing in these two directions.
  func testMovingOrScalingAWholeFeatureDoesNotChangeTheLoss() throws {
    let x = Tensor<Double>.randomNormal([7, 3], standardDeviation: 2, using: &random)
    let upstream = Tensor<Double>.randomNormal([7, 3], using: &random)
    let cache = cache(x, scale: .randomNormal([3], using: &random), epsilon: 0)
    try expectInvariant(
      "Σₙ dx", of: { try $0.sum(axis: 0) }, isCloseTo: Tensor<Double>.zeros([3])
    ) {
      try batchNormBackward(upstream, cache: cache).x
    }
    try expectInvariant(
      "Σₙ dx∘x", of: { try ($0 * x).sum(axis: 0) }, isCloseTo: Tensor<Double>.zeros([3])
    ) {
      try batchNormBackward(upstream, cache: cache).x
    }
  }

  func testItRunsInSinglePrecision() throws {
    let golden = try Golden("batchNorm")
    let cache = cache(
      try golden.tensor("x") as Tensor<Float>, scale: try golden.tensor("scale"), epsilon: 1e-3)
    let upstream: Tensor<Float> = try golden.tensor("upstream")
    try expectClose("gradient of x", to: golden.tensor("grad_x") as Tensor<Float>) {
      try batchNormBackward(upstream, cache: cache).x
    }
  }

  func testItRefusesAnUpstreamGradientOfAnotherShape() throws {
    let cache = BatchNormCache<Double>(
      normalized: .zeros([4, 3]), deviation: .ones([3]), scale: .ones([3]))
    try expectShapeError("an upstream gradient for one sample") {
      try batchNormBackward(.zeros([1, 3]), cache: cache).x
    }
  }
}
