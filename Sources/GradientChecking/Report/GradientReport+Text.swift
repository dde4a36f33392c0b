import Foundation

extension GradientReport: CustomStringConvertible {
  public var description: String { text() }

  /// The report in words, with a picture of every wrong gradient.
  ///
  /// - Parameters:
  ///   - color: Whether the terminal understands colours.
  ///   - width: How many characters fit in a line.
  public func text(color: Bool = false, width: Int = 100) -> String {
    var lines = ["\(mark(verdict)) \(function) (\(scalar)): \(verdict.rawValue)"]
    lines += faults.map { "  ! \($0.message)" }
    for gradient in gradients { lines += gradient.lines(color: color, width: width) }
    let calls = "\(forwardCalls) forward and \(backwardCalls) backward passes"
    lines.append("  \(mode.rawValue) mode, seed \(seed), \(calls), \(milliseconds)")
    return lines.joined(separator: "\n")
  }

  private var milliseconds: String {
    String(format: seconds < 1 ? "%.1f ms" : "%.0f ms", seconds * 1000)
  }
}

func mark(_ verdict: GradientVerdict) -> String {
  switch verdict {
  case .right: "✓"
  case .wrong: "✗"
  case .cannotTell: "?"
  }
}

extension InputReport {
  fileprivate func lines(color: Bool, width: Int) -> [String] {
    var lines = ["  \(mark(verdict)) \(name) \(shape): \(summary)"]
    if let diagnosis { lines.append("      → \(diagnosis.message)") }
    if verdict == .wrong, let worst {
      let place = worst.position.isEmpty ? "" : " at \(worst.position)"
      lines.append(
        "      worst\(place): got \(number(worst.analytic)), expected \(number(worst.numeric))"
          + " ± \(String(format: "%.0e", worst.errorBar))")
    }
    if verdict == .wrong, let map, map.verdicts.count > 1 {
      lines += map.terminalPicture(color: color, width: width - 6).split(
        separator: "\n", omittingEmptySubsequences: false
      ).map { "      " + $0 }
    }
    return lines
  }

  /// What was counted, in words.
  var summary: String {
    var parts: [String] = []
    if wrong > 0 { parts.append("\(wrong) of \(compared) wrong") }
    if kinks > 0 { parts.append("\(kinks) at kinks, set aside") }
    if undecided > 0 { parts.append("\(undecided) beyond what differences can tell") }
    if verdict == .right {
      parts.insert("\(compared - kinks) right", at: 0)
      parts.append("error bars up to \(String(format: "%.0e", largestErrorBar))")
    }
    if verdict == .cannotTell && kinks == compared && compared > 0 {
      parts.append("nothing is left to compare: check at other inputs")
    }
    return parts.isEmpty ? verdict.rawValue : parts.joined(separator: ", ")
  }

  private func number(_ value: Double) -> String { String(format: "%.7g", value) }
}
