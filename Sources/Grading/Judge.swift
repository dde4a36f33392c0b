import Foundation

/// Builds and runs the suites of one assignment with a student's files.
///
/// A file that does not compile is replaced by its stub, so that it costs only its own exercises;
/// every exercise runs in a process of its own.
public struct Judge: Sendable {
  public let kit: Kit
  public let build: KitBuild
  /// Seconds that one exercise's suite may take.
  public var timeLimit: Double = 30

  public init(kit: Kit, build: KitBuild) {
    (self.kit, self.build) = (kit, build)
  }

  /// Judges some exercises of an assignment, in order.
  ///
  /// - Parameters:
  ///   - exercises: Those to judge; all of them where it is nil.
  ///   - report: Called with every verdict as soon as it is formed.
  /// - Throws: `GradingError` for what is wrong with the kit, never for what is wrong with a
  ///   submission.
  public func judge(
    _ submission: Submission, _ assignment: Assignment, only exercises: [Exercise]? = nil,
    report: (Verdict) -> Void = { _ in }
  ) throws -> [Verdict] {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "backprop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    let exercises = exercises ?? assignment.exercises
    let module = try ModuleBuild(
      submission, assignment, stubs: try kit.stubs(of: assignment), build: build, in: folder)
    let judged = exercises.filter { module.broken[$0.file] == nil }
    let runners = try runners(judged, assignment, module, in: folder)
    return try exercises.map { exercise in
      let verdict: Verdict
      if let message = module.broken[exercise.file] {
        verdict = Verdict(exercise, .doesNotCompile, message)
      } else if let message = module.failure {
        verdict = Verdict(exercise, .blocked, message)
      } else {
        switch runners[exercise.id] {
        case .program(let program)?: verdict = try run(exercise, assignment, program, in: folder)
        case .failed(let message)?: verdict = Verdict(exercise, .doesNotCompile, message)
        case nil: verdict = Verdict(exercise, .blocked, "its suite was not built")
        }
      }
      report(verdict)
      return verdict
    }
  }

  private enum Runner {
    case program(URL)
    /// The suite does not compile with the student's module: a function is missing or differs.
    case failed(String)
  }

  /// All suites in one program where that compiles; each in its own where not.
  private func runners(
    _ exercises: [Exercise], _ assignment: Assignment, _ module: ModuleBuild, in folder: URL
  ) throws -> [String: Runner] {
    guard !exercises.isEmpty, module.failure == nil else { return [:] }
    let together = folder.appending(path: "suites")
    if try compile(exercises, assignment, module, to: together) == nil {
      return Dictionary(uniqueKeysWithValues: exercises.map { ($0.id, .program(together)) })
    }
    var runners: [String: Runner] = [:]
    for exercise in exercises {
      let alone = folder.appending(path: exercise.suite)
      if let output = try compile([exercise], assignment, module, to: alone) {
        let errors = CompilerError.parse(output).prefix(3)
          .map { $0.line.replacing(kit.root.path + "/", with: "") }
        let reasons =
          errors.isEmpty ? output.split(separator: "\n").suffix(3).map(String.init) : errors
        runners[exercise.id] = .failed(
          "its suite does not compile with the submission; is a function missing, renamed or of "
            + "another type?\n" + reasons.joined(separator: "\n"))
      } else {
        runners[exercise.id] = .program(alone)
      }
    }
    return runners
  }

  private func compile(
    _ exercises: [Exercise], _ assignment: Assignment, _ module: ModuleBuild, to program: URL
  ) throws -> String? {
    let main = program.appendingPathExtension("main")
    try FileManager.default.createDirectory(at: main, withIntermediateDirectories: true)
    let mainFile = main.appending(path: "main.swift")
    try writeAtomically(try mainText(exercises, assignment), to: mainFile)
    return try build.compile(
      exercises.map { kit.suiteFile(of: $0, in: assignment).path }
        + [mainFile.path, module.object.path, "-module-name", "Suites", "-o", program.path]
        + ["-I", module.folder.path] + build.linkOptions)
  }

  /// A program that runs the suite named by its first argument.
  private func mainText(_ exercises: [Exercise], _ assignment: Assignment) throws -> String {
    let entries = try exercises.map { exercise in
      let tests = try testNames(exercise, assignment)
        .map { "(\"\($0)\", \(exercise.suite).\($0))" }
      return "  case \"\(exercise.suite)\": [testCase([\(tests.joined(separator: ", "))])]"
    }
    return """
      import XCTest

      let suites: [XCTestCaseEntry] = switch CommandLine.arguments.last {
      \(entries.joined(separator: "\n"))
        default: []
      }
      XCTMain(suites, arguments: [CommandLine.arguments[0]])

      """
  }

  /// The names of a suite's test functions.
  func testNames(_ exercise: Exercise, _ assignment: Assignment) throws -> [String] {
    let suite = kit.suiteFile(of: exercise, in: assignment)
    let names = try text(of: suite).matches(of: /\n  func (test\w+)\(\)/).map { String($0.1) }
    guard !names.isEmpty else { throw GradingError("has no tests", path: shortPath(suite)) }
    return names
  }

  private func run(
    _ exercise: Exercise, _ assignment: Assignment, _ program: URL, in folder: URL
  ) throws -> Verdict {
    let report = folder.appending(path: "\(exercise.suite).report")
    let workplace = folder.appending(path: "\(exercise.suite).work")
    try FileManager.default.createDirectory(at: workplace, withIntermediateDirectories: true)
    let start = Date()
    let process = try ChildProcess.run(
      [program.path, exercise.suite],
      environment: [
        "EXERCISE_REPORT": report.path,
        // Swift's own crash reports take seconds, and name places in the kit.
        "SWIFT_BACKTRACE": "enable=no",
      ], in: workplace, timeLimit: timeLimit)
    let findings =
      (try? Data(contentsOf: report))
      .map { Finding.parse(String(decoding: $0.prefix(4 << 20), as: UTF8.self)) } ?? []
    return Verdict(
      exercise, tests: try testNames(exercise, assignment).map { "\(exercise.suite).\($0)" },
      findings: findings, end: process.end, output: process.output, timeLimit: timeLimit,
      seconds: Date().timeIntervalSince(start))
  }
}
