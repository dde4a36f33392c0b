import Foundation
import Images
import Tensors
import XCTest

final class ClassifyTests: StudioTestCase {
  func testAPhotographOfTheTownOfTuebingenShowsACastle() throws {
    let run = try studio(
      "classify", sharedData("style/tubingen_192.png").path, "--weights",
      sharedData("weights/squeezenet1_1.safetensors").path, "--classes",
      sharedData("weights/synset_words.txt").path, "--top", "2")
    XCTAssertEqual(run.status, 0, run.errors)
    let lines = run.output.split(separator: "\n")
    XCTAssertEqual(lines.count, 3, run.output)
    XCTAssertTrue(lines[1].hasSuffix(" %  castle"), run.output)
    XCTAssertTrue(lines[2].hasSuffix(" %  palace"), run.output)
  }

  func testWithoutNamesClassesAreNumbers() throws {
    let run = try studio(
      "classify", sharedData("style/tubingen_192.png").path, "--weights",
      sharedData("weights/squeezenet1_1.safetensors").path, "--top", "1")
    XCTAssertTrue(run.output.hasSuffix(" %  class 483\n"), run.output)
  }

  func testWhatIsWrongIsNamed() throws {
    try Image(pixels: .ones([3, 20, 20])).writePNG(to: file("white.png"))
    try Data("cat\ndog\n".utf8).write(to: file("two.txt"))
    expectError(try studio("classify", "white.png", "--weights", "none"), "none", "no such file")
    let weights = try sharedData("weights/squeezenet1_1.safetensors").path
    expectError(
      try studio("classify", "white.png", "--weights", weights, "--classes", "two.txt"),
      "two.txt", "2 lines", "expected 1000")
    XCTAssertEqual(
      try studio("classify", "white.png", "--weights", weights, "--top", "0").status, 64)
  }

  func testVGGWithoutItsClassifierSaysWhatIsMissing() throws {
    try Image(pixels: .ones([3, 20, 20])).writePNG(to: file("white.png"))
    expectError(
      try studio(
        "classify", "white.png", "--weights",
        sharedData("weights/vgg19-conv1_1-to-conv3_4.safetensors").path), "lack the tensor")
  }
}
