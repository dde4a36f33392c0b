import Foundation
import Images
import Tensors
import XCTest

/// The tiny pictures of Fixtures/generate.py, and what Pillow reads in them.
enum Fixture {
  private struct Entry: Decodable {
    var shape: [Int]
    var values: [Float]
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")
  static func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// Shape `[3, H, W]`, in steps of 1 from 0 to 255.
  static func expected(_ name: String) throws -> Tensor<Float> {
    let data = try Data(contentsOf: file("expected.json"))
    let entry = try XCTUnwrap(JSONDecoder().decode([String: Entry].self, from: data)[name], name)
    return try Tensor(entry.values, shape: entry.shape).permuted(2, 0, 1)
  }
}

/// A test case with a folder of its own, which is gone after the test.
class ImagesTestCase: XCTestCase {
  private(set) var folder = FileManager.default.temporaryDirectory

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

  /// The largest difference of a picture to a fixture's pixels, in steps of 255.
  func difference(
    _ image: Image, _ name: String, file: StaticString = #filePath, line: UInt = #line
  ) throws -> Float {
    let expected = try Fixture.expected(name)
    XCTAssertEqual(image.pixels.shape, expected.shape, name, file: file, line: line)
    guard image.pixels.shape == expected.shape else { return .infinity }
    return zip(image.pixels.elements, expected.elements).map { abs($0 * 255 - $1) }.max() ?? 0
  }

  /// The error that reading a file gives, or nil when it is read.
  func refusal(of file: URL) -> ImageError? {
    do {
      _ = try Image(contentsOf: file)
      return nil
    } catch let error as ImageError {
      return error
    } catch {
      XCTFail("\(file.lastPathComponent): another error: \(error)")
      return nil
    }
  }
}
