import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class AffineBackwardTests: ExerciseTestCase {
  func testItComputesTheGradientsThatPyTorchComputes() throws {
    let golden = try Golden("affine")
    let cache = AffineCache<Double>(x: try golden.tensor("x"), weight: try golden.tensor("weight"))
    let upstream: Tensor<Double> = try golden.tensor("upstream")
    try expectClose("gradient of x", to: golden.tensor("grad_x") as Tensor<Double>) {
      try affineBackward(upstream, cache: cache).x
    }
    try expectClose("gradient of weight", to: golden.tensor("grad_weight") as Tensor<Double>) {
      try affineBackward(upstream, cache: cache).weight
    }
    try expectClose("gradient of bias", to: golden.tensor("grad_bias") as Tensor<Double>) {
      try affineBackward(upstream, cache: cache).bias
    }
  }

  func testItsGradientsAreTheNumericOnes() throws {
    for shape in [[3, 5], [4, 2, 3]] {
      let x = Tensor<Double>.randomNormal(shape, using: &random)
      let size = shape.dropFirst().reduce(1, *)
      let weight = Tensor<Double>.randomNormal([size, 2], using: &random)
      let bias = Tensor<Double>.randomNormal([2], using: &random)
      let upstream = Tensor<Double>.randomNormal([shape[0], 2], using: &random)
      let cache = AffineCache(x: x, weight: weight)
      try expectGradient(
        "gradient of x \(shape)", at: x, upstream: upstream,
        of: { ReferenceLayers.affine($0, weight: weight, bias: bias) },
        { try affineBackward(upstream, cache: cache).x })
      try expectGradient(
        "gradient of weight for x \(shape)", at: weight, upstream: upstream,
        of: { ReferenceLayers.affine(x, weight: $0, bias: bias) },
        { try affineBackward(upstream, cache: cache).weight })
      try expectGradient(
        "gradient of bias for x \(shape)", at: bias, upstream: upstream,
        of: { ReferenceLayers.affine(x, weight: weight, bias: $0) },
        { try affineBackward(upstream, cache: cache).bias })
    }
  }

  /// The output is as much x's doing as W's: both sums are Σ dy∘(x·W).
  func testInputAndWeightHaveTheSameShareInTheLoss() throws {
    let x = Tensor<Double>.randomNormal([3, 4], using: &random)
    let weight = Tensor<Double>.randomNormal([4, 5], using: &random)
    let upstream = Tensor<Double>.randomNormal([3, 5], using: &random)
    let share = try (ReferenceLayers.affine(x, weight: weight, bias: .zeros([5])) * upstream).sum()
    let cache = AffineCache(x: x, weight: weight)
    try expectInvariant("Σ dx∘x", of: { Tensor(scalar: try ($0 * x).sum()) }, isCloseTo: share) {
      try affineBackward(upstream, cache: cache).x
    }
    try expectInvariant(
      "Σ dW∘W", of: { Tensor(scalar: try ($0 * weight).sum()) }, isCloseTo: share
    ) {
      try affineBackward(upstream, cache: cache).weight
    }
  }

  func testItRunsInSinglePrecision() throws {
    let golden = try Golden("affine")
    let cache = AffineCache<Float>(x: try golden.tensor("x"), weight: try golden.tensor("weight"))
    let upstream: Tensor<Float> = try golden.tensor("upstream")
    try expectClose("gradient of weight", to: golden.tensor("grad_weight") as Tensor<Float>) {
      try affineBackward(upstream, cache: cache).weight
    }
  }

  func testItRefusesAnUpstreamGradientOfAnotherShape() throws {
    let cache = AffineCache<Double>(x: .zeros([3, 4]), weight: .zeros([4, 5]))
    try expectShapeError("an upstream gradient shaped as x") {
      try affineBackward(.zeros([3, 4]), cache: cache).x
    }
  }
}
