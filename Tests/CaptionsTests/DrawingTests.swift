import Captions
import Images
import Tensors
import XCTest

final class DrawingTests: XCTestCase {
  func testDistancesAreNegativeInside() {
    let circle = Outline.circle(center: Point(5, 5), radius: 3)
    XCTAssertEqual(circle.distance(to: Point(5, 5)), -3)
    XCTAssertEqual(circle.distance(to: Point(9, 5)), 1)
    let stroke = Outline.stroke(from: Point(0, 0), to: Point(10, 0), width: 2)
    XCTAssertEqual(stroke.distance(to: Point(4, 0)), -1)
    XCTAssertEqual(stroke.distance(to: Point(13, 4)), 4)
    let square = Outline.polygon([Point(0, 0), Point(4, 0), Point(4, 4), Point(0, 4)])
    XCTAssertEqual(square.distance(to: Point(1, 2)), -1)
    XCTAssertEqual(square.distance(to: Point(7, 8)), 5)
  }

  func testAFilledShapeCoversItsArea() {
    var canvas = Canvas(width: 40, height: 40, color: Color(repeating: 0))
    canvas.fill(.circle(center: Point(20.3, 19.6), radius: 10), Color(repeating: 1))
    XCTAssertEqual(canvas.pixels.sum() / 3, .pi * 100, accuracy: 1)
  }

  func testShapesBeyondThePictureAreCutOff() {
    var canvas = Canvas(width: 8, height: 6)
    for center in [Point(-20, 3), Point(3, 90), Point(8, 6), Point(-1, -1)] {
      canvas.fill(.circle(center: center, radius: 3), Color(1, 0, 0))
    }
    XCTAssertEqual(canvas[7, 5], Color(1, 0, 0))
    XCTAssertEqual(canvas[4, 3], Color(repeating: 1))
  }

  func testThePicturesToPaintAreAlwaysTheSame() {
    XCTAssertEqual(Canvas.landscape().pixels, Canvas.landscape().pixels)
    XCTAssertEqual(Canvas.swirls().pixels, Canvas.swirls().pixels)
    XCTAssertEqual(Canvas.landscape().pixels.shape, [3, 192, 256])
    XCTAssertEqual(Canvas.swirls().pixels.shape, [3, 192, 256])
  }
}
