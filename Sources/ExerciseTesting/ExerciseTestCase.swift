import Foundation
import GradientChecking
import Tensors
import XCTest

/// The base of every exercise's suite. What an exercise computed is judged by its `expect…`
/// functions and in no other way, so that the same suite can run in one process or in two
/// (`Submission`).
///
/// When `EXERCISE_REPORT` names a file, every finding is added to it as a line of JSON
/// (`Finding`): that is how `backprop` learns what happened.
open class ExerciseTestCase: XCTestCase {
  /// Seeded anew for every test, from `EXERCISE_SEED` where it is set.
  public var random = SeededGenerator(seed: 0)
  private var submission: Submission?

  open override func setUpWithError() throws {
    let seed = ProcessInfo.processInfo.environment["EXERCISE_SEED"].flatMap(UInt64.init) ?? 231
    random = SeededGenerator(seed: seed)
    submission = try Submission(test: name)
    report(.began)
  }

  open override func tearDown() { report(.ended) }

  // MARK: Expectations

  /// The value is `expected` up to rounding, its shape exactly.
  public func expectClose<Value: Checkable>(
    _ label: String, to expected: some Checkable, tolerance: Tolerance? = nil,
    file: StaticString = #filePath, line: UInt = #line, _ actual: () throws -> Value
  ) throws {
    try expectThat(label, file, line, actual) {
      mismatch($0, expected.checked, tolerance: tolerance ?? Value.tolerance)
    }
  }

  /// A quantity derived from the value is as expected: an invariant. The derivation runs where the
  /// verdict is formed.
  public func expectInvariant<Value: Checkable>(
    _ label: String, of derive: (Tensor<Double>) throws -> Tensor<Double>,
    isCloseTo expected: some Checkable, tolerance: Tolerance? = nil,
    file: StaticString = #filePath, line: UInt = #line, _ actual: () throws -> Value
  ) throws {
    try expectThat(label, file, line, actual) { value in
      do {
        return mismatch(
          try derive(value), expected.checked, tolerance: tolerance ?? Value.tolerance)
      } catch {
        return "it cannot be calculated with: \(error)"
      }
    }
  }

  /// Wrong input is refused with a `TensorError`, which names the shapes.
  public func expectShapeError(
    _ label: String, file: StaticString = #filePath, line: UInt = #line,
    _ body: () throws -> any Checkable
  ) throws {
    switch try outcome(label, file, line, body) {
    case .value?:
      report(
        .failed, "\(label): accepted wrong shapes, expected it to throw a TensorError", file, line)
    case .threw(let message, isTensorError: false)?:
      report(.failed, "\(label): threw “\(message)”, expected a TensorError", file, line)
    case .threw?, .unimplemented?: report(.checked)
    case nil: break
    }
  }

  // MARK: How a verdict is formed

  func expectThat(
    _ label: String, _ file: StaticString, _ line: UInt, _ actual: () throws -> any Checkable,
    _ problem: (Tensor<Double>) -> String?
  ) throws {
    switch try outcome(label, file, line, actual) {
    case .value(let value)?:
      do {
        if let problem = problem(try value.tensor()) {
          report(.failed, "\(label): \(problem)", file, line)
        } else {
          report(.checked)
        }
      } catch {
        report(.failed, "\(label): \(error)", file, line)
      }
    case .threw(let message, _)?:
      report(.failed, "\(label): threw “\(message)”", file, line)
    case .unimplemented?, nil: break
    }
  }

  /// The outcome to judge, or nil in record mode, where nothing is judged.
  /// - Throws: `XCTSkip` for an exercise that is not written yet: there is nothing to judge.
  private func outcome(
    _ label: String, _ file: StaticString, _ line: UInt, _ body: () throws -> any Checkable
  ) throws -> Outcome? {
    guard let submission else { throw RecordingError("setUpWithError did not run") }
    let outcome: Outcome
    do {
      outcome = try submission.outcome(label, body)
    } catch {
      report(.failed, "\(label): \(error)", file, line)
      return nil
    }
    if submission.mode == .record { return nil }
    if case .unimplemented(let exercise) = outcome {
      report(.unimplemented, exercise)
      throw XCTSkip("\(exercise) is not implemented yet", file: file, line: line)
    }
    return outcome
  }

  private func report(
    _ event: Finding.Event, _ message: String? = nil, _ file: StaticString = #filePath,
    _ line: UInt = #line
  ) {
    if event == .failed { XCTFail(message ?? "", file: file, line: line) }
    guard let path = ProcessInfo.processInfo.environment["EXERCISE_REPORT"] else { return }
    do {
      try append(
        Finding(test: name, event: event, message: message), to: URL(fileURLWithPath: path))
    } catch {
      XCTFail("cannot write the report \(path): \(error)")
    }
  }
}

/// One line of a report: what a test did.
public struct Finding: Codable, Sendable {
  public enum Event: String, Codable, Sendable {
    /// A test began, and ran to its end.
    case began, ended
    /// An expectation held, or did not.
    case checked, failed
    /// The exercise named in the message is not written yet.
    case unimplemented
  }
  public var test: String
  public var event: Event
  public var message: String?
}
