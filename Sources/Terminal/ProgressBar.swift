import Foundation

/// How far long work has come: one line on standard error that changes in place.
///
/// Shows nothing where standard error is no terminal, so that logs and pipes stay clean.
public struct ProgressBar: Sendable {
  private let isShown: Bool
  private var start: (time: Date, done: Int)?
  private var lastShown = Date.distantPast

  public init() { isShown = isatty(STDERR_FILENO) != 0 }

  /// Shows that `done` of `total` parts are done, at most ten times a second; the last part ends the
  /// line. The time left is estimated from the parts done since the first call.
  ///
  /// - Parameter text: What else is to be seen, the most telling first, for example a loss; cut where
  ///   the line is too short.
  public mutating func show(_ done: Int, of total: Int, _ text: String = "") {
    guard isShown else { return }
    let now = Date()
    let start = start ?? (now, done)
    self.start = start
    let isLast = done >= total
    guard isLast || now.timeIntervalSince(lastShown) > 0.1 else { return }
    lastShown = now
    let elapsed = now.timeIntervalSince(start.time)
    var time = ""
    if isLast {
      time = "in \(Self.duration(elapsed))"
    } else if done > start.done {
      let left = elapsed * Double(total - done) / Double(done - start.done)
      time = "\(Self.duration(left)) left"
    }
    let line = Self.line(done, of: total, time, text)
    write("\r\u{1B}[K\(line)\(isLast ? "\n" : "")")
    if isLast { lastShown = .distantPast }
  }

  /// The line as it stands in a terminal: a bar, the time and as much of the text as there is room for.
  private static func line(_ done: Int, of total: Int, _ time: String, _ text: String) -> String {
    let width = width - 1
    let start = [bar(done, of: total, cells: width < 90 ? 10 : 20), time].filter { !$0.isEmpty }
      .joined(separator: "  ")
    return String((text.isEmpty ? start : start + "  " + text).prefix(width))
  }

  /// Ends the line before all is done, so that what is printed next stands on its own.
  public mutating func stop() {
    guard isShown, lastShown != .distantPast else { return }
    write("\n")
    lastShown = .distantPast
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  private static func bar(_ done: Int, of total: Int, cells: Int) -> String {
    let share = total > 0 ? min(max(Double(done) / Double(total), 0), 1) : 1
    let full = Int(share * Double(cells))
    let percent = "\(Int(share * 100))"
    return String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
      + String(repeating: " ", count: 4 - percent.count) + percent + " %"
  }

  /// Minutes and seconds, with hours where there are any.
  static func duration(_ seconds: TimeInterval) -> String {
    let seconds = Int(min(max(seconds, 0), 359_999).rounded(.up))
    return seconds < 3600
      ? String(format: "%d:%02d", seconds / 60, seconds % 60)
      : String(format: "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
  }

  /// How many characters fit on a line.
  private static var width: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
      ? Int(size.ws_col) : 80
  }
}
