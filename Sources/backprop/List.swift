import ArgumentParser
import Foundation
import Grading

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List all exercises with their points and what the last check said.")

  func run() throws {
    let workplace = try Workplace()
    let state = State.load(workplace)
    let width = workplace.kit.exercises.map(\.title.count).max() ?? 0
    for assignment in workplace.kit.assignments {
      print("\(assignment.id) \(assignment.title) (\(assignment.points) points)")
      for exercise in assignment.exercises {
        let id = exercise.id.padding(toLength: 6, withPad: " ", startingAt: 0)
        let title = exercise.title.padding(toLength: width, withPad: " ", startingAt: 0)
        print(
          "  \(mark(state.outcomes[exercise.id])) \(id) \(title)  \(exercise.points) points  "
            + exercise.file)
      }
    }
  }
}

/// How an outcome looks in a list: passed, not passed, or not checked.
func mark(_ outcome: Outcome?) -> String {
  switch outcome {
  case .passed?: "✓"
  case nil, .notImplemented?: "·"
  default: "✗"
  }
}

struct Progress: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how many points the last checks gave.")

  func run() throws {
    let workplace = try Workplace()
    let state = State.load(workplace)
    var total = 0
    for assignment in workplace.kit.assignments {
      let points = assignment.exercises.filter { state.outcomes[$0.id] == .passed }
        .reduce(0) { $0 + $1.points }
      total += points
      let filled = points * 30 / assignment.points
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
      print("\(assignment.id) \(bar) \(points)/\(assignment.points)  \(assignment.title)")
    }
    print("\(total) of \(workplace.kit.points) points; `backprop check all` brings this up to date")
  }
}

struct Hint: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Give a hint; the next one goes a step further.")

  @Argument(help: "An exercise, for example A2.3.")
  var exercise: String

  func run() throws {
    let workplace = try Workplace()
    let exercise = try workplace.exercise(exercise).exercise
    var state = State.load(workplace)
    let shown = min(state.hints[exercise.id, default: 0] + 1, exercise.hints.count)
    state.hints[exercise.id] = shown
    try state.save(workplace)
    print("\(exercise.id) \(exercise.title), hint \(shown) of \(exercise.hints.count):")
    print(exercise.hints[shown - 1])
    if shown == exercise.hints.count { print("That was the last hint.") }
  }
}
