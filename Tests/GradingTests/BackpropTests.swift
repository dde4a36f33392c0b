import Foundation
import XCTest

/// The `backprop` executable, in a student's folder of its own.
final class BackpropTests: TemporaryFolderTestCase {
  override func setUpWithError() throws {
    try super.setUpWithError()
    for name in ["A1-Layers", "A4-StyleTransfer"] {
      let work = folder.appending(path: "Assignments/\(name)")
      try FileManager.default.createDirectory(
        at: work.deletingLastPathComponent(), withIntermediateDirectories: true)
      // Half written: A4 from the solutions, A1 as it comes.
      let source = name == "A4-StyleTransfer" ? "Solutions" : "Assignments"
      try FileManager.default.copyItem(
        at: Here.root.appending(path: "\(source)/\(name)"), to: work)
    }
  }

  private func backprop(_ arguments: String...) throws -> (code: Int32, output: String) {
    try runBackprop(arguments, in: folder)
  }

  func testCheckSaysWhatPassesWhatIsMissingAndWhereToWriteIt() throws {
    let passed = try backprop("check", "a4.2")
    XCTAssertEqual(passed.code, 0, passed.output)
    XCTAssertEqual(passed.output, "✓ A4.2 Gram matrix\n")
    let missing = try backprop("check", "A1.1")
    XCTAssertEqual(missing.code, 1)
    XCTAssertTrue(missing.output.contains("A1.1"), missing.output)
    XCTAssertTrue(missing.output.contains("write it in Assignments/A1-Layers/"), missing.output)
    let progress = try backprop("progress")
    XCTAssertTrue(progress.output.contains("5/44"), progress.output)
    XCTAssertTrue(try backprop("list").output.contains("✓ A4.2"))
  }

  func testAWrongExerciseIsExplainedAndAHintOffered() throws {
    let file = folder.appending(path: "Assignments/A4-StyleTransfer/ContentLoss.swift")
    let text = try String(contentsOf: file, encoding: .utf8)
    try text.replacing("2 * weight * difference", with: "weight * difference")
      .write(to: file, atomically: true, encoding: .utf8)
    let check = try backprop("check", "A4.1")
    XCTAssertEqual(check.code, 1)
    XCTAssertTrue(check.output.contains("✗ A4.1"), check.output)
    XCTAssertTrue(check.output.contains("got "), check.output)
    XCTAssertTrue(check.output.contains("expected "), check.output)
    XCTAssertTrue(check.output.contains("backprop hint A4.1"), check.output)
  }

  func testHintsGoAStepFurtherEachTime() throws {
    XCTAssertTrue(try backprop("hint", "A4.1").output.contains("hint 1 of 3"))
    XCTAssertTrue(try backprop("hint", "A4.1").output.contains("hint 2 of 3"))
    XCTAssertTrue(try backprop("hint", "A4.1").output.contains("hint 3 of 3"))
    XCTAssertTrue(try backprop("hint", "A4.1").output.contains("That was the last hint."))
  }

  func testResetAsksAndKeepsABackup() throws {
    let file = folder.appending(path: "Assignments/A4-StyleTransfer/ContentLoss.swift")
    let before = try String(contentsOf: file, encoding: .utf8)
    let asked = try backprop("reset", "A4.1")
    XCTAssertEqual(asked.code, 1)
    XCTAssertEqual(try String(contentsOf: file, encoding: .utf8), before)
    XCTAssertEqual(try backprop("reset", "A4.1", "--yes").code, 0)
    XCTAssertTrue(
      try String(contentsOf: file, encoding: .utf8).contains("throw Unimplemented(\"A4.1\")"))
    let backup = folder.appending(path: ".backprop/backups/ContentLoss-1.swift")
    XCTAssertEqual(try String(contentsOf: backup, encoding: .utf8), before)
  }

  func testUnknownExercisesAndFoldersAreMisuse() throws {
    let unknown = try backprop("check", "A1.99")
    XCTAssertEqual(unknown.code, 64)
    XCTAssertTrue(unknown.output.contains("there is no exercise “A1.99”"), unknown.output)
    for folder in ["nowhere", "/usr/bin"] {
      XCTAssertEqual(try backprop("grade", folder).code, 64, folder)
    }
    XCTAssertEqual(try backprop("grade", ".", "--format", "pdf").code, 64)
    XCTAssertEqual(try backprop("grade", ".", "--output", "no/such/report.json").code, 64)
  }

  func testAGradeThatIsNotFullEndsWithOneAndIsWrittenToTheFile() throws {
    let grade = try backprop("grade", ".", "--format", "json", "--output", "grade.json")
    XCTAssertEqual(grade.code, 1, grade.output)
    XCTAssertTrue(grade.output.contains("wrote grade.json: 44 of 215 points"), grade.output)
    let json = try String(contentsOf: folder.appending(path: "grade.json"), encoding: .utf8)
    XCTAssertTrue(json.contains("A2-RNNCaptioning/RNNStep.swift is missing from the submission"))
  }
}
