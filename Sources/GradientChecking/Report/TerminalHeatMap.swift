import Foundation

extension ErrorMap {
  /// The errors as a picture for a terminal: `·` right, `░▒▓█` wrong by up to 1 %, 10 %, the whole
  /// and more of the largest derivative, `~` at a kink, `?` where differences cannot tell.
  ///
  /// - Parameters:
  ///   - color: Whether the terminal understands colours (ANSI, 256 of them).
  ///   - width: How many characters fit in a line.
  public func terminalPicture(color: Bool = false, width: Int = 100) -> String {
    let available = max(width - 8, 16)
    let grid = ErrorGrid(self, maximumRows: 24, maximumColumns: available / 2)
    let cells = (grid.width + grid.binWidth - 1) / max(grid.binWidth, 1)
    let doubled = cells * 2 <= available
    let panelWidth = cells * (doubled ? 2 : 1)
    let fitting = max(available / (panelWidth + 2), 1)
    // The panels of the last leading axis in a row, where they fit.
    let lastAxis = (grid.panels.last?.position.last ?? 0) + 1
    let perRow = lastAxis > 1 ? min(fitting, lastAxis) : fitting
    var lines: [String] = []
    let shown = shownPanels(grid, limit: perRow * 4)
    for start in stride(from: 0, to: shown.count, by: perRow) {
      let row = shown[start..<min(start + perRow, shown.count)]
      if grid.panels.count > 1 {
        lines.append(
          row.map { padded("\($0.position)", to: panelWidth) }.joined(separator: "  "))
      }
      for line in row[row.startIndex].rows.indices {
        lines.append(
          row.map { panel in
            panel.rows[line].map { symbol($0, color: color, doubled: doubled) }.joined()
          }.joined(separator: "  "))
      }
    }
    if shown.count < grid.panels.count {
      lines.append("… \(grid.panels.count - shown.count) more such parts")
    }
    if grid.binHeight > 1 || grid.binWidth > 1 {
      lines.append("each cell is the worst of \(grid.binHeight)×\(grid.binWidth) elements")
    }
    lines += places.filter(\.isUneven).map(profile)
    return lines.map { $0.replacing(/\ +$/, with: "") }.joined(separator: "\n")
  }

  /// Panels with errors before others, in order.
  private func shownPanels(_ grid: ErrorGrid, limit: Int) -> [ErrorGrid.Panel] {
    guard grid.panels.count > limit else { return grid.panels }
    let wrong = grid.panels.filter(\.hasErrors)
    return Array((wrong + grid.panels.filter { !$0.hasErrors }).prefix(limit))
  }

  private func symbol(_ cell: ErrorGrid.Cell, color: Bool, doubled: Bool) -> String {
    let (character, code): (Character, Int) =
      switch cell.verdict {
      case .right: ("·", 244)
      case .kink: ("~", 75)
      case .undecided: ("?", 141)
      case .wrong:
        switch cell.error {
        case ..<0.01: ("░", 222)
        case ..<0.1: ("▒", 214)
        case ..<1: ("▓", 208)
        default: ("█", 160)
        }
      }
    // A dot twice would look like two elements.
    let second =
      doubled ? (character == "·" || character == "~" || character == "?" ? " " : character) : nil
    let text = String(character) + (second.map { String($0) } ?? "")
    return color ? "\u{1B}[38;5;\(code)m\(text)\u{1B}[0m" : text
  }

  /// The share of wrong elements along an axis as a row of bars.
  private func profile(_ place: AxisPlace) -> String {
    let bars = Array("▁▂▃▄▅▆▇█")
    let shown = place.share.prefix(64).map { share in
      share == 0 ? " " : bars[min(Int(share * 8), 7)]
    }
    let words = place.indices.map { " wrong only at \(runs($0))" } ?? ""
    return "axis \(place.axis) of \(shape[place.axis]) |\(String(shown))|\(words)"
  }

  private func padded(_ text: String, to width: Int) -> String {
    text.count >= width
      ? String(text.prefix(max(width, 1)))
      : text + String(repeating: " ", count: width - text.count)
  }
}
