import Foundation
import XCTest

/// The `studio` executable that was built beside the tests, run in a folder of its own.
class StudioTestCase: XCTestCase {
  var folder = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("studio-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

  /// Runs `studio` with the given arguments in `folder`.
  func studio(_ arguments: [String]) throws -> (code: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("studio")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let (output, errors) = (folder.path + ".out", folder.path + ".err")
    for file in [output, errors] { try Data().write(to: URL(fileURLWithPath: file)) }
    defer { for file in [output, errors] { try? FileManager.default.removeItem(atPath: file) } }
    process.standardOutput = try XCTUnwrap(FileHandle(forWritingAtPath: output))
    process.standardError = try XCTUnwrap(FileHandle(forWritingAtPath: errors))
    try process.run()
    process.waitUntilExit()
    return (
      process.terminationStatus, try String(contentsOfFile: output, encoding: .utf8),
      try String(contentsOfFile: errors, encoding: .utf8)
    )
  }

  /// Real weights and photographs, in a folder beside the package where they exist.
  func sharedData(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = root.deletingLastPathComponent().appendingPathComponent("shared/data/" + path)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw XCTSkip("needs real data, which is not here: ../shared/data/\(path)")
    }
    return file.path
  }

  /// Skips tests of what the exercises do where the tests were built with the stubs.
  func requireSolutions() throws {
    guard ProcessInfo.processInfo.environment["EXERCISES"] == "solutions" else {
      throw XCTSkip("studio was built from Assignments/; set EXERCISES=solutions")
    }
  }
}
