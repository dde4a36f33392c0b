import Networks
import Tensors
import XCTest

final class LearnedFiltersTests: XCTestCase {
  private func picture(_ seed: UInt64, _ shape: [Int] = [1, 3, 40, 52]) -> Tensor<Float> {
    var generator = SeededGenerator(seed: seed)
    return .randomNormal(shape, using: &generator)
  }

  func testTheSamePicturesGiveTheSameFeaturesAndOthersOthers() throws {
    let image = picture(1)
    func features(_ seed: UInt64) throws -> Tensor<Float>? {
      try ConvolutionalNetwork(learnedFrom: [picture(seed), image])
        .features(image, layers: [10]).values[10]
    }
    XCTAssertEqual(try features(2), try features(2))
    XCTAssertNotEqual(try features(2), try features(3))
  }

  func testEveryLayerAnswersWithAboutOneOnAverage() throws {
    let image = picture(4, [1, 3, 96, 80])
    let network = try ConvolutionalNetwork(learnedFrom: [image])
    let features = try network.features(image, layers: [0, 1, 4, 7, 10]).values
    for (layer, shape) in [
      (1, [1, 32, 96, 80]), (4, [1, 64, 48, 40]), (7, [1, 128, 24, 20]), (10, [1, 128, 12, 10]),
    ] {
      XCTAssertEqual(features[layer]?.shape, shape)
      // Borders, which no window is cut from, answer differently.
      XCTAssertEqual(try XCTUnwrap(features[layer]).mean(), 1, accuracy: 0.4, "layer \(layer)")
    }
  }

  func testPicturesOfOneColourAndGreyOnesGiveFiniteFeatures() throws {
    let grey = try picture(5, [1, 1, 40, 40]).broadcast(to: [1, 3, 40, 40])
    for images in [[Tensor<Float>.zeros([1, 3, 32, 32])], [grey, .ones([1, 3, 33, 40])]] {
      let network = try ConvolutionalNetwork(learnedFrom: images)
      let features = try network.features(images[0], layers: [1, 4, 7, 10]).values
      for (layer, values) in features {
        XCTAssertTrue(values.sum().isFinite, "layer \(layer)")
        XCTAssertLessThan(values.max(), 1e4, "layer \(layer)")
      }
    }
  }

  func testNoImagesAndWrongShapesAreErrors() {
    XCTAssertThrowsError(try ConvolutionalNetwork(learnedFrom: []))
    XCTAssertThrowsError(try ConvolutionalNetwork(learnedFrom: [picture(1, [3, 40, 40])]))
    XCTAssertThrowsError(try ConvolutionalNetwork(learnedFrom: [picture(1, [1, 3, 20, 40])]))
    XCTAssertThrowsError(try ConvolutionalNetwork(learnedFrom: [picture(1, [1, 1, 40, 40])]))
  }
}
