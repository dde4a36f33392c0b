import Foundation
import FoundationXML
import Plots
import XCTest

final class LinePlotTests: XCTestCase {
  private func plot(_ ys: [Double], isLogarithmic: Bool = false) -> LinePlot {
    LinePlot(
      title: "Loss <A & B>", xLabel: "iteration", yLabel: "loss", isLogarithmic: isLogarithmic,
      series: [.init("style", ys.enumerated().map { (Double($0), $1) })])
  }

  /// The values of an attribute of all elements of a kind, after a check that the text is XML.
  private func texts(_ svg: String) throws -> [String] {
    let document = try XMLDocument(xmlString: svg)
    return try document.nodes(forXPath: "//*[local-name()='text']").compactMap(\.stringValue)
  }

  private func points(_ svg: String) throws -> [[[Double]]] {
    let document = try XMLDocument(xmlString: svg)
    return try document.nodes(forXPath: "//*[local-name()='polyline']/@points").map { node in
      (node.stringValue ?? "").split(separator: " ").map { place in
        place.split(separator: ",").compactMap { Double($0) }
      }
    }
  }

  func testTicksAreRoundAndTextIsEscaped() throws {
    let texts = try texts(plot([0.31, 4.2, 9.7]).svg())
    XCTAssertTrue(texts.contains("Loss <A & B>"))
    for label in ["2", "4", "6", "8", "0.0", "0.5", "1.0", "1.5", "2.0", "style"] {
      XCTAssertTrue(texts.contains(label), "\(label) in \(texts)")
    }
  }

  func testALogarithmicAxisHasDecadesAndEqualRatiosAreEquallyFarApart() throws {
    let svg = plot([1000, 100, 10, 1], isLogarithmic: true).svg()
    let texts = try texts(svg)
    for label in ["1", "10", "100", "1000"] { XCTAssertTrue(texts.contains(label), label) }
    let ys = try XCTUnwrap(points(svg).first).map { $0[1] }
    for (a, b) in zip(ys, ys.dropFirst()) {
      XCTAssertEqual(b - a, (ys[3] - ys[0]) / 3, accuracy: 0.11)
    }
  }

  func testWhatIsNoNumberLeavesAGapAndEverythingLiesWithinTheFrame() throws {
    let lines = try points(plot([3, 2, .nan, 5, 4, .infinity, 1]).svg())
    XCTAssertEqual(lines.map(\.count), [2, 2], "the last point stands alone, as a dot")
    for point in lines.joined() {
      XCTAssertTrue((72...560).contains(point[0]) && (44...370).contains(point[1]), "\(point)")
    }
  }

  func testNoPointsOnePointAndEqualPointsArePlotsToo() throws {
    for ys in [[], [7], [7, 7, 7], [.nan], [0, 0]] as [[Double]] {
      for isLogarithmic in [false, true] {
        XCTAssertFalse(
          try texts(plot(ys, isLogarithmic: isLogarithmic).svg()).contains { $0.contains("nan") })
      }
    }
  }
}
