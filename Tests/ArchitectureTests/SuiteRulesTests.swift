import Foundation
import XCTest

/// Every exercise's suite keeps to `SuiteRules`, and a suite that does not is found.
final class SuiteRulesTests: XCTestCase {
  func testEverySuiteJudgesOnlyByExpectations() throws {
    let solutions = try Repository.swiftFiles(in: ["Solutions"])
    let suites = try Repository.swiftFiles(in: ["Tests"]).filter {
      $0.folder.contains(/^Tests\/A\d+\w+Tests$/)
    }
    XCTAssertGreaterThan(suites.count, 30)
    for suite in suites {
      let module = String(suite.module.dropLast("Tests".count))
      let exercises = Self.functions(in: solutions.filter { $0.module == module }.map(\.text))
      XCTAssertFalse(exercises.isEmpty, "\(module) has no functions")
      for breach in SuiteRules.breaches(in: suite.text, file: suite.name, exercises: exercises) {
        XCTFail("\(suite.path): \(breach)")
      }
    }
  }

  /// The public functions, which is what a suite can call.
  static func functions(in texts: [String]) -> Set<String> {
    Set(
      texts.flatMap { text in
        SwiftText(text).string.matches(of: /(?m)^public func (\w+)/).map { String($0.1) }
      })
  }

  func testASuiteThatKeepsTheRulesHasNoBreaches() {
    XCTAssertEqual(breaches(""), [])
    XCTAssertEqual(
      breaches(
        """
        func testHelpers() throws {
          func cache() throws -> Int { try sut(1).cache }
          let closure: (Int) throws -> Int = { try sut($0) }
          try expectClose("a == b", to: 1) { try cache() }
          try expectClose("sut(2)", to: reference(sut: 2)) { try [1, 2].map(closure) }
          try expectGradient("x", at: x, of: { square($0) }, { try helper(3) })
        }
        private func helper(_ n: Int) throws -> Int { try sut(n).sut }
        private var value: Int { get throws { try helper(2) } }
        """), [])
  }

  func testAPlantedBreachIsFound() {
    for (name, code) in [
      ("value kept", "let y = try sut(1)"),
      ("value compared", "if try sut(1) == 2 { try expectClose(\"\", to: 1) { 1 } }"),
      ("expected value from the exercise", "try expectClose(\"\", to: sut(1)) { try sut(1) }"),
      ("helper used outside", "_ = try helper(1)"),
      ("member used outside", "_ = try self.helper(1)"),
      ("module named", "_ = try A1Layers.sut(1)"),
      ("function passed on", "_ = try [1].map(sut)"),
      ("helper passed on", "_ = try [1].map(helper)"),
      ("local closure run", "let run = { try sut(1) }\n_ = try run()"),
      ("local function run", "func run() throws -> Int { try sut(1) }\n_ = try run()"),
      ("computed variable", "var run: Int { get throws { try helper(1) } }\n_ = try run"),
      (
        "where the verdict is formed",
        "try expectInvariant(\"\", of: { $0 + (try sut(1)) }, isCloseTo: 1) { try sut(1) }"
      ),
      ("numeric gradient of it", "try expectGradient(\"\", at: x, of: { try sut($0) }, { x })"),
      ("compared in the closure", "try expectClose(\"\", to: 1) { try sut(1) == 2 }"),
      ("chosen in the closure", "try expectClose(\"\", to: 1) { try sut(1) > 2 ? 1 : 0 }"),
      ("XCTAssert", "XCTAssertEqual(1, 1)"), ("XCTFail", "XCTFail()"),
      ("XCTUnwrap", "_ = try XCTUnwrap(x)"), ("XCTSkip", "throw XCTSkip()"),
      ("precondition", "precondition(true)"), ("assert", "assert(true)"),
    ] {
      XCTAssertFalse(breaches("func testBreach() throws {\n\(code)\n\(check)\n}").isEmpty, name)
    }
    XCTAssertFalse(breaches("func testNothing() throws { _ = 1 }").isEmpty, "expects nothing")
    XCTAssertFalse(
      breaches("private func compared() throws -> Bool { try sut(1) != 2 }").isEmpty, "helper")
  }

  func testAnOtherwiseBuiltFileIsFound() {
    for source in [
      "class SUTTests: ExerciseTestCase {}",
      "class Other: ExerciseTestCase { func testA() throws { \(check) } }",
      "class SUTTests: XCTestCase { func testA() throws { \(check) } }",
      "class SUTTests: ExerciseTestCase { func testA() throws { \(check) } }\n"
        + "private class Second: ExerciseTestCase {}",
      "class SUTTests: Other { func testA() throws { \(check) } }",
      "import XCTest\nclass SUTTests: ExerciseTestCase { func testA() throws { \(check) } }",
      "class SUTTests: ExerciseTestCase { func testA() throws { \(check) } }\nclass Second {}",
    ] {
      XCTAssertEqual(
        SuiteRules.breaches(in: source, file: "SUTTests.swift", exercises: ["sut"]).isEmpty, false,
        source)
    }
  }

  private let check = "try expectClose(\"\", to: 1) { try sut(1) }"

  /// The breaches in a good suite to which the code was added.
  private func breaches(_ code: String) -> [String] {
    SuiteRules.breaches(
      in: """
        import A1Layers
        import ExerciseTesting
        final class SUTTests: ExerciseTestCase {
          func testIt() throws { \(check) }
          private func helper(_ n: Int) throws -> Int { try sut(n) }
          \(code)
        }
        """, file: "SUTTests.swift", exercises: ["sut"])
  }
}
