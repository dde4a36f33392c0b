import ArgumentParser
import Foundation
import Grading

struct Author: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "For authors of exercises.", subcommands: [Stubs.self, AuthorCheck.self])
}

struct Stubs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write Assignments/ from Solutions/.")

  @Flag(help: "Overwrite files that differ from what git has.")
  var force = false

  func run() throws {
    let written = try Kit(root: KitBuild.current.packageRoot()).writeStubs(force: force)
    for path in written { print("wrote \(path)") }
    if written.isEmpty { print("All stubs are up to date.") }
  }
}

struct AuthorCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Check that every exercise is complete, every stub is not implemented, every solution passes."
  )

  func run() throws {
    let build = KitBuild.current
    let kit = try Kit(root: build.packageRoot())
    var problems = try kit.authorProblems()
    try build.complete()
    let judge = Judge(kit: kit, build: build)
    for (folder, expected) in [("Solutions", Outcome.passed), ("Assignments", .notImplemented)] {
      let submission = try Submission(folder: kit.root.appending(path: folder), kit: kit)
      for assignment in kit.assignments {
        printError("judging \(folder)/\(assignment.folder)")
        for verdict in try judge.judge(submission, assignment) where verdict.outcome != expected {
          problems.append(
            "\(folder)/\(assignment.folder)/\(verdict.exercise.file): \(verdict.exercise.id) is "
              + "\(verdict.outcome.rawValue), expected \(expected.rawValue): \(verdict.message)")
        }
      }
    }
    for problem in problems { print(problem) }
    guard problems.isEmpty else { throw ExitCode(1) }
    print("\(kit.exercises.count) exercises in \(kit.assignments.count) assignments are in order.")
  }
}
