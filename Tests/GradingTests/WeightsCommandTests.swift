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

  func testConvertRoundsToHalfTheRoomWhereAsked() throws {
    let values: [Float] = [1, -2.5, 1 / 3, 1e-3, 300.7]
    let file = folder.appending(path: "some.safetensors")
    try Safetensors(tensors: ["a": Tensor(values, shape: [5])]).write(to: file)
    for (type, error) in [("f16", Float(0x1p-11)), ("bf16", 0x1p-8)] {
      let run = try backprop(
        "weights", "convert", "some.safetensors", "new.safetensors", "--type", type)
      XCTAssertEqual(run.code, 0, run.output)
      let new = folder.appending(path: "new.safetensors")
      let rounded = try XCTUnwrap(Safetensors(contentsOf: new).tensors["a"])
      for (index, value) in values.enumerated() {
        XCTAssertEqual(rounded[index], value, accuracy: error * abs(value), type)
      }
      XCTAssertLessThan(try Data(contentsOf: new).count, try Data(contentsOf: file).count)
    }
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
