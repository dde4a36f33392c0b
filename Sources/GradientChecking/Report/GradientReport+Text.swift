extension GradientReport: CustomStringConvertible {
  public var description: String { text() }

  /// The report in words: a line for each input, with what is wrong and a picture of where below it;
  /// then the faults, and how the check was made.
  /// - Parameters:
  ///   - color: Whether to colour it, for a terminal with 24-bit colours.
  ///   - width: The most characters in a line of a picture or of a sentence, at least 40.
  public func text(color: Bool = false, width: Int = 100) -> String {
    let writer = ReportWriter(report: self, color: color, width: max(width, 40))
    let lines = writer.lines.map(\.trimmingEnd)
    let isSecondGap = zip(lines, lines.dropFirst()).map { $0.isEmpty && $1.isEmpty }
    return zip(lines, [false] + isSecondGap).filter { !$1 }.map(\.0).joined(separator: "\n")
  }

  /// What it comes to, in a line: `lstm (Double): wrong — 1 of 3 gradients, 1 fault`.
  var headline: String {
    let wrong = gradients.filter { $0.verdict == .wrong }.count
    var reasons = wrong > 0 ? ["\(wrong) of \(counted(gradients.count, "gradient"))"] : []
    if !faults.isEmpty { reasons.append(counted(faults.count, "fault")) }
    if reasons.isEmpty && verdict == .cannotTell {
      let open = gradients.filter { $0.verdict == .cannotTell }.map(\.name)
      reasons = open.isEmpty ? ["nothing was compared"] : [open.joined(separator: ", ")]
    }
    return "\(function) (\(scalar)): \(verdict.rawValue)"
      + (reasons.isEmpty ? "" : " — " + reasons.joined(separator: ", "))
  }

  /// How it was made: the mode, the calls and the time.
  var footer: String {
    "mode \(mode.rawValue), seed \(seed): \(counted(forwardCalls, "forward call")) and "
      + "\(counted(backwardCalls, "backward call")) in \(brief(seconds, digits: 2)) s"
  }
}

extension GradientVerdict {
  var mark: String {
    switch self {
    case .right: "✓"
    case .wrong: "✗"
    case .cannotTell: "?"
    }
  }

  var color: RGB {
    switch self {
    case .right: Palette.good
    case .wrong: Palette.bad
    case .cannotTell: Palette.unsure
    }
  }
}

extension InputReport {
  /// The error of the worst comparison beside the largest derivative, with its error bar; as it is
  /// where there is no derivative to speak of.
  var errorText: String {
    guard let worst else { return "" }
    let error = abs(worst.analytic - worst.numeric)
    let size = max(map.map { ErrorScale($0).largest } ?? 0, abs(worst.analytic), abs(worst.numeric))
    guard error.isFinite else { return "not finite" }
    guard size.isFinite, size > 0, worst.errorBar < 0.1 * size else {
      return "error \(brief(error, digits: 2)) ± \(brief(worst.errorBar, digits: 1))"
    }
    return "relative error \(brief(error / size, digits: 2)) ± "
      + brief(worst.errorBar / size, digits: 1)
  }

  /// `120 compared: 30 wrong, 2 at kinks, 1 undecided`.
  var counts: String {
    let parts = [(wrong, "wrong"), (kinks, "at kinks"), (undecided, "undecided")]
      .filter { $0.0 > 0 }.map { "\($0) \($1)" }
    return compared == 0
      ? "nothing compared"
      : "\(compared) compared" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
  }

  /// `worst at [3, 8]: the backward pass gives 0.12, the differences −0.24 ± 2e-10`.
  var worstText: String? {
    guard let worst, verdict != .right else { return nil }
    let (analytic, numeric) = distinct(worst.analytic, worst.numeric)
    let position = place(worst.position)
    let kind = shape.isEmpty ? "it" : position.isEmpty ? "worst projection" : "worst at \(position)"
    return "\(kind): the backward pass gives \(analytic), the differences \(numeric) ± "
      + brief(worst.errorBar, digits: 1)
  }

  /// A picture is worth it where there is something to see.
  var shownMap: ErrorMap? {
    verdict == .right ? nil : map.flatMap { $0.verdicts.contains { $0 != .right } ? $0 : nil }
  }
}

private struct ReportWriter {
  let report: GradientReport
  let color: Bool
  let width: Int

  var lines: [String] {
    var lines = [paint("\(report.verdict.mark) \(report.headline)", report.verdict.color), ""]
    let names = report.gradients.map(\.name.count).max() ?? 0
    let shapes = report.gradients.map { "\($0.shape)".count }.max() ?? 0
    let verdicts = report.gradients.map(\.verdict.rawValue.count).max() ?? 0
    let errors = report.gradients.map(\.errorText.count).max() ?? 0
    for input in report.gradients {
      let verdict = input.verdict
      lines.append(
        "  \(paint(verdict.mark, verdict.color)) \(input.name.padded(names)) "
          + "\("\(input.shape)".padded(shapes))  "
          + "\(paint(verdict.rawValue.padded(verdicts), verdict.color))  "
          + "\(input.errorText.padded(errors))  \(input.counts)")
      lines += details(input)
    }
    if !report.gradients.isEmpty { lines.append("") }
    for fault in report.faults {
      let text = wrapped("fault: \(fault.message)", width - 4)
      lines.append("  \(paint("✗", Palette.bad)) \(text[0])")
      lines += text.dropFirst().map { "    \($0)" }
    }
    if !report.faults.isEmpty { lines.append("") }
    return lines + [report.footer]
  }

  private func details(_ input: InputReport) -> [String] {
    var lines = input.worstText.map { wrapped($0, width - 4) } ?? []
    if let diagnosis = input.diagnosis {
      lines += wrapped("diagnosis: \(diagnosis.message)", width - 4).map {
        color ? "\u{1B}[1m\($0)\u{1B}[0m" : $0
      }
    }
    if let map = input.shownMap {
      let picture = map.terminalPicture(color: color, width: width - 4)
      let parts = picture.split(separator: "\n", omittingEmptySubsequences: false)
      lines += [""] + parts.map(String.init) + [""]
    }
    return lines.map { "    " + $0 }
  }

  private func paint(_ text: String, _ rgb: RGB) -> String { color ? rgb.paint(text) : text }

  /// Broken at spaces into lines of at most `width` characters, where words are no longer.
  private func wrapped(_ text: String, _ width: Int) -> [String] {
    var lines = [""]
    for word in text.split(whereSeparator: \.isWhitespace) {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if line.count + 1 + word.count <= width {
        lines[lines.count - 1] = line + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
