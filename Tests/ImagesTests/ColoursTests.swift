import Images
import Tensors
import XCTest

final class ColoursTests: XCTestCase {
  /// Two pictures of correlated colours, none of them near black or white.
  private func pictures() throws -> (Image, Image) {
    var random = SeededGenerator(seed: 3)
    func picture(_ mix: [Float], _ mean: [Float]) throws -> Image {
      let noise = Tensor<Float>.randomNormal([3, 40 * 30], standardDeviation: 0.05, using: &random)
      let colours =
        try Tensor(mix, shape: [3, 3]).matrixMultiplied(by: noise) + Tensor(mean, shape: [3, 1])
      return try Image(pixels: colours.reshaped([3, 40, 30]))
    }
    return (
      try picture([1, 0.2, 0, 0.5, 0.8, 0, 0, 0.3, 0.6], [0.4, 0.5, 0.6]),
      try picture([0.5, 0, 0.4, 0, 1, 0, 0.2, 0.2, 0.7], [0.6, 0.45, 0.5])
    )
  }

  private func moments(_ image: Image) throws -> (mean: Tensor<Float>, covariance: Tensor<Float>) {
    let colours = try image.pixels.reshaped([3, -1])
    let mean = try colours.mean(axis: 1, keepingAxis: true)
    let centered = try colours - mean
    return (
      mean,
      try centered.matrixMultiplied(by: centered, transposingOther: true)
        / Float(colours.shape[1])
    )
  }

  func testMatchedColoursHaveTheOthersMeanAndCovariance() throws {
    let (a, b) = try pictures()
    let matched = try moments(a.matchingColours(of: b))
    let target = try moments(b)
    XCTAssertLessThan(try (matched.mean - target.mean).absolute().max(), 1e-5)
    XCTAssertLessThan(try (matched.covariance - target.covariance).absolute().max(), 1e-6)
  }

  func testMatchingItsOwnColoursChangesNothingAndGreyStaysGrey() throws {
    let (a, _) = try pictures()
    XCTAssertLessThan(
      try (a.matchingColours(of: a).pixels - a.pixels).absolute().max(), 1e-5)
    let grey = try Image(pixels: Tensor(repeating: 0.5, shape: [3, 4, 5]))
    let matched = try grey.matchingColours(of: a)
    let mean = try moments(a).mean
    XCTAssertLessThan(
      try (matched.pixels - mean.reshaped([3, 1, 1])).absolute().max(), 1e-5, "the mean colour")
  }

  func testLuminanceComesFromOnePictureAndChromaFromTheOther() throws {
    let (content, painted) = try pictures()
    let result = try content.withLuminance(of: painted).pixels
    // JFIF's matrix.
    let matrix = try Tensor<Float>(
      [0.299, 0.587, 0.114, -0.168736, -0.331264, 0.5, 0.5, -0.418688, -0.081312], shape: [3, 3])
    func converted(_ pixels: Tensor<Float>) throws -> Tensor<Float> {
      try matrix.matrixMultiplied(by: pixels.reshaped([3, -1]))
    }
    let actual = try converted(result)
    let luma = try actual[0, .all] - converted(painted.pixels)[0, .all]
    let chroma = try actual[1...] - converted(content.pixels)[1...]
    XCTAssertLessThan(luma.absolute().max(), 1e-5)
    XCTAssertLessThan(chroma.absolute().max(), 1e-5)
  }

  func testPicturesOfDifferentSizesAreRefused() throws {
    let small = try Image(pixels: .zeros([3, 2, 2]))
    let large = try Image(pixels: .zeros([3, 4, 4]))
    XCTAssertThrowsError(try small.withLuminance(of: large)) {
      XCTAssertTrue("\($0)".contains("the painted picture"), "\($0)")
    }
  }
}
