import ExerciseTesting
import Foundation
import XCTest

/// What came of `FixtureSuite`, run in a process of its own.
struct SuiteRun {
  /// One line of a recording.
  struct Entry: Codable {
    var test: String
    var label: String
    var outcome: Outcome
  }

  var passed: Bool
  var output: String
  var findings: [Finding]
  /// Whether the exercise itself was run.
  var ranExercise: Bool

  /// - Parameters:
  ///   - mode: `EXERCISE_MODE`; nil leaves it unset.
  ///   - fixture: How the exercise is written.
  init(
    mode: String?, fixture: String = "right", recording: URL? = nil, seed: String? = nil
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let report = folder.appendingPathComponent("report")
    let ran = folder.appendingPathComponent("ran")
    let log = folder.appendingPathComponent("log")

    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("EXERCISE_") }
    environment["EXERCISE_MODE"] = mode
    environment["EXERCISE_RECORDING"] = recording?.path
    environment["EXERCISE_REPORT"] = report.path
    environment["EXERCISE_SEED"] = seed
    environment["FIXTURE"] = fixture
    environment["FIXTURE_RAN"] = ran.path
    try Data().write(to: log)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments = ["ExerciseTestingTests.FixtureSuite"]
    process.environment = environment
    // A file, not a pipe: it cannot fill up.
    process.standardOutput = try FileHandle(forWritingTo: log)
    process.standardError = process.standardOutput
    try process.run()
    process.waitUntilExit()

    passed = process.terminationReason == .exit && process.terminationStatus == 0
    output = try String(contentsOf: log, encoding: .utf8)
    ranExercise = FileManager.default.fileExists(atPath: ran.path)
    findings = try Self.lines(of: report)
  }

  /// What the report says of a test of the fixture's: `began checked ended`.
  func events(_ test: String = "testItDoubles") -> String {
    findings.filter { $0.test.contains(test) }.map(\.event.rawValue).joined(separator: " ")
  }

  var failures: [String] { findings.filter { $0.event == .failed }.compactMap(\.message) }

  /// A file of lines of JSON; none where there is no file.
  static func lines<Line: Decodable>(of file: URL) throws -> [Line] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  static func write(_ entries: [Entry], to file: URL) throws {
    let lines = try entries.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
  }
}
