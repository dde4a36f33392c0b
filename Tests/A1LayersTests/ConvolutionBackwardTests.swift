import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class ConvolutionBackwardTests: ExerciseTestCase {
  func testItComputesTheGradientsThatPyTorchComputes() throws {
    for (name, stride, padding) in [("convolution", 1, 0), ("convolutionStridedPadded", 2, 1)] {
      let golden = try Golden(name)
      let cache = ConvolutionCache<Double>(
        x: try golden.tensor("x"), weight: try golden.tensor("weight"), stride: stride,
        padding: padding)
      let upstream: Tensor<Double> = try golden.tensor("upstream")
      let setting = "with stride \(stride), padding \(padding)"
      try expectClose("gradient of x \(setting)", to: golden.tensor("grad_x") as Tensor<Double>) {
        try convolutionBackward(upstream, cache: cache).x
      }
      try expectClose(
        "gradient of weight \(setting)", to: golden.tensor("grad_weight") as Tensor<Double>
      ) {
        try convolutionBackward(upstream, cache: cache).weight
      }
      try expectClose(
        "gradient of bias \(setting)", to: golden.tensor("grad_bias") as Tensor<Double>
      ) {
        try convolutionBackward(upstream, cache: cache).bias
      }
    }
  }

  func testItsGradientsAreTheNumericOnes() throws {
    let x = Tensor<Double>.randomNormal([2, 1, 4, 5], using: &random)
    let weight = Tensor<Double>.randomNormal([2, 1, 3, 2], using: &random)
    let bias = Tensor<Double>.randomNormal([2], using: &random)
    // With stride 3 the last column of the image is in no window, and its gradient is zero.
    for (stride, padding) in [(1, 0), (2, 1), (3, 0)] {
      let cache = ConvolutionCache(x: x, weight: weight, stride: stride, padding: padding)
      let size = try cache.outputSize()
      let upstream = Tensor<Double>.randomNormal([2, 2, size.height, size.width], using: &random)
      func output(
        _ x: Tensor<Double>, _ weight: Tensor<Double>, _ bias: Tensor<Double>
      ) -> Tensor<Double> {
        ReferenceLayers.convolution(
          x, weight: weight, bias: bias, stride: stride, padding: padding)
      }
      let setting = "with stride \(stride), padding \(padding)"
      try expectGradient(
        "gradient of x \(setting)", at: x, upstream: upstream, of: { output($0, weight, bias) },
        { try convolutionBackward(upstream, cache: cache).x })
      try expectGradient(
        "gradient of weight \(setting)", at: weight, upstream: upstream,
        of: { output(x, $0, bias) }, { try convolutionBackward(upstream, cache: cache).weight })
      try expectGradient(
        "gradient of bias \(setting)", at: bias, upstream: upstream,
        of: { output(x, weight, $0) }, { try convolutionBackward(upstream, cache: cache).bias })
    }
  }

  /// The output is as much x's doing as W's: both sums are Σ dy∘y without the bias.
  func testImageAndFiltersHaveTheSameShareInTheLoss() throws {
    let x = Tensor<Double>.randomNormal([2, 3, 5, 4], using: &random)
    let weight = Tensor<Double>.randomNormal([4, 3, 2, 3], using: &random)
    let output = ReferenceLayers.convolution(
      x, weight: weight, bias: .zeros([4]), stride: 1, padding: 1)
    let upstream = Tensor<Double>.randomNormal(output.shape, using: &random)
    let share = try (output * upstream).sum()
    let cache = ConvolutionCache(x: x, weight: weight, stride: 1, padding: 1)
    try expectInvariant("Σ dx∘x", of: { Tensor(scalar: try ($0 * x).sum()) }, isCloseTo: share) {
      try convolutionBackward(upstream, cache: cache).x
    }
    try expectInvariant(
      "Σ dW∘W", of: { Tensor(scalar: try ($0 * weight).sum()) }, isCloseTo: share
    ) {
      try convolutionBackward(upstream, cache: cache).weight
    }
  }

  func testItRunsInSinglePrecision() throws {
    let golden = try Golden("convolution")
    let cache = ConvolutionCache<Float>(
      x: try golden.tensor("x"), weight: try golden.tensor("weight"), stride: 1, padding: 0)
    let upstream: Tensor<Float> = try golden.tensor("upstream")
    try expectClose("gradient of x", to: golden.tensor("grad_x") as Tensor<Float>) {
      try convolutionBackward(upstream, cache: cache).x
    }
  }

  func testItRefusesAnUpstreamGradientOfAnotherShape() throws {
    let cache = ConvolutionCache<Double>(
      x: .zeros([2, 3, 6, 5]), weight: .zeros([4, 3, 3, 2]), stride: 1, padding: 1)
    try expectShapeError("an upstream gradient for no padding") {
      try convolutionBackward(.zeros([2, 4, 4, 4]), cache: cache).x
    }
  }
}
