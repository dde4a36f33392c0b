import Foundation
import TensorFiles
import Tensors
import XCTest

final class HalfPrecisionTests: XCTestCase {
  private func written(_ numbers: [Float]) throws -> [Float] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Safetensors(tensors: ["x": Tensor(numbers)]).write(to: file, .half)
    return try XCTUnwrap(Safetensors(contentsOf: file).tensors["x"]).elements
  }

  func testNumbersThatHalfPrecisionHasComeBackAsTheyWere() throws {
    let exact: [Float] = [
      0, 1, -2.5, 65504, -65504, 0x1p-14, 0x1p-24, 1023 * 0x1p-24, 1.0009765625, .infinity,
      -.infinity,
    ]
    XCTAssertEqual(try written(exact), exact)
    XCTAssertTrue(try written([.nan])[0].isNaN)
  }

  func testOthersAreRoundedToTheNearestAndHalfwayToTheEvenOne() throws {
    let ulp: Float = 0x1p-10
    let rounded = try written([
      1 + 0.4 * ulp, 1 + 0.5 * ulp, 1 + 1.5 * ulp, 2 - 0.5 * ulp, 65519, 65520, 0x1p-25,
      1.5 * 0x1p-24, 0x1p-14 - 0x1p-25,
    ])
    let expected: [Float] = [
      1, 1, 1 + 2 * ulp, 2, 65504, .infinity, 0, 2 * 0x1p-24, 0x1p-14,
    ]
    XCTAssertEqual(rounded, expected)
  }
}
