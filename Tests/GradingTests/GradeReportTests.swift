import Foundation
import Grading
import XCTest

final class GradeReportTests: XCTestCase {
  private struct Read: Decodable {
    struct Row: Decodable {
      var id, title, assignment, outcome, message: String
      var points, maxPoints: Int
      var seconds: Double
    }
    var score, maxScore: Int
    var exercises: [Row]
  }

  func testEveryExerciseIsInTheTableWhetherItWasJudgedOrNot() throws {
    let kit = try Kit(root: Here.root)
    let first = try XCTUnwrap(kit.exercises.first)
    let report = GradeReport(kit: kit, verdicts: [Verdict(first, .passed, seconds: 0.5)])
    let read = try JSONDecoder().decode(Read.self, from: Data(report.formatted(.json).utf8))
    XCTAssertEqual(read.exercises.map(\.id), kit.exercises.map(\.id))
    XCTAssertEqual(read.score, first.points)
    XCTAssertEqual(read.maxScore, kit.points)
    XCTAssertEqual(read.exercises[0].outcome, "passed")
    XCTAssertEqual(read.exercises[0].assignment, "A1")
    XCTAssertEqual(Set(read.exercises.dropFirst().map(\.outcome)), ["blocked"])
    XCTAssertEqual(read.exercises.dropFirst().reduce(0) { $0 + $1.points }, 0)
    let text = try report.formatted(.text)
    XCTAssertTrue(text.hasSuffix("Score: \(first.points) of \(kit.points) points\n"))
  }

  func testWhatASubmissionPrintsIsShownAndNeverRunInThePage() throws {
    let kit = try Kit(root: Here.root)
    let hostile = "<script>alert('1')</script> & \"quotes\""
    let verdicts = kit.exercises.map { Verdict($0, .failed, hostile) }
    let page = try GradeReport(kit: kit, verdicts: verdicts).formatted(.html)
    XCTAssertFalse(page.contains("<script>"))
    XCTAssertTrue(
      page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;quotes&quot;"))
  }
}
