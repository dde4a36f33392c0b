import ArgumentParser
import Foundation
import Grading

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check exercises and say what is wrong with them.")

  @Argument(help: "An exercise (A2.3), an assignment (A2) or all.")
  var selection = "all"

  func run() throws {
    let workplace = try Workplace()
    if try !check(selection, workplace) { throw ExitCode(1) }
  }
}

/// Judges the selected exercises, prints the verdicts and remembers the outcomes.
/// - Returns: Whether all of them passed.
func check(_ selection: String, _ workplace: Workplace) throws -> Bool {
  let selected = try workplace.exercises(selection)
  try workplace.build.complete()
  var state = State.load(workplace)
  var passed = 0
  for (assignment, exercises) in selected {
    let verdicts = try workplace.judge.judge(workplace.submission, assignment, only: exercises) {
      print($0, assignment, workplace)
    }
    for verdict in verdicts { state.outcomes[verdict.exercise.id] = verdict.outcome }
    passed += verdicts.filter { $0.outcome == .passed }.count
  }
  try state.save(workplace)
  let count = selected.reduce(0) { $0 + $1.exercises.count }
  if count > 1 { print("\(passed) of \(count) exercises pass") }
  return passed == count
}

private func print(_ verdict: Verdict, _ assignment: Assignment, _ workplace: Workplace) {
  let exercise = verdict.exercise
  switch verdict.outcome {
  case .passed:
    print("✓ \(exercise.id) \(exercise.title)")
  case .notImplemented:
    let file = shortPath(workplace.work.appending(path: "\(assignment.folder)/\(exercise.file)"))
    print("· \(exercise.id) \(exercise.title): not implemented yet; write it in \(file)")
  default:
    print("✗ \(exercise.id) \(exercise.title): \(verdict.outcome.rawValue)")
    for line in verdict.message.split(separator: "\n") { print("    \(line)") }
    print("    For a hint: backprop hint \(exercise.id)")
  }
}
