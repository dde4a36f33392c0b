import Foundation
import Grading
import XCTest

final class StubTests: TemporaryFolderTestCase {
  /// The only exercise of the sample assignment below.
  private func exercise() throws -> Exercise {
    try XCTUnwrap(assignment(Self.sample).exercises.first)
  }

  private static let sample = """
    id: A1
    title: Layers
    notebook: Layers.ipynb
    exercises:
      - id: A1.1
        title: Doubling
        points: 3
        file: Double.swift
        suite: DoubleTests
        hints: [a, b]
    """

  func testARegionBecomesANoteAndAThrowAndTheRestStays() throws {
    let solution = """
      /// Doubles.
      func double(_ x: Int) throws -> Int {
        guard x >= 0 else { throw Negative() }
        // BEGIN SOLUTION A1.1
        let twice = 2 * x
        return twice
        // END SOLUTION
      }

      """
    let stub = try SolutionFile(solution, path: "Double.swift").stub(exercises: [exercise()])
    XCTAssertEqual(
      stub,
      """
      /// Doubles.
      func double(_ x: Int) throws -> Int {
        guard x >= 0 else { throw Negative() }
        // TODO(A1.1): Doubling
        throw Unimplemented("A1.1")
      }

      """)
  }

  func testWrongMarkersAreNamedWithTheirLine() throws {
    let cases = [
      ("// BEGIN SOLUTION A1.1\n", "D.swift:1: BEGIN SOLUTION A1.1 has no END SOLUTION"),
      ("x\n// END SOLUTION\n", "D.swift:2: END SOLUTION without"),
      ("// BEGIN SOLUTION A1.1\n// BEGIN SOLUTION A1.2\n", "D.swift:2: BEGIN SOLUTION inside A1.1"),
      ("// Begin solution A1.1\n", "D.swift:1: misspelt marker"),
      ("// BEGIN SOLUTION 1.1\n", "D.swift:1: misspelt marker"),
      (
        "// BEGIN SOLUTION A9.9\n// END SOLUTION\n// BEGIN SOLUTION A1.1\n// END SOLUTION",
        "D.swift:1: assignment.yml has no exercise A9.9"
      ),
      ("no marker at all", "D.swift: has no region BEGIN SOLUTION A1.1"),
    ]
    for (text, message) in cases {
      XCTAssertThrowsError(
        try SolutionFile(text, path: "D.swift").stub(exercises: [exercise()]), text
      ) {
        XCTAssertTrue("\($0)".hasPrefix(message), "\($0)")
      }
    }
  }

  func testTheCommittedStubsAreThoseOfTheSolutions() throws {
    let kit = try Kit(root: Here.root)
    XCTAssertEqual(kit.assignments.map(\.id), ["A1", "A2", "A3", "A4"])
    XCTAssertEqual(try kit.authorProblems(), [])
  }

  private func assignment(_ yaml: String) throws -> Assignment {
    try Assignment(yaml: yaml, folder: "A1-Layers", path: "assignment.yml")
  }

  func testAnAssignmentIsReadWithAllItsFields() throws {
    let assignment = try assignment(Self.sample)
    XCTAssertEqual(assignment.exercises.map(\.id), ["A1.1"])
    XCTAssertEqual(assignment.exercises.map(\.hints), [["a", "b"]])
    XCTAssertEqual(assignment.exercises.map(\.requires), [[]])
    XCTAssertEqual(assignment.module, "A1Layers")
    XCTAssertEqual(assignment.points, 3)
  }

  func testMistakesInAnAssignmentAreNamedWithTheirLine() throws {
    let cases = [
      ("id: A1\n", "id: B1\n", ":1: id is 'B1'"),
      ("points: 3", "points: many", ":7: points is not a whole number"),
      ("title: Doubling", "titel: Doubling", ":6: 'titel' is not a field"),
      ("- id: A1.1", "- id: A1.2", "expected"),
      ("file: Double.swift", "file: ../x.swift", ":8: file is"),
      ("suite: DoubleTests", "suite: double", ":9: suite is"),
      ("hints: [a, b]", "hints: none", ":10: hints is not a list"),
      ("title: Layers\n", "title: [\n", "assignment.yml:"),
    ]
    for (old, new, message) in cases {
      XCTAssertThrowsError(try assignment(Self.sample.replacing(old, with: new)), new) {
        XCTAssertTrue("\($0)".contains(message), "\($0)")
      }
    }
  }
}
