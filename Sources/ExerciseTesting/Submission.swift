import Exercises
import Foundation
import Tensors

/// What came of running a piece of an exercise.
public enum Outcome: Codable, Equatable, Sendable {
  case value(RecordedValue)
  case unimplemented(exercise: String)
  /// A thrown error: its description, and whether it is a `TensorError`.
  case threw(String, isTensorError: Bool)
}

/// Where the outcomes of an exercise come from and go to.
///
/// *direct*: run the exercise and compare here. *record*: run it, write the outcome, compare
/// nothing. *replay*: run nothing of it, read the outcome that another process recorded, compare.
/// `EXERCISE_MODE` and `EXERCISE_RECORDING` in the environment choose; a suite does not know.
final class Submission {
  enum Mode: String { case direct, record, replay }

  private struct Entry: Codable {
    var test: String
    var label: String
    var outcome: Outcome
  }

  let mode: Mode
  private let test: String
  private let recording: URL?
  private var recorded: [Entry] = []

  /// - Parameter test: The name of the test that runs; outcomes are matched by it and their order.
  init(test: String) throws {
    let environment = ProcessInfo.processInfo.environment
    self.test = test
    let name = environment["EXERCISE_MODE"] ?? Mode.direct.rawValue
    guard let mode = Mode(rawValue: name) else {
      throw RecordingError("EXERCISE_MODE is '\(name)', expected direct, record or replay")
    }
    self.mode = mode
    recording = environment["EXERCISE_RECORDING"].map { URL(fileURLWithPath: $0) }
    if mode != .direct && recording == nil {
      throw RecordingError("EXERCISE_MODE=\(name) needs EXERCISE_RECORDING, the recording's path")
    }
    if mode == .replay, let recording {
      recorded = try String(contentsOf: recording, encoding: .utf8).split(separator: "\n")
        .map { try JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
        .filter { $0.test == test }.reversed()
    }
  }

  /// The outcome of `body`, run here or read from the recording.
  func outcome(_ label: String, _ body: () throws -> any Checkable) throws -> Outcome {
    if mode == .replay {
      guard let entry = recorded.popLast(), entry.label == label else {
        throw RecordingError("the recording has no value for “\(label)”")
      }
      return entry.outcome
    }
    let outcome: Outcome
    do {
      outcome = .value(RecordedValue(try body().checked))
    } catch let error as Unimplemented {
      outcome = .unimplemented(exercise: error.exercise)
    } catch {
      outcome = .threw("\(error)", isTensorError: error is TensorError)
    }
    if mode == .record, let recording {
      try append(Entry(test: test, label: label, outcome: outcome), to: recording)
    }
    return outcome
  }
}

struct RecordingError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Adds a value as one line of JSON to the end of a file, which is made where it does not exist.
func append(_ value: some Encodable, to file: URL) throws {
  let line = try JSONEncoder().encode(value) + Data("\n".utf8)
  if !FileManager.default.fileExists(atPath: file.path) {
    try Data().write(to: file)
  }
  let handle = try FileHandle(forWritingTo: file)
  defer { try? handle.close() }
  try handle.seekToEnd()
  try handle.write(contentsOf: line)
}
