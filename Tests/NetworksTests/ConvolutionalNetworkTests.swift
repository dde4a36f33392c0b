import Foundation
import GradientChecking
import Networks
import Pretrained
import TensorFiles
import Tensors
import XCTest

final class ConvolutionalNetworkTests: XCTestCase {
  func testTheRealWeightsGiveTheirPublishedLogits() throws {
    let network = try ConvolutionalNetwork<Float>(
      contentsOf: sharedData("weights/squeezenet1_1.safetensors"))
    for example in 0...1 {
      let arrays = try NumPyFile.arrays(
        inNPZ: sharedData("weights/squeezenet1_1-io-\(example).npz"), as: Float.self)
      let logits = try network.logits(XCTUnwrap(arrays["input"]))
      let expected = try XCTUnwrap(arrays["output"])
      XCTAssertEqual(logits.shape, expected.shape)
      XCTAssertLessThan(try (logits - expected).absolute().max(), 1e-3)
    }
  }

  func testTheInputGradientIsTheNumericOne() throws {
    let network = ConvolutionalNetwork<Double>(.squeezeNet1_1, randomWeightsSeed: 7)
    var random = SeededGenerator(seed: 1)
    let image = Tensor<Double>.randomNormal([2, 3, 33, 36], using: &random)
    let features = try network.features(image, layers: [1, 3, 7])
    let upstream = features.values.mapValues {
      Tensor<Double>.randomNormal($0.shape, using: &random)
    }
    let gradient = try features.backward(upstream)
    XCTAssertEqual(gradient.shape, image.shape)
    func loss(_ image: Tensor<Double>) throws -> Double {
      try network.features(image, layers: [1, 3, 7]).values
        .reduce(0) { try $0 + ($1.value * XCTUnwrap(upstream[$1.key])).sum() }
    }
    // Along random directions: a picture has too many pixels to move each.
    for _ in 0..<4 {
      let direction = Tensor<Double>.randomNormal(image.shape, using: &random)
      let h = 1e-7
      let numeric = try (loss(image + h * direction) - loss(image - h * direction)) / (2 * h)
      let analytic = try (gradient * direction).sum()
      XCTAssertEqual(analytic / numeric, 1, accuracy: 1e-5)
    }
  }

  func testOnlyWantedLayersAreReturnedAndTheConvolutionIsSeenAfterItsReLU() throws {
    let network = ConvolutionalNetwork<Float>(.squeezeNet1_1, randomWeightsSeed: 3)
    var random = SeededGenerator(seed: 2)
    let image = Tensor<Float>.randomNormal([1, 3, 40, 64], using: &random)
    let values = try network.features(image, layers: [0, 1, 5]).values
    XCTAssertEqual(values.keys.sorted(), [0, 1, 5])
    XCTAssertEqual(values[0], values[1])
    XCTAssertEqual(values[0]?.min(), 0)
    XCTAssertEqual(values[0]?.shape, [1, 64, 19, 31])
    XCTAssertEqual(values[5]?.shape, [1, 128, 4, 7])
  }

  func testABatchGivesWhatItsPicturesGiveOneByOne() throws {
    let network = ConvolutionalNetwork<Float>(.squeezeNet1_1, randomWeightsSeed: 3)
    var random = SeededGenerator(seed: 4)
    let batch = Tensor<Float>.randomNormal([3, 3, 32, 48], using: &random)
    let together = try network.pooledFeatures(batch)
    XCTAssertEqual(together.shape, [3, 512])
    for index in 0..<3 {
      let alone = try network.pooledFeatures(batch[index..<index + 1])
      XCTAssertLessThan(try (alone - together[index..<index + 1]).absolute().max(), 1e-5)
    }
  }

  func testRandomWeightsAreTheSameForTheSameSeedAndKeepTheSizeOfTheSignal() throws {
    var random = SeededGenerator(seed: 5)
    let image = Tensor<Float>.randomNormal([1, 3, 64, 64], using: &random)
    let one = try ConvolutionalNetwork<Float>(.squeezeNet1_1, randomWeightsSeed: 1).logits(image)
    XCTAssertEqual(
      one, try ConvolutionalNetwork<Float>(.squeezeNet1_1, randomWeightsSeed: 1).logits(image))
    XCTAssertNotEqual(
      one, try ConvolutionalNetwork<Float>(.squeezeNet1_1, randomWeightsSeed: 2).logits(image))
    XCTAssertGreaterThan(one.max(), 1e-3)
    XCTAssertLessThan(one.max(), 100)
  }

  func testAPictureThatIsTooSmallIsRefusedWithTheSmallestSize() throws {
    XCTAssertThrowsError(
      try ConvolutionalNetwork<Float>(.squeezeNet1_1, randomWeightsSeed: 1).features(
        .zeros([1, 3, 1, 1]), layers: [3])
    ) { error in
      XCTAssertTrue("\(error)".contains("at least 32×32 pixels"), "\(error)")
      XCTAssertTrue("\(error)".contains("[1, 3, 1, 1]"), "\(error)")
    }
  }

  func testMissingAndMisshapenWeightsAreNamed() throws {
    XCTAssertThrowsError(try ConvolutionalNetwork<Float>(.squeezeNet1_1, weights: [:])) { error in
      XCTAssertEqual(
        error as? WeightsError,
        WeightsError(
          .squeezeNet1_1, tensor: "features.0.weight", expected: [64, 3, 3, 3], actual: nil))
    }
    XCTAssertThrowsError(
      try ConvolutionalNetwork<Float>(
        .squeezeNet1_1, weights: ["features.0.weight": .zeros([64, 3, 7, 7])])
    ) { error in
      XCTAssertTrue("\(error)".contains("has shape [64, 3, 7, 7], expected [64, 3, 3, 3]"))
    }
  }
}
