import Foundation
import XCTest

/// The base of tests that run the built `studio`, which stands beside the test bundle, in a folder
/// of their own.
class StudioTestCase: XCTestCase {
  struct Run {
    var status: Int32
    var output, errors: String

    /// The line that says what went wrong.
    var error: String? {
      errors.split(separator: "\n").first { $0.hasPrefix("Error: ") }.map(String.init)
    }
  }

  private(set) var folder = URL(fileURLWithPath: "")
  /// What `studio` finds in its environment beside what the tests have there.
  var environment: [String: String] = [:]

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

  /// Runs `studio`; arguments that are bare names of files are in the test's folder.
  /// - Throws: `XCTSkip` when an exercise that it needs is not written.
  func studio(_ arguments: String...) throws -> Run { try studio(arguments) }

  func studio(_ arguments: [String]) throws -> Run {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("studio")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, errors) = (file(".output"), file(".errors"))
    for stream in [output, errors] { try Data().write(to: stream) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let run = Run(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
    if let error = run.error, error.contains("is not implemented yet") {
      XCTAssertTrue(error.contains("backprop check A"), error)
      XCTAssertEqual(run.status, 1)
      throw XCTSkip("studio was built from exercises that are not written yet: \(error)")
    }
    return run
  }

  /// Real weights and photographs, in a folder beside the package.
  /// - Throws: `XCTSkip` where they do not exist.
  func sharedData(_ path: String) throws -> URL {
    let file = URL(fileURLWithPath: #filePath + "/../../../../shared/data/" + path)
      .standardizedFileURL
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw XCTSkip("needs real data, which is not here: ../shared/data/\(path)")
    }
    return file
  }

  func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name).path) }

  /// Fails unless the run stopped with one line that has all the given words in it.
  func expectError(
    _ run: Run, _ words: String..., file: StaticString = #filePath, line: UInt = #line
  ) {
    XCTAssertEqual(run.status, 1, run.errors, file: file, line: line)
    for word in words {
      XCTAssertTrue(
        run.error?.contains(word) == true, "no “\(word)” in: \(run.errors)", file: file, line: line)
    }
    let errorAndAfter = run.errors.range(of: "Error: ").map { run.errors[$0.lowerBound...] } ?? ""
    XCTAssertEqual(
      errorAndAfter.split(separator: "\n").count, 1, run.errors, file: file, line: line)
  }
}

extension StudioTestCase {
  /// The entries of a log that `studio train` wrote: a JSON object in each line.
  func trainingLog(_ name: String) throws -> [[String: Double]] {
    try String(contentsOf: file(name), encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode([String: Double].self, from: Data($0.utf8))
    }
  }
}
