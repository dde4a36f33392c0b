extension ErrorMap {
  /// A picture for the terminal: a mark for each element, where its error stands by the largest
  /// derivative; the last two axes go down and to the right, and each index of those before has a
  /// panel of its own. Below it, for each axis, the mean error at each index.
  ///
  /// An element is a right one `·`, a wrong one `░▒▓█`, at a kink `^`, or cannot be told `?`. Where
  /// an axis is too long, a mark stands for the worst of several.
  /// - Parameters:
  ///   - color: Whether to colour it, for a terminal with 24-bit colours.
  ///   - width: The most characters in a line, at least 20.
  public func terminalPicture(color: Bool = false, width: Int = 100) -> String {
    let width = max(width, 20)
    let isPaneled = shape.dropLast(2).reduce(1, *) > 1
    let labelWidth = "\(max(shape.dropLast().last ?? 1, 1) - 1)".count
    guard
      let grid = ErrorGrid(
        self, rows: isPaneled ? 16 : 32, columns: width - labelWidth - 1, panels: 24)
    else { return "no elements" }
    let picture = TextPicture(grid: grid, color: color, width: width, labelWidth: labelWidth)
    let profiles = profileLines(width: width)
    let gap = profiles.isEmpty ? [] : [""]
    return (picture.lines + gap + profiles).joined(separator: "\n")
  }

  /// The mean error along each axis as bars, and where there is any.
  func profileLines(width: Int) -> [String] {
    let profiles = axisProfiles
    let names = profiles.map { "axis \($0.axis) (\($0.size))" }
    let nameWidth = names.map(\.count).max() ?? 0
    let lineWidth = max(min(width - nameWidth - 30, 48), 8)
    let bars = profiles.map { $0.sparkline(width: lineWidth) }
    let barWidth = bars.map(\.count).max() ?? 0
    return profiles.indices.map { index in
      "\(names[index].padded(nameWidth))  \(bars[index].padded(barWidth))  \(profiles[index].place)"
    }
  }
}

/// The lines of an error map's picture.
private struct TextPicture {
  let grid: ErrorGrid
  let color: Bool
  let width: Int
  let labelWidth: Int

  /// Cells are two characters wide where there is room: nearly square.
  private var cellWidth: Int { labelWidth + 1 + 2 * grid.columns <= width ? 2 : 1 }
  private var panelWidth: Int {
    max(
      (grid.missingAxes == 0 ? labelWidth + 1 : 0) + cellWidth * grid.columns,
      grid.label(panel: grid.panels - 1).count)
  }

  var lines: [String] {
    var lines = filled(grid.axisCaptions.map { ($0, nil) }).map { paint($0, .right) }
    let across = grid.panelColumns(room: (width + 3) / (panelWidth + 3))
    for first in stride(from: 0, to: grid.panels, by: across) {
      let panels = (first..<min(first + across, grid.panels)).map(panel)
      if first > 0 { lines.append("") }
      for line in panels[0].indices {
        lines.append(panels.map { $0[line] }.joined(separator: "   ").trimmingEnd)
      }
    }
    return lines + legend
  }

  /// The lines of a panel, all equally wide to the eye.
  private func panel(_ panel: Int) -> [String] {
    let label = grid.label(panel: panel)
    let gutter = grid.missingAxes == 0 ? labelWidth + 1 : 0
    var lines = label.isEmpty ? [] : [label.padded(panelWidth)]
    if grid.missingAxes < 2 {
      let ticks = String(repeating: " ", count: gutter) + columnTicks
      lines.append(paint(ticks.padded(panelWidth), .right))
    }
    for row in 0..<grid.rows {
      let axis = grid.bins.count - 2
      let tick = "\(row * grid.binSizes[axis])".leftPadded(labelWidth) + " "
      let shades = (0..<grid.columns).map { grid.cell(panel: panel, row: row, column: $0).shade }
      let rest = panelWidth - gutter - cellWidth * grid.columns
      lines.append(
        (gutter > 0 ? paint(tick, .right) : "") + marks(shades)
          + String(repeating: " ", count: rest))
    }
    return lines
  }

  /// Each run of equal shades is painted at once.
  private func marks(_ shades: [Shade]) -> String {
    var result = ""
    var rest = shades[...]
    while let shade = rest.first {
      let run = rest.prefix { $0 == shade }
      let isFilled = Shade.wrong.contains(shade)
      let mark = String(shade.mark)
      let cell = cellWidth == 1 ? mark : isFilled ? mark + mark : mark + " "
      result += paint(String(repeating: cell, count: run.count), shade)
      rest = rest.dropFirst(run.count)
    }
    return result
  }

  /// The index of the first column, and of as many others as there is room for.
  private var columnTicks: String {
    let axis = grid.bins.count - 1
    let widest = "\(grid.shape[axis] - 1)".count
    let step = [1, 2, 5, 10, 20, 50, 100].first { $0 * cellWidth > widest } ?? 200
    var line = ""
    for column in stride(from: 0, to: grid.columns, by: step) {
      line = line.padded(column * cellWidth) + "\(column * grid.binSizes[axis])"
    }
    return String(line.prefix(max(cellWidth * grid.columns, widest)))
  }

  private var legend: [String] {
    let unit = "of the largest derivative (\(brief(grid.scale.largest)))"
    let wrong = Shade.wrong.map(explained)
    let others = ([.right] + grid.rareShades).map(explained)
    return filled(wrong + [(unit, nil)] + others)
  }

  private func explained(_ shade: Shade) -> (text: String, shade: Shade?) {
    ("\(shade.mark) \(shade.meaning)", shade)
  }

  /// The parts, two spaces apart, in lines that are as full as the width allows; the mark of a part
  /// with a shade is painted.
  private func filled(_ parts: [(text: String, shade: Shade?)]) -> [String] {
    var (lines, length) = ([String](), 0)
    for (text, shade) in parts {
      let painted = shade.map { paint(String(text.prefix(1)), $0) + text.dropFirst() } ?? text
      if lines.isEmpty || length + 2 + text.count > width {
        lines.append(painted)
        length = text.count
      } else {
        lines[lines.count - 1] += "  " + painted
        length += 2 + text.count
      }
    }
    return lines
  }

  private func paint(_ text: String, _ shade: Shade) -> String {
    color ? Palette.terminal[shade]?.paint(text) ?? text : text
  }
}

extension String {
  func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(width - count, 0))
  }

  func leftPadded(_ width: Int) -> String {
    String(repeating: " ", count: Swift.max(width - count, 0)) + self
  }

  var trimmingEnd: String {
    var result = self
    while result.last == " " { result.removeLast() }
    return result
  }
}
