import Foundation

/// The graded submission: every exercise of the kit with its verdict.
public struct GradeReport: Encodable, Sendable {
  public struct Row: Encodable, Sendable {
    var id, title, assignment: String
    var points, maxPoints: Int
    var outcome: Outcome
    var message: String
    var seconds: Double
  }

  public let score, maxScore: Int
  public let exercises: [Row]
  private let titles: [String: String]

  private enum CodingKeys: String, CodingKey { case score, maxScore, exercises }

  /// - Parameter verdicts: One for each exercise of the kit; one that is missing counts as blocked.
  public init(kit: Kit, verdicts: [Verdict]) {
    exercises = kit.assignments.flatMap { assignment in
      assignment.exercises.map { exercise in
        let verdict =
          verdicts.first { $0.exercise.id == exercise.id }
          ?? Verdict(exercise, .blocked, "it was not judged")
        return Row(
          id: exercise.id, title: exercise.title, assignment: assignment.id,
          points: verdict.points, maxPoints: exercise.points, outcome: verdict.outcome,
          message: verdict.message, seconds: (verdict.seconds * 1000).rounded() / 1000)
      }
    }
    titles = Dictionary(uniqueKeysWithValues: kit.assignments.map { ($0.id, $0.title) })
    score = exercises.reduce(0) { $0 + $1.points }
    maxScore = exercises.reduce(0) { $0 + $1.maxPoints }
  }

  public enum Format: String, CaseIterable, Sendable { case text, json, html }

  public func formatted(_ format: Format) throws -> String {
    switch format {
    case .text: text
    case .html: html
    case .json: try json
    }
  }

  private var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }

  private var text: String {
    let width = exercises.map(\.title.count).max() ?? 0
    var lines: [String] = []
    var assignment = ""
    for row in exercises {
      if row.assignment != assignment {
        assignment = row.assignment
        lines.append((lines.isEmpty ? "" : "\n") + "\(assignment) \(titles[assignment] ?? "")")
      }
      let title = row.title.padding(toLength: width, withPad: " ", startingAt: 0)
      let points = "\(row.points)/\(row.maxPoints)"
      let id = row.id.padding(toLength: 6, withPad: " ", startingAt: 0)
      lines.append(
        "  \(id) \(title)  \(String(repeating: " ", count: max(0, 5 - points.count)))\(points)  "
          + row.outcome.rawValue)
      guard row.outcome != .passed, row.outcome != .notImplemented else { continue }
      lines += row.message.split(separator: "\n").map { "           \($0)" }
    }
    return lines.joined(separator: "\n") + "\n\nScore: \(score) of \(maxScore) points\n"
  }

  private var html: String {
    let rows = exercises.map { row in
      """
      <tr class="\(row.outcome.rawValue)"><td>\(escaped(row.id))</td><td>\(escaped(row.title))</td>\
      <td>\(row.points)/\(row.maxPoints)</td><td>\(row.outcome.rawValue)</td>\
      <td><pre>\(escaped(row.message))</pre></td><td>\(String(format: "%.2f", row.seconds)) s</td></tr>
      """
    }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>Backprop: \(score) of \(maxScore)</title>
      <style>
      body { font: 15px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 70em; }
      table { border-collapse: collapse; width: 100%; }
      th, td { text-align: left; vertical-align: top; padding: .3em .6em; border-bottom: 1px solid #ddd; }
      pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
      .passed td:nth-child(4) { color: #17692c; } .notImplemented td:nth-child(4) { color: #777; }
      .failed td:nth-child(4), .crashed td:nth-child(4), .timedOut td:nth-child(4),
      .doesNotCompile td:nth-child(4), .blocked td:nth-child(4) { color: #a32020; }
      </style></head><body>
      <h1>\(score) of \(maxScore) points</h1>
      <table><thead><tr><th>Exercise</th><th>Title</th><th>Points</th><th>Outcome</th>\
      <th>Message</th><th>Time</th></tr></thead><tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></body></html>

      """
  }
}

/// Text as HTML shows it: what a submission prints is nothing to be trusted.
func escaped(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
}
