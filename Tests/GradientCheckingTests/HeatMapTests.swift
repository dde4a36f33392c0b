import Foundation
import FoundationXML
import GradientChecking
import Images
import Tensors
import XCTest

/// The pictures of an error map.
final class HeatMapTests: XCTestCase {
  private let legend =
    "█ ≥ 10 %  ▓ ≥ 1 %  ▒ ≥ 0.1 %  ░ < 0.1 %  of the largest derivative (1)  · right"

  func testAMatrixIsRowsAndColumnsWithTheErrorsAlongEachAxis() {
    let map = errorMap([3, 5]) { $0[1] == 1 ? [1, 0.05, 1e-4][$0[0]] : 0 }
    XCTAssertEqual(
      map.terminalPicture(),
      """
      ↓ axis 0 (3)  → axis 1 (5)
        0 1 2 3 4
      0 · ██· · ·
      1 · ▓▓· · ·
      2 · ░░· · ·
      \(legend)

      axis 0 (3)  █▂▂    everywhere
      axis 1 (5)  ▁█▁▁▁  only index 1
      """)
  }

  func testEachMarkHasItsMeaningWithoutColour() {
    let verdicts: [ErrorMap.ElementVerdict] = [
      .right, .kink, .undecided, .wrong, .wrong, .wrong, .wrong,
    ]
    let map = errorMap([7], verdict: { verdicts[$0[0]] }) {
      [0, 0.5, 0.5, 0.0005, 0.005, 0.05, 0.5][$0[0]]
    }
    XCTAssertEqual(
      map.terminalPicture(),
      """
      → axis 0 (7)
      0 1 2 3 4 5 6
      · ^ ? ░░▒▒▓▓██
      \(legend)  ^ kink
      ? cannot tell

      axis 0 (7)  ▁▁▁▂▂▂█  only indices 3–6
      """)
  }

  func testLeadingAxesArePanelsInRows() {
    let map = errorMap([2, 2, 2, 2]) { $0[0] == 1 && $0[3] == 0 ? 0.5 : 0 }
    XCTAssertEqual(
      map.terminalPicture(),
      """
      ↓ axis 2 (2)  → axis 3 (2)  panels: axis 0 (2) × axis 1 (2)
      [0, 0, :, :]   [0, 1, :, :]
        0 1            0 1
      0 · ·          0 · ·
      1 · ·          1 · ·

      [1, 0, :, :]   [1, 1, :, :]
        0 1            0 1
      0 ██·          0 ██·
      1 ██·          1 ██·
      \(legend)

      axis 0 (2)  ▁█  only index 1 (the last)
      axis 1 (2)  ██  everywhere
      axis 2 (2)  ██  everywhere
      axis 3 (2)  █▁  only index 0 (the first)
      """)
  }

  func testASingleNumberIsASingleMark() {
    XCTAssertEqual(errorMap([]) { _ in 1 }.terminalPicture(), "██\n\(legend)")
    XCTAssertEqual(errorMap([]) { _ in 0 }.terminalPicture(), "·\n\(legend)")
  }

  func testWhatIsNoNumberIsTheLargestError() {
    for value in [Double.nan, .infinity] {
      var map = errorMap([2]) { _ in 0 }
      (map.analytic[1], map.verdicts[1]) = (value, .wrong)
      XCTAssertTrue(map.terminalPicture().contains("\n· ██\n"), "\(value)")
    }
  }

  func testLongAxesShowTheWorstOfSeveral() {
    let map = errorMap([100, 300]) { $0 == [57, 201] ? 1e-4 : 0 }
    let lines = map.terminalPicture(width: 60).split(separator: "\n").map(String.init)
    XCTAssertEqual(
      lines.prefix(3),
      [
        "↓ axis 0 (100, 4 in each cell)", "→ axis 1 (300, 6 in each cell)",
        "   0    30   60   90   120  150  180  210  240  270",
      ])
    XCTAssertEqual(Array(lines[3 + 57 / 4]).firstIndex(of: "░"), 3 + 201 / 6)
    XCTAssertEqual(lines.joined().filter { $0 == "░" }.count, 2)
    XCTAssertTrue(lines.allSatisfy { $0.count <= 60 })
    XCTAssertTrue(lines[lines.count - 1].hasSuffix("only index 201"), lines[lines.count - 1])
  }

  func testManyPanelsShareAPicture() {
    let map = errorMap([64, 32, 3, 3]) { $0 == [40, 5, 1, 1] ? 1 : 0 }
    let text = map.terminalPicture()
    XCTAssertEqual(text.components(separatedBy: ", :, :]").count - 1, 16, text)
    XCTAssertEqual(text.components(separatedBy: "██").count - 1, 1, text)
    XCTAssertTrue(text.contains("only index 40") && text.contains("only index 5"), text)
  }

  func testTheWordsOfAnAxisSayWhereTheErrorsAre() {
    let places: [(Int, (Int) -> Bool, String)] = [
      (7, { $0 < 6 }, "all but index 6 (the last)"), (7, { $0 == 6 }, "only index 6 (the last)"),
      (12, { $0 >= 6 && $0 < 9 }, "only indices 6–8"),
      (9, { $0 % 2 == 1 }, "every 2nd index, from 1"),
      (8, { $0 == 0 || $0 == 7 }, "only indices 0, 7"), (5, { _ in true }, "everywhere"),
      (40, { $0 * $0 % 7 == 2 }, "12 of 40 indices"),
    ]
    for (size, isWrong, words) in places {
      let text = errorMap([size]) { isWrong($0[0]) ? 1 : 0 }.terminalPicture()
      XCTAssertTrue(text.hasSuffix("  " + words), "\(words): \(text)")
    }
    let border = errorMap([6, 6]) { $0.contains(0) || $0.contains(5) ? 1 : 0 }.terminalPicture()
    XCTAssertEqual(
      border.components(separatedBy: "everywhere; all of indices 0, 5").count, 3, border)
  }

  func testColourAddsNothingButColour() {
    let map = errorMap([2, 3, 4], verdict: { $0[2] == 3 ? .kink : $0[1] == 1 ? .wrong : .right }) {
      $0[1] == 1 ? 0.02 : 0
    }
    let colored = map.terminalPicture(color: true)
    XCTAssertTrue(colored.contains("\u{1B}[38;2;"))
    XCTAssertEqual(
      colored.replacing(/\u{1B}\[[0-9;]*m/, with: "").replacing(/\ +(?=\n)/, with: ""),
      map.terminalPicture())
  }

  func testAnEmptyOrIncompleteMapIsNoReasonToStop() {
    let incomplete = ErrorMap(shape: [2, 2], analytic: [1], numeric: [1], verdicts: [.right])
    for map in [errorMap([0, 3]) { _ in 0 }, incomplete] {
      XCTAssertEqual(map.terminalPicture(), "no elements")
      XCTAssertTrue(isWellFormed(map.svg()))
      XCTAssertEqual(map.pixels().shape, [1, 1, 3])
    }
  }

  // MARK: SVG

  func testSVGIsWellFormedWithTheNumbersOfEachElement() {
    for shape in [[], [4], [2, 3], [2, 3, 4], [2, 3, 8, 8], [70, 200]] {
      let map = errorMap(shape) { $0.last == 0 ? 0.25 : 0 }
      for content in HeatMapContent.allCases {
        XCTAssertTrue(isWellFormed(map.svg(content, title: "a < b & “c”")), "\(shape)")
      }
    }
    let svg = errorMap([2, 3]) { $0 == [1, 2] ? 0.25 : 0 }.svg()
    XCTAssertTrue(svg.contains("<title>[1, 2] wrong\nanalytic 1.25\nnumeric 1\nerror 0.25</title>"))
    XCTAssertTrue(svg.contains("class=\"gm-large\""))
    XCTAssertEqual(svg.components(separatedBy: "<title>").count - 1, 1 + 6)
  }

  func testSVGOfALargeTensorStaysSmall() {
    let svg = errorMap([64, 64, 16, 16]) { $0[0] == 3 ? 1 : 0 }.svg()
    XCTAssertLessThan(svg.utf8.count, 2 << 20)
  }

  private func isWellFormed(_ xml: String) -> Bool { XMLParser(data: Data(xml.utf8)).parse() }

  // MARK: Pixels

  func testPixelsHaveTheColoursOfTheirElements() throws {
    let map = errorMap([2, 3]) { $0 == [1, 2] ? 1 : 0 }
    let pixels = map.pixels(cell: 8)
    XCTAssertEqual(pixels.shape, [2 * 9 - 1 + 16, 3 * 9 - 1 + 16, 3])
    let color = { (y: Int, x: Int) in (0..<3).map { (pixels[y, x, $0] * 255).rounded() } }
    for row in 0..<2 {
      for column in 0..<3 {
        let isWrong = row == 1 && column == 2
        XCTAssertEqual(
          color(8 + row * 9 + 4, 8 + column * 9 + 4),
          isWrong ? [0x6B, 0x06, 0x32] : [0xEC, 0xEF, 0xF2], "[\(row), \(column)]")
      }
    }
    XCTAssertEqual(color(0, 0), [255, 255, 255])
    XCTAssertEqual(color(16, 10), [255, 255, 255], "the line between two squares")
  }

  func testPixelsBecomeAPNG() throws {
    let pixels = errorMap([2, 3, 8, 8]) { $0.suffix(2).contains(0) ? 0.5 : 0 }.pixels()
    let image = try Image(pixels: pixels.permuted(2, 0, 1).cast(to: Float.self))
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("heatmap-\(UUID().uuidString).png")
    defer { try? FileManager.default.removeItem(at: file) }
    try image.writePNG(to: file)
    XCTAssertEqual(try Image(contentsOf: file).pixels.shape, [3] + pixels.shape.prefix(2))
  }
}
