import Foundation
import Images
import Tensors
import XCTest

final class WritingTests: ImagesTestCase {
  private var random = SeededGenerator(seed: 231)

  func testAPictureIsReadAsItWasWritten() throws {
    for (height, width) in [(1, 1), (5, 7), (1, 40), (33, 1), (64, 50)] {
      let bytes = Tensor<Int>.random([3, height, width], in: 0..<256, using: &random)
      let image = try Image(pixels: bytes.map { Float($0) / 255 })
      let file = folder.appendingPathComponent("\(width)x\(height).png")
      try image.writePNG(to: file)
      XCTAssertEqual(try Image(contentsOf: file), image)
    }
  }

  func testEveryByteSurvives() throws {
    let values = try Tensor((0..<768).map { Float($0 % 256) / 255 }, shape: [3, 16, 16])
    let file = folder.appendingPathComponent("ramp.png")
    try Image(pixels: values).writePNG(to: file)
    XCTAssertEqual(try Image(contentsOf: file).pixels, values)
  }

  func testValuesAreRoundedAndClampedAndNaNIsBlack() throws {
    let values: [Float] = [
      -0.5, 1.5, .nan, .infinity, -.infinity, 0.5, 100.4 / 255, 100.6 / 255, -0.0, 254.6 / 255,
      .leastNonzeroMagnitude, -.nan,
    ]
    let expected: [Float] = [0, 255, 0, 255, 0, 128, 100, 101, 0, 255, 0, 0]
    let file = folder.appendingPathComponent("clamped.png")
    try Image(pixels: Tensor(values, shape: [3, 2, 2])).writePNG(to: file)
    let read = try Image(contentsOf: file)
    XCTAssertEqual(read.pixels.elements.map { ($0 * 255).rounded() }, expected)
  }

  func testAnExistingPictureIsReplaced() throws {
    let file = folder.appendingPathComponent("picture.png")
    let (first, second) = (Tensor<Float>.zeros([3, 2, 2]), Tensor<Float>.ones([3, 4, 1]))
    try Image(pixels: first).writePNG(to: file)
    try Image(pixels: second).writePNG(to: file)
    XCTAssertEqual(try Image(contentsOf: file).pixels, second)
    XCTAssertEqual(try contents(of: folder), ["picture.png"])
  }

  func testWhatCannotBeWrittenLeavesNothingBehind() throws {
    let image = try Image(pixels: .ones([3, 2, 2]))
    let occupied = folder.appendingPathComponent("occupied.png")
    try FileManager.default.createDirectory(at: occupied, withIntermediateDirectories: false)
    try Data("kept".utf8).write(to: occupied.appendingPathComponent("inside"))
    for file in [
      folder.appendingPathComponent("missing/picture.png"),
      occupied,
      occupied.appendingPathComponent("inside/picture.png"),
    ] {
      XCTAssertThrowsError(try image.writePNG(to: file)) { error in
        guard case .cannotWrite? = (error as? ImageError)?.reason else {
          return XCTFail("another error: \(error)")
        }
        XCTAssertTrue("\(error)".hasPrefix(file.path), "\(error)")
      }
    }
    XCTAssertEqual(try contents(of: folder), ["occupied.png"])
    XCTAssertEqual(try contents(of: occupied), ["inside"])
  }

  func testAPictureHasThreeChannelsAndAPixel() {
    for shape in [
      [], [3], [1, 2, 2], [4, 2, 2], [2, 2, 3], [1, 3, 2, 2], [3, 0, 2], [3, 2, 0],
    ] {
      XCTAssertThrowsError(try Image(pixels: .zeros(shape)), "\(shape)") {
        XCTAssertTrue($0 is TensorError)
      }
    }
  }

  private func contents(of folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }
}
