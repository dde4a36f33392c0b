import ArgumentParser
import Exercises
import Foundation

/// A line on standard error; nothing where that is closed.
func printError(_ text: String) {
  try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
}

/// A number with so many digits after the point.
func format(_ number: Float, _ digits: Int) -> String {
  String(format: "%.\(digits)f", Double(number))
}

/// Runs what uses the exercises; one that is not written yet is named with the way to go on.
func withExercises<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as Unimplemented {
    throw StudioError(
      "\(error); write it, check it with `backprop check \(error.exercise)`, and build again")
  }
}

/// Why a command cannot go on, in one line.
struct StudioError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Refuses numbers of things that are none, or so many that nobody has them.
func requireCounts(_ counts: (name: String, value: Int)..., below limit: Int = 1 << 31) throws {
  for (name, value) in counts where !(1..<limit ~= value) {
    throw ValidationError("\(name) is \(value); expected from 1 to \(limit - 1)")
  }
}
