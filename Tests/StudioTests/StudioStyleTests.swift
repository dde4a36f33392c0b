import Foundation
import Images
import Tensors
import XCTest

final class StudioStyleTests: StudioTestCase {
  private struct Report: Decodable {
    var iteration: Int
    var content, style, tv, total: Double
  }

  /// Writes a small picture of soft random colours.
  private func picture(_ name: String, width: Int = 48, height: Int = 40) throws {
    var random = SeededGenerator(seed: 9)
    let coarse = try Image(pixels: .randomUniform([3, 6, 7], using: &random))
    try coarse.resized(width: width, height: height)
      .writePNG(to: folder.appendingPathComponent(name))
  }

  func testTheReferencePaintingStartsAndEndsAtTheLossesOfPyTorch() throws {
    let run = try style([
      sharedData("style/tubingen_192.png").path, sharedData("style/starry_night_192.png").path,
      "--weights", sharedData("weights/squeezenet1_1.safetensors").path, "--output", "out.png",
      "--log", "log.json", "--preset", "starry-night",
    ])
    XCTAssertEqual(run.status, 0, run.errors)
    let log = try JSONDecoder().decode(
      [Report].self, from: Data(contentsOf: folder.appendingPathComponent("log.json")))
    XCTAssertEqual(log.map(\.iteration), Array(stride(from: 0, through: 200, by: 10)))
    let (first, last) = (try XCTUnwrap(log.first), try XCTUnwrap(log.last))
    // What style_reference.py beside this file prints for iteration 0.
    XCTAssertEqual(first.content / 304.386, 1, accuracy: 1e-3)
    XCTAssertEqual(first.style / 57151.531, 1, accuracy: 1e-3)
    XCTAssertEqual(first.tv / 287.961, 1, accuracy: 1e-3)
    XCTAssertLessThanOrEqual(last.total, 28_800)
    let painted = try Image(contentsOf: folder.appendingPathComponent("out.png"))
    XCTAssertEqual(painted.pixels.shape, [3, 192, 256])
  }

  func testWithoutWeightsItLearnsFiltersFromThePicturesAndSaysSo() throws {
    try picture("content.png")
    try picture("style.png", width: 40, height: 64)
    for output in ["one.png", "two.png"] {
      let run = try style([
        "content.png", "style.png", "--output", output, "--size", "40", "--style-size", "40",
        "--iterations", "12", "--seed", "5",
      ])
      XCTAssertEqual(run.status, 0, run.errors)
      XCTAssertTrue(run.errors.contains("filters learned from the pictures"), run.errors)
      XCTAssertTrue(run.output.hasPrefix("wrote \(output)"), run.output)
    }
    let one = try Image(contentsOf: folder.appendingPathComponent("one.png"))
    XCTAssertEqual(one.pixels.shape, [3, 40, 48])
    XCTAssertEqual(one, try Image(contentsOf: folder.appendingPathComponent("two.png")))
  }

  func testBadInputIsAOneLineErrorThatNamesTheFileAndLeavesNothingBehind() throws {
    try picture("good.png")
    try picture("one.png", width: 1, height: 1)
    try Data("no picture".utf8).write(to: folder.appendingPathComponent("text.png"))
    let whole = try Data(contentsOf: folder.appendingPathComponent("good.png"))
    try whole.prefix(whole.count / 2).write(to: folder.appendingPathComponent("cut.png"))
    try Data(count: 20).write(to: folder.appendingPathComponent("cut.safetensors"))
    let cases: [(arguments: [String], file: String, problem: String)] = [
      (["text.png", "good.png"], "text.png", "not a PNG or JPEG"),
      (["good.png", "cut.png"], "cut.png", "truncated PNG"),
      (["none.png", "good.png"], "none.png", "no such file"),
      (
        ["good.png", "good.png", "--weights", "cut.safetensors"], "cut.safetensors",
        "is no file of weights"
      ),
      (["good.png", "good.png", "--weights", "none"], "none", "no such file"),
      (["one.png", "good.png"], "one.png", "has 1×1 pixels"),
      (["good.png", "one.png"], "one.png", "has 1×1 pixels"),
      (["good.png", "good.png", "--log", "no/folder/log.json"], "no/folder/log.json", "no folder"),
    ]
    for (arguments, file, problem) in cases {
      let run = try style(arguments + ["--output", "out.png"])
      XCTAssertEqual(run.status, 1, "\(arguments)")
      let lines = run.errors.split(separator: "\n").filter { !$0.hasPrefix("no --weights") }
      XCTAssertEqual(lines.count, 1, run.errors)
      XCTAssertTrue(run.errors.contains(file) && run.errors.contains(problem), run.errors)
      XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path + "/out.png"))
    }
    for output in ["no/such/out.png", "."] {
      let run = try style(["good.png", "good.png", "--output", output])
      XCTAssertEqual(run.status, 1)
      XCTAssertTrue(run.errors.contains("cannot be written"), run.errors)
    }
  }

  func testNonsenseOptionsAreUsageErrors() throws {
    for arguments in [["--iterations", "0"], ["--size", "8"], ["--preset", "guernica"]] {
      let run = try style(["a.png", "b.png", "--output", "o.png"] + arguments)
      XCTAssertEqual(run.status, 64, run.errors)
    }
  }

  func testLayersWeightsAndPoolingCanBeChosen() throws {
    try picture("picture.png")
    func style(_ options: String...) throws -> Run {
      try self.style(
        ["picture.png", "picture.png", "--output", "out.png", "--size", "40", "--style-size", "40"]
          + ["--iterations", "2"] + options)
    }
    let run = try style(
      "--content-layer", "4", "--style-layers", "1,3", "--style-weights", "10,1", "--pooling",
      "average")
    XCTAssertEqual(run.status, 0, run.errors)
    for (options, message) in [
      (["--style-layers", "1,13"], "no layer “13”"),
      (["--content-layer", "conv4_2"], "no layer “conv4_2”"),
      (["--style-layers", "1,3", "--scaling", "cs231n"], "2 style layers and 4 weights"),
      (["--style-weights", "1,2,x,3"], "has “x”"), (["--pooling", "least"], "least"),
    ] {
      let run = try self.style(["picture.png", "picture.png", "--output", "o.png"] + options)
      XCTAssertEqual(run.status, 64, run.errors)
      XCTAssertTrue(run.errors.contains(message), run.errors)
    }
  }

  private func style(_ arguments: [String]) throws -> Run {
    try studio(["style"] + arguments)
  }
}
