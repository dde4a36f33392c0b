import Foundation
import FoundationXML
import GradientChecking
import XCTest

/// How a report looks as text, as a page and as JSON.
final class ReportTests: XCTestCase {
  func testTextSaysWhatIsWrongWhyAndWhere() {
    XCTAssertEqual(
      gateReport().description,
      """
      ✗ gates (Double): wrong — 1 of 2 gradients, 1 fault

        ✓ x      [3]     right  relative error 0 ± 1e-10  3 compared
        ✗ weight [2, 6]  wrong  relative error 2 ± 1e-10  12 compared: 4 wrong
          worst at [1, 3]: the backward pass gives -1, the differences 1 ± 1e-10
          diagnosis: only the second of 3 blocks is wrong

          ↓ axis 0 (2)  → axis 1 (6)
            0 1 2 3 4 5
          0 · · ████· ·
          1 · · ████· ·
          █ ≥ 10 %  ▓ ≥ 1 %  ▒ ≥ 0.1 %  ░ < 0.1 %  of the largest derivative (1)  · right

          axis 0 (2)  ██      everywhere
          axis 1 (6)  ▁▁██▁▁  only indices 2, 3

        ✗ fault: the layer changes its input “x”; work on a copy of it

      mode elements, seed 231: 31 forward calls and 1 backward call in 0.012 s
      """)
  }

  func testARightReportIsShort() {
    var report = gateReport()
    (report.gradients, report.faults) = ([report.gradients[0]], [])
    XCTAssertEqual(report.description.split(separator: "\n").count, 3)
    XCTAssertTrue(report.description.hasPrefix("✓ gates (Double): right\n"), report.description)
  }

  func testWhatCannotBeToldIsNamed() {
    var report = gateReport()
    let map = errorMap([4], verdict: { $0[0] == 2 ? .undecided : .right }) { _ in 0 }
    (report.gradients, report.faults) = ([inputReport("x", map)], [])
    XCTAssertTrue(report.description.hasPrefix("? gates (Double): cannot tell — x\n"))
    XCTAssertTrue(report.description.contains("4 compared: 1 undecided\n"), report.description)
    XCTAssertTrue(report.description.contains("· · ? ·\n"), report.description)
    report.gradients = []
    XCTAssertTrue(report.description.contains("cannot tell — nothing was compared"))
  }

  func testFastModeShowsItsWorstProjection() {
    var report = gateReport()
    report.gradients[1].map = nil
    report.gradients[1].worst = InputReport.Comparison(
      position: [], analytic: 1.0000021, numeric: 1, errorBar: 1e-9)
    XCTAssertTrue(
      report.description.contains(
        "worst projection: the backward pass gives 1.0000021, the differences 1 ± 1e-09\n"),
      report.description)
  }

  func testSentencesAreBrokenAtTheWidth() {
    var report = gateReport()
    report.gradients[1].diagnosis = Diagnosis(
      .onePartWrong, (0..<40).map { "word\($0)" }.joined(separator: " "))
    let lines = report.text(width: 60).split(separator: "\n")
    XCTAssertTrue(lines.filter { $0.contains("word") }.allSatisfy { $0.count <= 60 })
    XCTAssertTrue(lines.contains { $0.hasSuffix("word39") })
    XCTAssertEqual(
      report.text(color: true).replacing(/\u{1B}\[[0-9;]*m/, with: "").replacing(
        /\ +(?=\n)/, with: ""), report.text())
  }

  // MARK: HTML

  func testThePageIsWellFormedAndHoldsPictures() throws {
    let page = gateReport().html()
    let body = try XCTUnwrap(page.firstRange(of: "<html")).lowerBound
    let parser = XMLParser(data: Data(page[body...].utf8))
    XCTAssertTrue(parser.parse(), "\(String(describing: parser.parserError))")
    XCTAssertEqual(page.components(separatedBy: "<svg").count - 1, 3)
    XCTAssertEqual(page.components(separatedBy: ".gm-large").count - 1, 2, "one style sheet")
    for text in [
      "only the second of 3 blocks is wrong", "work on a copy", "prefers-color-scheme:dark",
      "31 forward calls", "✓ right", "✗ wrong", "only indices 2, 3",
    ] {
      XCTAssertTrue(page.contains(text), text)
    }
    XCTAssertFalse(page.contains("http://") && page.contains("src="), "needs nothing from outside")
  }

  func testThePageTakesNamesAsText() throws {
    var report = gateReport(function: "<script>\"f\"</script>", input: "w & <b>'x'</b>")
    report.faults[0].message = "a < b\u{0}\u{1B}"
    report.gradients[1].diagnosis?.message = "<i>&amp;</i>"
    let page = gradientReportPage([report, report])
    for tag in ["<script", "<b>", "<i>", "\u{0}", "\u{1B}"] {
      XCTAssertFalse(page.contains(tag), tag)
    }
    for text in ["&lt;script&gt;&quot;f&quot;", "w &amp; &lt;b&gt;&#39;x", "&lt;i&gt;&amp;amp;"] {
      XCTAssertTrue(page.contains(text), text)
    }
    let body = try XCTUnwrap(page.firstRange(of: "<html")).lowerBound
    XCTAssertTrue(XMLParser(data: Data(page[body...].utf8)).parse())
  }

  // MARK: JSON

  func testJSONKeepsWhatIsNoNumber() throws {
    var report = gateReport()
    report.gradients[1].map?.analytic[0] = .nan
    report.gradients[1].map?.numeric[1] = -.infinity
    report.gradients[1].largestErrorBar = .infinity
    let json = try report.json()
    let copy = try GradientReport(json: json)
    XCTAssertEqual(copy.gradients[1].map?.analytic[0].isNaN, true)
    XCTAssertEqual(copy.gradients[1].map?.numeric[1], -.infinity)
    XCTAssertEqual(copy.gradients[1].largestErrorBar, .infinity)
    XCTAssertEqual(copy.verdict, .wrong)
    XCTAssertEqual(try copy.json(), json)
    let keys = try XCTUnwrap(json.firstRange(of: "\"backwardCalls\"")).lowerBound
    XCTAssertLessThan(keys, try XCTUnwrap(json.firstRange(of: "\"faults\"")).lowerBound)
    XCTAssertThrowsError(try GradientReport(json: "{}"))
  }
}
