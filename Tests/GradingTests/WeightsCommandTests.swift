import Foundation
import TensorFiles
import Tensors
import XCTest

/// `backprop weights` as people use it.
final class WeightsCommandTests: TemporaryFolderTestCase {
  private func backprop(_ arguments: String...) throws -> (code: Int32, output: String) {
    try runBackprop(arguments, in: folder)
  }

  private func writeWeights() throws {
    try Safetensors(
      tensors: [
        "features.0.weight": .ones([64, 3, 3, 3]), "features.0.bias": .zeros([64]),
        "other": .ones([2]),
      ], metadata: ["preprocessing": "bgr, [0,255]"]
    ).write(to: folder.appending(path: "some.safetensors"))
  }

  func testInfoSaysWhatAFileHolds() throws {
    try writeWeights()
    let run = try backprop("weights", "info", "some.safetensors")
    XCTAssertEqual(run.code, 0, run.output)
    for text in [
      "3 tensors, 1794 numbers", "squeezenet1_1", "missing", "not of it: other", "BGR",
      "[64, 3, 3, 3]",
    ] {
      XCTAssertTrue(run.output.contains(text), "\(text) in \(run.output)")
    }
  }

  func testConvertKeepsTensorsAndWhatTheFileSaysOfItself() throws {
    try writeWeights()
    let run = try backprop("weights", "convert", "some.safetensors", "new.safetensors")
    XCTAssertEqual(run.code, 0, run.output)
    XCTAssertEqual(
      try Safetensors(contentsOf: folder.appending(path: "new.safetensors")),
      try Safetensors(contentsOf: folder.appending(path: "some.safetensors")))
    XCTAssertEqual(try backprop("weights", "convert", "some.safetensors", "new.pth").code, 64)
  }

  func testListAndWrongNamesShowWhatThereIs() throws {
    let list = try backprop("weights", "list")
    XCTAssertTrue(list.output.contains("vgg19"), list.output)
    let wrong = try backprop("weights", "fetch", "alexnet")
    XCTAssertEqual(wrong.code, 1)
    XCTAssertTrue(
      wrong.output.contains("there are squeezenet1_0, squeezenet1_1, vgg16, vgg19"), wrong.output)
  }
}
