import Images
import Tensors
import XCTest

final class ResizingTests: ImagesTestCase {
  func testResizingIsPillows() throws {
    let source = try Image(contentsOf: Fixture.file("resizing.png"))
    for (width, height) in [
      (17, 13), (8, 6), (5, 11), (31, 29), (3, 2), (1, 1), (17, 40), (60, 13), (16, 12),
    ] {
      let resized = source.resized(width: width, height: height)
      XCTAssertEqual([resized.width, resized.height], [width, height])
      // Pillow rounds to bytes after the rows and again after the columns.
      XCTAssertLessThanOrEqual(
        try difference(resized, "resized \(width)x\(height)"), 1.5, "\(width)×\(height)")
    }
  }

  func testTheShorterSideGetsTheLengthAndTheOtherFollows() throws {
    for (width, height, side, expected) in [
      (40, 30, 15, [20, 15]), (30, 40, 15, [15, 20]), (20, 20, 7, [7, 7]),
      // 17 · 8 / 13 = 10.46, rounded down.
      (17, 13, 8, [10, 8]), (13, 17, 8, [8, 10]), (17, 13, 26, [34, 26]), (1, 50, 2, [2, 100]),
      (17, 13, 13, [17, 13]),
    ] {
      let image = try Image(pixels: .zeros([3, height, width])).resized(shortestSide: side)
      XCTAssertEqual([image.width, image.height], expected, "\(width)×\(height) to \(side)")
    }
  }

  func testAnEvenColourStaysAsItIs() throws {
    let image = try Image(pixels: Tensor(repeating: 0.3, shape: [3, 9, 14]))
    for (width, height) in [(3, 3), (50, 31), (14, 1), (1, 9)] {
      let resized = image.resized(width: width, height: height)
      for value in resized.pixels.elements { XCTAssertEqual(value, 0.3, accuracy: 1e-6) }
    }
  }

  func testTheSameSizeChangesNothing() throws {
    let image = try Image(contentsOf: Fixture.file("resizing.png"))
    XCTAssertEqual(image.resized(width: 17, height: 13), image)
  }
}
