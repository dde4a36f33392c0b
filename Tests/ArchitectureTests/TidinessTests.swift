import XCTest

/// Small files, no traps, nothing put off, nothing kept in git that does not belong there.
final class TidinessTests: XCTestCase {
  static let lineLimit = 400

  static func isTooLong(_ text: String) -> Bool {
    text.split(separator: "\n", omittingEmptySubsequences: false).count > lineLimit + 1
  }

  /// The lines that trap or put something off; strings aside.
  static func leftovers(_ text: String) -> [Int] {
    let code = SwiftText(text).lines
    let comments = SwiftText(text, keepingComments: true).lines
    return zip(code, comments).enumerated().compactMap { number, line in
      let isLeftover =
        line.0.contains(/\bfatalError\s*\(/)
        || line.1.split { !$0.isLetter }.contains { ["TODO", "FIXME"].contains($0) }
      return isLeftover ? number + 1 : nil
    }
  }

  static func doesNotBelongInGit(_ path: String) -> Bool {
    path.hasSuffix(".pth")
      || path.split(separator: "/").contains {
        $0 == "Package.resolved" || $0.hasPrefix(".build") || $0 == "__pycache__"
      }
  }

  func testNoFileIsLong() throws {
    for file in try Repository.swiftFiles(in: ["Sources", "Solutions", "Assignments", "Tests"]) {
      XCTAssertFalse(
        Self.isTooLong(file.text), "\(file.path) has more than \(Self.lineLimit) lines")
    }
  }

  func testNothingTrapsAndNothingIsPutOff() throws {
    for file in try Repository.swiftFiles(in: ["Sources", "Solutions", "Tests", "GradeScripts"]) {
      for line in Self.leftovers(file.text) { XCTFail("\(file.path):\(line)") }
    }
    // What students are to write is marked there, nothing else.
    let mark = try Regex("// TODO\\([A-Z]\\d+\\.\\d+\\)")
    for file in try Repository.swiftFiles(in: ["Assignments"]) {
      let text = file.text.replacing(mark, with: "")
      for line in Self.leftovers(text) { XCTFail("\(file.path):\(line)") }
    }
  }

  func testGitKeepsNoProducts() throws {
    guard let paths = Repository.trackedPaths() else { throw XCTSkip("not a git repository") }
    for path in paths { XCTAssertFalse(Self.doesNotBelongInGit(path), path) }
  }

  func testTheRulesFindBreaches() {
    let line = "let x = 1\n"
    XCTAssertFalse(Self.isTooLong(String(repeating: line, count: 400)))
    XCTAssertTrue(Self.isTooLong(String(repeating: line, count: 401)))

    let breaches = """
      func f() { fatalError("no") }
      // TODO: later
      /* FIXME */ let x = "TODO fatalError("
      let y = "\\(fatalError("in a string"))" // said in a comment: fatalError()
      /// Not a mastodon, and no TODOs.
      fatalError ()
      """
    XCTAssertEqual(Self.leftovers(breaches), [1, 2, 3, 6])

    for path in [
      "Package.resolved", "a/Package.resolved", ".build/x", ".build-release/x", "a/__pycache__/b",
      "weights/vgg.pth", "Tests/TensorFilesTests/Fixtures/vgg.pth",
    ] {
      XCTAssertTrue(Self.doesNotBelongInGit(path), path)
    }
    for path in ["Package.swift", "Tests/build.swift", "docs/pth.md"] {
      XCTAssertFalse(Self.doesNotBelongInGit(path), path)
    }
  }
}
