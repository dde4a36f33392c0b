import Networks
import Tensors
import XCTest

/// The fast convolutions in `Float` beside the direct ones in `Double`.
final class PrecisionTests: XCTestCase {
  private func relativeError(_ fast: Tensor<Float>, _ exact: Tensor<Double>) throws -> Double {
    XCTAssertEqual(fast.shape, exact.shape)
    let error = try (fast.cast(to: Double.self) - exact).squared().sum()
    return (error / exact.squared().sum()).squareRoot()
  }

  func testEveryLayerAndTheGradientAreWithinATenThousandth() throws {
    // Sides that are no multiple of a tile's.
    var random = SeededGenerator(seed: 5)
    let image = Tensor<Float>.randomNormal([2, 3, 45, 38], using: &random)
    for architecture in [Architecture.vgg19, .squeezeNet1_0, .squeezeNet1_1] {
      let fast = ConvolutionalNetwork<Float>(architecture, randomWeightsSeed: 1)
      let exact = ConvolutionalNetwork<Double>(architecture, randomWeightsSeed: 1)
      // What lies deeper in VGG takes the direct convolution seconds.
      let layers = Set(architecture.layerNumbers.prefix(20))
      let fastFeatures = try fast.features(image, layers: layers)
      let exactFeatures = try exact.features(image.cast(to: Double.self), layers: layers)
      for layer in layers {
        let error = try relativeError(
          XCTUnwrap(fastFeatures.values[layer]), XCTUnwrap(exactFeatures.values[layer]))
        XCTAssertLessThan(error, 1e-5, "\(architecture) layer \(layer)")
      }
      let last = try XCTUnwrap(layers.max())
      let upstream = Tensor<Float>.randomNormal(
        try XCTUnwrap(fastFeatures.values[last]).shape, using: &random)
      let error = try relativeError(
        fastFeatures.backward([last: upstream]),
        exactFeatures.backward([last: upstream.cast(to: Double.self)]))
      XCTAssertLessThan(error, 1e-4, "\(architecture) gradient")
    }
  }

  func testTheWayBackThroughWinogradsTilesIsTheTransposeOfTheWayThere() throws {
    var random = SeededGenerator(seed: 6)
    for (height, width) in [(1, 1), (3, 9), (4, 4), (7, 66), (13, 300)] {
      let x = Tensor<Float>.randomNormal([2, 3, height, width], using: &random)
      let layer = try ConvolutionReLU<Float>(
        weight: .randomNormal([5, 3, 3, 3], using: &random), bias: .zeros([5]), padding: 1)
      let output = try layer.forward(x)
      let upstream = Tensor<Float>.randomNormal(output.shape, using: &random)
      let gradient = try layer.inputGradient(
        upstream: upstream, passed: output .> 0, inputShape: x.shape)
      // Without a bias the layer is piecewise linear through 0: y = J·x, so <u, y> = <Jᵀu, x>.
      let (left, right) = (try (gradient * x).sum(), try (upstream * output).sum())
      let size = try (upstream * output).absolute().sum()
      XCTAssertEqual(left, right, accuracy: 1e-5 * size, "\(height)×\(width)")
    }
  }

  func testAveragePoolingSharesItsGradientEqually() throws {
    let network = ConvolutionalNetwork<Double>(.vgg16, randomWeightsSeed: 2, pooling: .average)
    var random = SeededGenerator(seed: 7)
    let image = Tensor<Double>.randomNormal([1, 3, 33, 35], using: &random)
    let features = try network.features(image, layers: [3, 4])
    let before = try XCTUnwrap(features.values[3])
    let after = try XCTUnwrap(features.values[4])
    XCTAssertEqual(after.shape, [1, 64, 16, 17])
    let mean = try before[0, 5, 2..<4, 6..<8].mean(axes: [0, 1]).scalar()
    XCTAssertEqual(after[0, 5, 1, 3], mean, accuracy: 1e-12)
    let upstream = Tensor<Double>.randomNormal(after.shape, using: &random)
    let direction = Tensor<Double>.randomNormal(image.shape, using: &random)
    func loss(_ image: Tensor<Double>) throws -> Double {
      try (XCTUnwrap(network.features(image, layers: [4]).values[4]) * upstream).sum()
    }
    let h = 1e-7
    let numeric = try (loss(image + h * direction) - loss(image - h * direction)) / (2 * h)
    let analytic = try (features.backward([4: upstream]) * direction).sum()
    XCTAssertEqual(analytic / numeric, 1, accuracy: 1e-5)
  }

  func testWeightsThatEndEarlyServeTheLayersThatTheyHave() throws {
    let first = Architecture.vgg16.convolutionShapes.prefix(2)
    var weights: [String: Tensor<Float>] = [:]
    for (name, shape) in first {
      weights[name + ".weight"] = .zeros(shape)
      weights[name + ".bias"] = .ones([shape[0]])
    }
    let network = try ConvolutionalNetwork<Float>(.vgg16, weights: weights)
    let image = Tensor<Float>.zeros([1, 3, 32, 32])
    XCTAssertEqual(try network.features(image, layers: [4]).values[4]?.max(), 1)
    XCTAssertThrowsError(try network.features(image, layers: [5])) { error in
      XCTAssertTrue("\(error)".contains("lack the tensor “features.5.weight”"), "\(error)")
    }
  }
}
