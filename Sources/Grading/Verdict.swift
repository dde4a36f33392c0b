import Foundation

/// What came of judging an exercise.
public enum Outcome: String, Codable, CaseIterable, Sendable {
  case passed, failed, crashed, timedOut, notImplemented, doesNotCompile
  /// It could not be judged for a reason outside of it.
  case blocked
}

/// The outcome of one exercise, with the reason.
public struct Verdict: Equatable, Sendable {
  public var exercise: Exercise
  public var outcome: Outcome
  /// What a student has to know; empty when it passed.
  public var message: String
  public var seconds: Double

  public init(_ exercise: Exercise, _ outcome: Outcome, _ message: String = "", seconds: Double = 0)
  {
    (self.exercise, self.outcome, self.message, self.seconds) = (
      exercise, outcome, message, seconds
    )
  }

  public var points: Int { outcome == .passed ? exercise.points : 0 }
}

/// A line of the report that a suite writes while it runs (`ExerciseTesting`).
struct Finding: Codable, Equatable {
  enum Event: String, Codable { case began, ended, checked, failed, unimplemented }
  var test: String
  var event: Event
  var message: String?

  /// The findings in a report; lines that are none are left out.
  static func parse(_ report: String) -> [Finding] {
    report.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Finding.self, from: Data($0.utf8))
    }
  }
}

extension Verdict {
  /// Forms the verdict on an exercise whose suite ran.
  ///
  /// - Parameters:
  ///   - tests: The names of the suite's tests, `Suite.testName`. None is no pass.
  ///   - findings: What the suite reported.
  ///   - end: How its process ended.
  ///   - output: What the process wrote.
  init(
    _ exercise: Exercise, tests: [String], findings: [Finding], end: ChildProcess.End,
    output: String, timeLimit: Double, seconds: Double
  ) {
    let ended = Set(findings.filter { $0.event == .ended }.map(\.test))
    let unfinished = tests.filter { !ended.contains($0) }
    let failures = findings.filter { $0.event == .failed }.compactMap(\.message)
    let missing = findings.filter { $0.event == .unimplemented }.compactMap(\.message)
    let checked = Set(findings.filter { $0.event == .checked }.map(\.test))
    func verdict(_ outcome: Outcome, _ message: String = "") -> Verdict {
      Verdict(exercise, outcome, message, seconds: seconds)
    }
    let place = unfinished.first.map { " in \($0)" } ?? ""
    if tests.isEmpty {
      self = verdict(.blocked, "its suite \(exercise.suite) has no tests")
    } else if missing.contains(exercise.id) {
      self = verdict(.notImplemented, "\(exercise.id) is not implemented yet")
    } else if end == .timedOut {
      let limit = String(format: "%g", timeLimit)
      self = verdict(.timedOut, "did not end within \(limit) s\(place); is there an endless loop?")
    } else if let other = missing.first {
      self = verdict(.blocked, "it uses \(other), which is not implemented yet")
    } else if case .signalled(let signal) = end {
      self = verdict(.crashed, "\(crashReason(output, signal))\(place)")
    } else if !unfinished.isEmpty {
      self = verdict(.crashed, "its process ended\(place) before the suite did (\(end))")
    } else if !failures.isEmpty {
      self = verdict(.failed, told(failures))
    } else if end != .exited(0) {
      let errors = output.split(separator: "\n").filter { $0.contains("error: ") }
      self = verdict(
        .failed, errors.isEmpty ? "the suite failed (\(end))" : errors.joined(separator: "\n"))
    } else if let unchecked = tests.first(where: { !checked.contains($0) }) {
      self = verdict(.blocked, "\(unchecked) checked nothing")
    } else {
      self = verdict(.passed)
    }
  }
}

/// The failures that say why (with an arrow) before those that only say what, and no more than can
/// be read.
private func told(_ failures: [String]) -> String {
  let explained = failures.filter { $0.contains("\n→ ") }
  let all = explained + failures.filter { !$0.contains("\n→ ") }
  let shown = all.prefix(4).joined(separator: "\n")
  return all.count > 4 ? shown + "\n… and \(all.count - 4) more checks failed" : shown
}

/// The runtime's own account of a crash where it gave one.
private func crashReason(_ output: String, _ signal: Int32) -> String {
  let lines = output.split(separator: "\n")
  if let line = lines.last(where: { $0.contains("Fatal error") }) {
    return line.firstRange(of: "Fatal error").map { String(line[$0.lowerBound...]) } ?? String(line)
  }
  return "crashed by signal \(signal) (\(String(cString: strsignal(signal))))"
}
