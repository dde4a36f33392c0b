import Foundation
import Grading
import XCTest

/// Submissions as they come: the A2 solutions with one thing wrong with them.
final class SubmissionTests: TemporaryFolderTestCase {
  private let assignmentFolder = "A2-RNNCaptioning"

  /// The A2 solutions, copied, with one edit; the verdicts that are not `passed`, by exercise.
  private func grade(
    timeLimit: Double = 20, _ edit: (URL) throws -> Void
  ) throws -> [String: Verdict] {
    let judge = try Here.judge(timeLimit: timeLimit)
    let assignment = try XCTUnwrap(judge.kit.assignments.first { $0.folder == assignmentFolder })
    let work = folder.appending(path: assignmentFolder)
    try FileManager.default.copyItem(at: judge.kit.solutions(of: assignment), to: work)
    try edit(work)
    let submission = try Submission(folder: folder, kit: judge.kit)
    let verdicts = try judge.judge(submission, assignment)
    XCTAssertEqual(verdicts.map(\.exercise), assignment.exercises)
    return Dictionary(
      uniqueKeysWithValues: verdicts.filter { $0.outcome != .passed }.map { ($0.exercise.id, $0) })
  }

  /// Replaces the solution of an exercise in a file by other lines.
  private func replace(_ exercise: String, in file: URL, with body: String) throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    let region = try Regex("// BEGIN SOLUTION \(exercise)\n[^¶]*?// END SOLUTION")
    XCTAssertEqual(text.matches(of: region).count, 1)
    try writeAtomically(text.replacing(region, with: body), to: file)
  }

  func testAnUntouchedSolutionHasNothingWrong() throws {
    XCTAssertEqual(try grade { _ in }, [:])
  }

  func testACompileErrorCostsTheExercisesOfItsFileAndShowsTheCompilersMessage() throws {
    let verdicts = try grade {
      try replace("A2.1", in: $0.appending(path: "RNNStep.swift"), with: "return nonsense")
    }
    XCTAssertEqual(
      verdicts.mapValues(\.outcome), ["A2.1": .doesNotCompile, "A2.2": .doesNotCompile])
    let message = try XCTUnwrap(verdicts["A2.1"]?.message)
    XCTAssertTrue(message.hasPrefix("A2-RNNCaptioning/RNNStep.swift:"), message)
    XCTAssertTrue(message.contains("cannot find 'nonsense' in scope"), message)
  }

  func testAMissingFileCostsItsExercises() throws {
    let verdicts = try grade {
      try FileManager.default.removeItem(at: $0.appending(path: "WordEmbedding.swift"))
    }
    XCTAssertEqual(
      verdicts.mapValues(\.outcome), ["A2.5": .doesNotCompile, "A2.6": .doesNotCompile])
    XCTAssertEqual(
      verdicts["A2.5"]?.message,
      "A2-RNNCaptioning/WordEmbedding.swift is missing from the submission")
  }

  func testAMissingFunctionCostsItsExercise() throws {
    let verdicts = try grade {
      let file = $0.appending(path: "RNNStep.swift")
      let text = try String(contentsOf: file, encoding: .utf8)
      try writeAtomically(
        text.replacing("func rnnStepBackward", with: "func rnnStepBackwards"), to: file)
    }
    XCTAssertEqual(verdicts.mapValues(\.outcome), ["A2.2": .doesNotCompile])
    XCTAssertTrue(
      verdicts["A2.2"]?.message.contains("is a function missing, renamed") == true,
      verdicts["A2.2"]?.message ?? "")
  }

  func testAMissingTypeCostsTheFileThatLacksItAndNotThoseThatUseIt() throws {
    let verdicts = try grade {
      let file = $0.appending(path: "RNNStep.swift")
      let text = try String(contentsOf: file, encoding: .utf8)
      try writeAtomically(text.replacing("RNNStepCache", with: "StepCache"), to: file)
    }
    XCTAssertEqual(
      verdicts.mapValues(\.outcome), ["A2.1": .doesNotCompile, "A2.2": .doesNotCompile])
  }

  func testLoopsTrapsExitsAndFloodsCostOnlyTheirOwnExercise() throws {
    let verdicts = try grade(timeLimit: 4) {
      try replace("A2.1", in: $0.appending(path: "RNNStep.swift"), with: "while true {}")
      try replace("A2.2", in: $0.appending(path: "RNNStep.swift"), with: "fatalError(\"oh no\")")
      try replace("A2.5", in: $0.appending(path: "WordEmbedding.swift"), with: "exitNow()")
      try replace(
        "A2.6", in: $0.appending(path: "WordEmbedding.swift"),
        with: "while true { print(\"flood\") }")
      try writeAtomically(
        "import Foundation\nfunc exitNow() -> Never { exit(0) }\n",
        to: $0.appending(path: "Extra.swift"))
    }
    XCTAssertEqual(
      verdicts.mapValues(\.outcome),
      ["A2.1": .timedOut, "A2.2": .crashed, "A2.5": .crashed, "A2.6": .timedOut])
    XCTAssertTrue(verdicts["A2.2"]?.message.contains("Fatal error: oh no") == true)
    XCTAssertTrue(verdicts["A2.1"]?.message.contains("within 4 s") == true)
  }

  func testAWrongValueFailsWithTheIndexAndBothValues() throws {
    let verdicts = try grade {
      let file = $0.appending(path: "RNNStep.swift")
      let text = try String(contentsOf: file, encoding: .utf8)
      XCTAssertTrue(text.contains("(fromInput + fromHidden + bias).tanh()"))
      try writeAtomically(
        text.replacing(
          "(fromInput + fromHidden + bias).tanh()", with: "(fromInput + fromHidden).tanh()"),
        to: file)
    }
    XCTAssertEqual(verdicts.mapValues(\.outcome), ["A2.1": .failed])
    let message = try XCTUnwrap(verdicts["A2.1"]?.message)
    XCTAssertNotNil(
      message.firstMatch(of: /elements are wrong, the worst at index \[.*\]: got .*, expected/))
  }

  func testABrokenExtraFileCostsNothing() throws {
    let verdicts = try grade {
      try writeAtomically("this is no Swift", to: $0.appending(path: "Notes.swift"))
      try writeAtomically(
        "public func rnnStepForward() {}\nstruct RNNStepCache {}",
        to: $0.appending(path: "Again.swift"))
    }
    XCTAssertEqual(verdicts, [:])
  }

  func testAMainOfItsOwnNeitherStopsNorReplacesTheSuites() throws {
    let verdicts = try grade {
      try writeAtomically(
        "@main struct Mine { static func main() { print(\"mine\") } }",
        to: $0.appending(path: "Mine.swift"))
      try replace("A2.5", in: $0.appending(path: "WordEmbedding.swift"), with: "fatalError()")
    }
    XCTAssertEqual(verdicts.mapValues(\.outcome), ["A2.5": .crashed])
  }

  func testAPipeOrFolderInPlaceOfAFileCountsAsMissing() throws {
    let verdicts = try grade {
      for (name, make) in [
        ("RNNStep.swift", { mkfifo($0, 0o600) }), ("WordEmbedding.swift", { mkdir($0, 0o700) }),
      ] as [(String, (String) -> Int32)] {
        let file = $0.appending(path: name)
        try FileManager.default.removeItem(at: file)
        XCTAssertEqual(make(file.path), 0)
      }
    }
    XCTAssertEqual(Set(verdicts.keys), ["A2.1", "A2.2", "A2.5", "A2.6"])
    for verdict in verdicts.values {
      XCTAssertTrue(verdict.message.contains("is missing from the submission"), verdict.message)
    }
  }

  func testAFolderWithoutAssignmentsIsRefused() throws {
    let kit = try Kit(root: Here.root)
    XCTAssertThrowsError(try Submission(folder: folder, kit: kit)) {
      XCTAssertTrue("\($0)".contains("holds no assignment"), "\($0)")
    }
    XCTAssertThrowsError(try Submission(folder: folder.appending(path: "none"), kit: kit)) {
      XCTAssertTrue("\($0)".contains("is not a folder"), "\($0)")
    }
  }
}
