import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class MaxPoolBackwardTests: ExerciseTestCase {
  func testItComputesTheGradientThatPyTorchComputesEvenWhereSeveralAreTheLargest() throws {
    let golden = try Golden("maxPool")
    let cache = MaxPoolCache<Double>(
      x: try golden.tensor("x"), windowHeight: 3, windowWidth: 2, stride: 2)
    let upstream: Tensor<Double> = try golden.tensor("upstream")
    try expectClose("gradient of x", to: golden.tensor("grad_x") as Tensor<Double>) {
      try maxPoolBackward(upstream, cache: cache)
    }
  }

  func testItsGradientIsTheNumericOne() throws {
    for (windowHeight, windowWidth, stride) in [(2, 2, 2), (3, 2, 1), (2, 3, 3)] {
      // No two numbers are close enough for a small step to change which is the larger.
      let x = try kinkFree([2, 3, 5, 4], from: -3, to: 3, using: &random)
      let cache = MaxPoolCache(
        x: x, windowHeight: windowHeight, windowWidth: windowWidth, stride: stride)
      let size = try cache.outputSize()
      let upstream = Tensor<Double>.randomNormal([2, 3, size.height, size.width], using: &random)
      try expectGradient(
        "gradient of x for \(windowHeight)×\(windowWidth), stride \(stride)", at: x,
        upstream: upstream,
        of: {
          ReferenceLayers.maxPool(
            $0, windowHeight: windowHeight, windowWidth: windowWidth, stride: stride)
        },
        { try maxPoolBackward(upstream, cache: cache) })
    }
  }

  func testNothingOfTheUpstreamGradientIsLost() throws {
    let cache = MaxPoolCache<Double>(
      x: .zeros([2, 3, 5, 4]), windowHeight: 2, windowWidth: 3, stride: 1)
    let upstream = Tensor<Double>.randomNormal([2, 3, 4, 2], using: &random)
    try expectInvariant(
      "sum over each image", of: { try $0.sum(axes: [2, 3]) },
      isCloseTo: upstream.sum(axes: [2, 3])
    ) {
      try maxPoolBackward(upstream, cache: cache)
    }
  }

  func testItRunsInSinglePrecision() throws {
    let golden = try Golden("maxPool")
    let cache = MaxPoolCache<Float>(
      x: try golden.tensor("x"), windowHeight: 3, windowWidth: 2, stride: 2)
    let upstream: Tensor<Float> = try golden.tensor("upstream")
    try expectClose("gradient of x", to: golden.tensor("grad_x") as Tensor<Float>) {
      try maxPoolBackward(upstream, cache: cache)
    }
  }

  func testItRefusesAnUpstreamGradientOfAnotherShape() throws {
    let cache = MaxPoolCache<Double>(
      x: .zeros([2, 3, 6, 4]), windowHeight: 2, windowWidth: 2, stride: 2)
    try expectShapeError("an upstream gradient shaped as x") {
      try maxPoolBackward(.zeros([2, 3, 6, 4]), cache: cache)
    }
  }
}
