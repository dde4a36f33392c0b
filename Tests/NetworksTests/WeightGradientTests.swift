import GradientChecking
import Networks
import Tensors
import XCTest

final class WeightGradientTests: XCTestCase {
  func testAConvolutionsWeightGradientsAreThoseOfDifferences() throws {
    var random = SeededGenerator(seed: 21)
    for (window, stride, padding) in [([3, 3], 1, 1), ([1, 1], 1, 0), ([2, 4], 3, 2)] {
      let x = Tensor<Double>.randomNormal([2, 3, 5, 7], using: &random)
      let weight = Tensor<Double>.randomNormal([4, 3] + window, using: &random)
      let bias = Tensor<Double>.randomNormal([4], using: &random)
      func forward(_ weight: Tensor<Double>, _ bias: Tensor<Double>) throws -> Tensor<Double> {
        try ConvolutionReLU(weight: weight, bias: bias, stride: stride, padding: padding)
          .forward(x)
      }
      let output = try forward(weight, bias)
      let upstream = Tensor<Double>.randomNormal(output.shape, using: &random)
      let layer = try ConvolutionReLU(
        weight: weight, bias: bias, stride: stride, padding: padding)
      let gradient = try layer.weightGradient(
        upstream: upstream, passed: output .> 0, input: x)
      // A small step, so that no ReLU changes its mind.
      let ofWeight = try numericGradient(at: weight, upstream: upstream, step: 1e-6) {
        try forward($0, bias)
      }
      let ofBias = try numericGradient(at: bias, upstream: upstream, step: 1e-6) {
        try forward(weight, $0)
      }
      XCTAssertEqual(gradient.weight.shape, weight.shape)
      XCTAssertEqual(gradient.bias.shape, [4])
      XCTAssertLessThan(try (gradient.weight - ofWeight).absolute().max(), 1e-7, "\(window)")
      XCTAssertLessThan(try (gradient.bias - ofBias).absolute().max(), 1e-7, "\(window)")
    }
  }

  func testShapesThatDoNotFitAreRefused() throws {
    let layer = try ConvolutionReLU<Float>(
      weight: .ones([4, 3, 3, 3]), bias: .zeros([4]), padding: 1)
    let fitting = Tensor<Float>.ones([1, 4, 8, 8])
    for (upstream, input) in [([1, 4, 8, 7], [1, 3, 8, 8]), ([1, 4, 8, 8], [1, 2, 8, 8])] {
      XCTAssertThrowsError(
        try layer.weightGradient(
          upstream: .ones(upstream), passed: fitting .> 0, input: .ones(input)))
    }
  }

  /// All weights of a whole network along one random direction: what pooling, fire modules and
  /// names do to the gradients shows in it.
  func testANetworksWeightGradientsAreThoseOfDifferences() throws {
    for architecture in [Architecture.sceneGrid, .squeezeNet1_1] {
      var random = SeededGenerator(seed: 22)
      var weights: [String: Tensor<Float>] = [:]
      var direction: [String: Tensor<Float>] = [:]
      for (name, shape) in architecture.convolutionShapes {
        for (part, shape) in [("weight", shape), ("bias", [shape[0]])] {
          let inputs = Float(max(1, shape.dropFirst().reduce(1, *)))
          let name = "\(name).\(part)"
          weights[name] = .randomNormal(
            shape, standardDeviation: part == "bias" ? 0.1 : (2 / inputs).squareRoot(),
            using: &random)
          direction[name] = .randomNormal(
            shape, standardDeviation: 1 / inputs.squareRoot(), using: &random)
        }
      }
      let x = Tensor<Double>.randomNormal([2, 3, 32, 40], using: &random)
      // Small, so that few ReLUs change their minds; what rounding makes of it counts below.
      let step: Float = 0x1p-18
      func moved(_ distance: Float) throws -> [String: Tensor<Float>] {
        var moved = weights
        for (name, way) in direction { try moved[name]? += distance * way }
        return moved
      }
      let training = try ConvolutionalNetwork<Double>(architecture, weights: weights).training(x)
      let upstream = Tensor<Double>.randomNormal(training.output.shape, using: &random)
      let gradients = try training.gradients(upstream)
      XCTAssertEqual(Set(gradients.keys), Set(weights.keys))
      let (after, before) = (try moved(step), try moved(-step))
      var expected = 0.0
      for (name, gradient) in gradients {
        let (after, before) = (try XCTUnwrap(after[name]), try XCTUnwrap(before[name]))
        expected += try (gradient * (after - before).cast(to: Double.self)).sum()
      }
      func loss(_ weights: [String: Tensor<Float>]) throws -> Double {
        let output = try ConvolutionalNetwork<Double>(architecture, weights: weights).training(x)
          .output
        return try (output * upstream).sum()
      }
      let actual = try loss(after) - loss(before)
      XCTAssertEqual(actual, expected, accuracy: 2e-3 * abs(expected), architecture.rawValue)
    }
  }
}
