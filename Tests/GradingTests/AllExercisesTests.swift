import Foundation
import Grading
import XCTest

/// Every exercise of the course, judged as a submission is.
final class AllExercisesTests: XCTestCase {
  private func outcomes(_ folder: String) throws -> [String: Outcome] {
    let judge = try Here.judge()
    let submission = try Submission(folder: Here.root.appending(path: folder), kit: judge.kit)
    let verdicts = try judge.kit.assignments.flatMap { try judge.judge(submission, $0) }
    XCTAssertEqual(verdicts.map(\.exercise.id), judge.kit.exercises.map(\.id))
    return Dictionary(uniqueKeysWithValues: verdicts.map { ($0.exercise.id, $0.outcome) })
  }

  func testEverySolutionPasses() throws {
    let wrong = try outcomes("Solutions").filter { $0.value != .passed }
    XCTAssertEqual(wrong, [:])
  }

  func testEveryStubIsNotImplemented() throws {
    let wrong = try outcomes("Assignments").filter { $0.value != .notImplemented }
    // A student's copy of the kit has exercises that are written, which is as it should be.
    XCTAssertEqual(wrong.filter { $0.value != .passed }, [:])
    if ProcessInfo.processInfo.environment["EXERCISES"] == "solutions" {
      XCTAssertEqual(wrong, [:])
    }
  }
}
