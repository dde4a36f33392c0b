import Foundation
import Images
import Tensors
import XCTest

/// What each option of `studio style`, `invert` and `texture` does, on small pictures.
final class StyleOptionsTests: StudioTestCase {
  private struct Report: Decodable, Equatable {
    var iteration: Int
    var content, style, tv, total: Double
  }

  override func setUpWithError() throws {
    try super.setUpWithError()
    try picture("content.png", seed: 1)
    try picture("style.png", seed: 2, width: 40, height: 56)
  }

  /// Writes a small picture of soft random colours.
  /// - Parameter colour: What red, green and blue are multiplied with.
  private func picture(
    _ name: String, seed: UInt64, width: Int = 48, height: Int = 40, colour: [Float] = [1, 1, 1]
  ) throws {
    var random = SeededGenerator(seed: seed)
    let coarse = Tensor<Float>.randomUniform([3, 6, 7], using: &random)
    try Image(pixels: coarse * Tensor(colour, shape: [3, 1, 1])).resized(
      width: width, height: height
    ).writePNG(to: file(name))
  }

  /// Writes a picture of one colour on the left and another on the right.
  private func mask(_ name: String, _ left: [Float], _ right: [Float]) throws {
    var pixels = Tensor<Float>.zeros([3, 40, 48])
    for channel in 0..<3 {
      for row in 0..<40 {
        for column in 0..<48 {
          pixels[channel, row, column] = (column < 24 ? left : right)[channel]
        }
      }
    }
    try Image(pixels: pixels).writePNG(to: file(name))
  }

  /// Paints `out.png` with few steps and returns it.
  private func paint(
    _ styles: [String] = ["style.png"], _ options: String..., iterations: Int = 6
  ) throws -> Image {
    let run = try studio(
      ["style", "content.png"] + styles + ["--weights", "random"]
        + ["--output", "out.png", "--log", "log.json", "--size", "40", "--print-every", "1"]
        + ["--iterations", "\(iterations)"] + options)
    XCTAssertEqual(run.status, 0, run.errors)
    return try Image(contentsOf: file("out.png"))
  }

  private func log() throws -> [Report] {
    try JSONDecoder().decode([Report].self, from: Data(contentsOf: file("log.json")))
  }

  func testABlendOfTheSameStyleTwiceIsThatStyle() throws {
    let one = try paint()
    XCTAssertEqual(try paint(["style.png", "style.png"], "--blend", "3,3"), one)
    try picture("other.png", seed: 3)
    XCTAssertEqual(try paint(["style.png", "other.png"], "--blend", "2,0"), one)
    XCTAssertNotEqual(try paint(["style.png", "other.png"], "--blend", "2,1"), one)
    XCTAssertNotEqual(try paint(["style.png"], "--style-scale", "2"), one)
  }

  func testAMaskOfEverythingIsNoMask() throws {
    let one = try paint()
    try mask("white.png", [1, 1, 1], [1, 1, 1])
    XCTAssertEqual(try paint(["style.png"], "--mask", "white.png", "white.png"), one)
  }

  func testMasksPaintEachHalfInTheMannerOfItsOwnStyle() throws {
    try picture("red.png", seed: 4, colour: [1, 0.1, 0.1])
    try picture("blue.png", seed: 5, colour: [0.1, 0.1, 1])
    try mask("halves.png", [1, 1, 1], [0, 0.2, 0])
    try mask("white.png", [0.9, 1, 1], [1, 1, 1])
    try mask("black.png", [0, 0, 0], [0, 0, 0.1])
    let painted = try paint(
      ["red.png", "blue.png"], "--mask", "halves.png", "white.png", "black.png",
      "--style-weight", "1000", iterations: 40
    ).pixels
    let left: Tensor<Float> = try painted[.all, .all, ..<20]
    let right: Tensor<Float> = try painted[.all, .all, 28...]
    let (leftMean, rightMean) = (try left.mean(axes: [1, 2]), try right.mean(axes: [1, 2]))
    XCTAssertGreaterThan(leftMean[0], leftMean[2] + 0.1)
    XCTAssertGreaterThan(rightMean[2], rightMean[0] + 0.1)
  }

  func testMasksWithoutACommonColourAreAnError() throws {
    try mask("halves.png", [1, 1, 1], [1, 0, 0])
    try mask("green.png", [0, 1, 0], [0, 1, 0])
    let arguments = ["style", "content.png", "style.png", "-o", "o.png", "--size", "40", "--mask"]
    expectError(
      try studio(arguments + ["halves.png", "green.png"]), "halves.png", "red, white", "same colour"
    )
    XCTAssertEqual(try studio(arguments + ["halves.png"]).status, 64)
  }

  func testOtherScalingsAreFactorsOnTheWeights() throws {
    // At the preset's own size, where its weights are what they say.
    func losses(_ options: String...) throws -> Report {
      let run = try studio(
        ["style", "content.png", "style.png", "-o", "o.png", "--log", "log.json"]
          + [
            "--weights", "random", "--preset", "starry-night", "--size", "192", "--iterations", "1",
          ]
          + ["--init", "style.png", "--content-layers", "3", "--style-layers", "1,4"] + options)
      XCTAssertEqual(run.status, 0, run.errors)
      return try XCTUnwrap(log().first)
    }
    let own = try losses(
      "--scaling", "cs231n", "--content-weight", "0.2", "--style-weights", "300,20", "--tv-weight",
      "1")
    let gatys = try losses(
      "--scaling", "gatys", "--content-weight", "0.4", "--style-weights", "1200,80",
      "--style-weight", "1", "--tv-weight", "1")
    // Layer 1 has 64 channels, layer 4 has 128, and layer 3 128 of 47×57.
    let means = try losses(
      "--scaling", "neural-style", "--content-weight", "\(0.2 * 128 * 47 * 57)", "--style-weights",
      "\(300 * 64 * 64),\(20 * 128 * 128)", "--style-weight", "1", "--tv-weight", "1")
    for other in [gatys, means] {
      XCTAssertEqual(other.content / own.content, 1, accuracy: 1e-4)
      XCTAssertEqual(other.style / own.style, 1, accuracy: 1e-4)
      XCTAssertEqual(other.tv / own.tv, 1, accuracy: 1e-4)
    }
  }

  func testSeveralContentLayersAddUp() throws {
    func content(_ options: [String]) throws -> Double {
      let run = try studio(
        ["style", "content.png", "style.png", "-o", "o.png", "--log", "log.json", "--size", "40"]
          + ["--weights", "random", "--iterations", "1", "--init", "style.png"]
          + ["--content-weight", "0.5"] + options)
      XCTAssertEqual(run.status, 0, run.errors)
      return try XCTUnwrap(log().first).content
    }
    let (three, six) = (
      try content(["--content-layers", "3"]), try content(["--content-layers", "6"])
    )
    let both = try content(["--content-layers", "3,6", "--content-weights", "1,2"])
    XCTAssertEqual(both / (three + 2 * six), 1, accuracy: 1e-4)
  }

  func testTheOriginalColoursCanBeKept() throws {
    let painted = try paint(["style.png"], "--original-colors", "luminance").pixels
    let content = try Image(contentsOf: file("content.png")).pixels
    // Where nothing had to be clipped, the differences between the colours are the content's.
    func redMinusGreen(_ pixels: Tensor<Float>) throws -> Tensor<Float> {
      let (red, green): (Tensor<Float>, Tensor<Float>) = (try pixels[..<1], try pixels[1..<2])
      return try red - green
    }
    let difference: Tensor<Float> = try redMinusGreen(painted) - redMinusGreen(content)
    XCTAssertLessThan(difference.absolute().mean(), 0.02)
    XCTAssertNotEqual(try paint(["style.png"], "--original-colors", "match"), try paint())
  }

  func testEveryStartOptimizerAndNormalizationLowersTheLoss() throws {
    for options in [
      ["--init", "random"], ["--init", "style.png"],
      ["--optimizer", "lbfgs", "--corrections", "3"],
      ["--optimizer", "adam", "--learning-rate", "0.05"],
      ["--normalize-gradients", "--optimizer", "adam", "--learning-rate", "0.05"],
      ["--scaling", "gatys"], ["--scaling", "neural-style"], ["--scaling", "relative"],
    ] {
      let run = try studio(
        ["style", "content.png", "style.png", "-o", "o.png", "--log", "log.json", "--size", "40"]
          + ["--iterations", "20"] + options)
      XCTAssertEqual(run.status, 0, run.errors)
      let log = try log()
      // With normalised gradients it is not the total that is descended on.
      let value = options[0] == "--normalize-gradients" ? \Report.style : \Report.total
      XCTAssertLessThan(
        try XCTUnwrap(log.last)[keyPath: value], try XCTUnwrap(log.first)[keyPath: value],
        "\(options)")
    }
  }

  func testAPyramidEndsAtTheFullSize() throws {
    let run = try studio(
      "style", "content.png", "style.png", "-o", "o.png", "--log", "log.json", "--size", "70",
      "--iterations", "8", "--pyramid", "2", "--print-every", "4", "--frames", "film",
      "--save-every", "5", "--plot", "loss.svg")
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertEqual(try Image(contentsOf: file("o.png")).pixels.shape, [3, 70, 84])
    XCTAssertEqual(try log().map(\.iteration), [0, 4, 8, 12])
    let frames = try FileManager.default.contentsOfDirectory(atPath: file("film").path).sorted()
    XCTAssertEqual(frames, (1...12).map { "frame-0000\($0 < 10 ? "0" : "")\($0).png" })
    XCTAssertEqual(
      try Image(contentsOf: file("film/frame-000001.png")).pixels.shape, [3, 70, 84])
    XCTAssertTrue(exists("o-000005.png") && exists("o-000010.png"))
    XCTAssertFalse(exists("o-000015.png"))
    let plot = try String(contentsOf: file("loss.svg"), encoding: .utf8)
    XCTAssertTrue(plot.hasPrefix("<svg") && plot.contains("content"))
  }

  func testAShallowLayerStillKnowsThePicture() throws {
    let run = try studio(
      "invert", "content.png", "--layer", "1", "--size", "40", "--iterations", "100", "--tv-weight",
      "0", "--pooling", "max", "-o", "o.png", "--log", "log.json", "--save-every", "1")
    XCTAssertEqual(run.status, 0, run.errors)
    let content = try Image(contentsOf: file("content.png")).pixels
    func error(_ name: String) throws -> Float {
      try (Image(contentsOf: file(name)).pixels - content).squared().mean()
    }
    XCTAssertLessThan(try error("o.png"), try error("o-000001.png") / 10)
    let log = try log()
    XCTAssertLessThan(try XCTUnwrap(log.last).content, try XCTUnwrap(log.first).content / 100)
  }

  func testATextureTakesOnTheStyleFromNoise() throws {
    let run = try studio(
      "texture", "style.png", "--size", "48", "--width", "64", "--iterations", "30", "-o", "o.png",
      "--log", "log.json", "--tv-weight", "0")
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertEqual(try Image(contentsOf: file("o.png")).pixels.shape, [3, 48, 64])
    let log = try log()
    XCTAssertLessThan(try XCTUnwrap(log.last).style, try XCTUnwrap(log.first).style / 10)
    XCTAssertEqual(log.last?.content, 0)
  }

  func testOptionsThatMakeNoSenseAreUsageErrors() throws {
    for (options, message) in [
      (["--blend", "1,2"], "--blend has 2 numbers for 1 styles"), (["--blend", "x"], "“x”"),
      (["--style-size", "64", "--style-scale", "2"], "not both"),
      (["--pyramid", "4"], "--pyramid 4 would begin at 5 pixels"),
      (["--pyramid", "4000"], "--pyramid 4000"), (["--learning-rate", "-1"], "learning-rate"),
      (["--corrections", "0"], "--corrections"), (["--resume"], "--checkpoint"),
      (["--content-layers", "3,4", "--content-weights", "1"], "2 content layers and 1 weights"),
      (["--optimizer", "sgd"], "sgd"), (["--scaling", "big"], "big"),
      (["--tv-weight", "nan"], "--tv-weight"), (["--save-every", "0"], "--save-every"),
    ] {
      let run = try studio(
        ["style", "content.png", "style.png", "-o", "o.png", "--size", "40"] + options)
      XCTAssertEqual(run.status, 64, run.errors)
      XCTAssertTrue(run.errors.contains(message), run.errors)
      XCTAssertFalse(exists("o.png"))
    }
    expectError(
      try studio(
        "style", "content.png", "style.png", "-o", "o.png", "--size", "40", "--init", "no.png"),
      "no.png", "no such file")
    expectError(
      try studio(
        "style", "content.png", "style.png", "-o", "o.png", "--size", "40", "--frames",
        "content.png"), "content.png")
  }
}
