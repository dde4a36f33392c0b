import ArgumentParser
import Foundation
import Grading

extension GradeReport.Format: ExpressibleByArgument {}

struct Grade: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Grade a submission: points for every exercise, and why where there are none.",
    discussion: "Ends with 0 when all points were reached, 1 when some are missing, 64 for misuse.")

  @Argument(help: "A folder that holds A1-Layers and so on, itself or in Assignments/.")
  var folder: String

  @Option(help: "text, json or html.")
  var format = GradeReport.Format.text

  @Option(name: .shortAndLong, help: "Write the report to this file instead of standard output.")
  var output: String?

  @Option(help: "Seconds that one exercise may take.")
  var timeout = 30.0

  func validate() throws {
    guard timeout > 0 else {
      throw ValidationError("--timeout must be more than 0, got \(timeout)")
    }
    if let output {
      let folder = URL(fileURLWithPath: output).deletingLastPathComponent()
      guard FileManager.default.isWritableFile(atPath: folder.path) else {
        throw ValidationError(
          "\(output) cannot be written: \(folder.path) is no folder that can be written in")
      }
    }
  }

  func run() throws {
    let build = KitBuild.current
    let kit = try Kit(root: build.packageRoot())
    let submission: Submission
    do {
      submission = try Submission(folder: URL(fileURLWithPath: folder), kit: kit)
    } catch {
      throw ValidationError("\(error)")
    }
    try build.complete()
    var judge = Judge(kit: kit, build: build)
    judge.timeLimit = timeout
    var done = 0
    let verdicts = try kit.assignments.flatMap { assignment in
      try judge.judge(submission, assignment) { verdict in
        done += 1
        printError(
          "[\(done)/\(kit.exercises.count)] \(verdict.exercise.id) \(verdict.outcome.rawValue)")
      }
    }
    let report = GradeReport(kit: kit, verdicts: verdicts)
    let text = try report.formatted(format)
    if let output {
      try writeAtomically(text, to: URL(fileURLWithPath: output))
      print("wrote \(output): \(report.score) of \(report.maxScore) points")
    } else {
      print(text, terminator: "")
    }
    if report.score < report.maxScore { throw ExitCode(1) }
  }
}
