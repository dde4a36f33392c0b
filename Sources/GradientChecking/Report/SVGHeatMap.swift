import Foundation

/// What a picture shows of each element.
public enum HeatMapContent: String, CaseIterable, Sendable {
  /// The error beside the largest derivative; what is right, at a kink, or cannot be told.
  case error
  /// The gradient of the backward pass, and the one by differences, in the same colours.
  case analytic, numeric
}

extension ErrorMap {
  /// A picture as a self-contained SVG, in light and dark colours, laid out as
  /// `terminalPicture(color:width:)` is. Position, both gradients and the error of an element are
  /// its title, which shows while the pointer is over it.
  /// - Parameters:
  ///   - content: What the colours show.
  ///   - title: What the picture is called; empty for its content and shape.
  public func svg(_ content: HeatMapContent = .error, title: String = "") -> String {
    svg(content, title: title, style: SVGPicture.style)
  }

  func svg(_ content: HeatMapContent, title: String, style: String) -> String {
    let title = title.isEmpty ? "\(content.rawValue) \(shape)" : title
    let isPaneled = shape.dropLast(2).reduce(1, *) > 1
    guard let grid = ErrorGrid(self, rows: isPaneled ? 16 : 48, columns: 64, panels: 24) else {
      return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\" role=\"img\">"
        + "<title>\(escaped(title)): no elements</title></svg>\n"
    }
    let picture = SVGPicture(map: self, grid: grid, content: content)
    return picture.svg(title: title, style: style)
  }
}

/// Text that XML and HTML take as text, in quotes as well; what XML has no character for is left
/// out.
func escaped(_ text: String) -> String {
  let allowed = text.unicodeScalars.filter { $0.value >= 32 || $0 == "\n" || $0 == "\t" }
    .filter { $0.value != 0xFFFE && $0.value != 0xFFFF }
  return String(String.UnicodeScalarView(allowed)).replacing("&", with: "&amp;")
    .replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    .replacing("'", with: "&#39;")
}

/// An error map drawn as SVG.
struct SVGPicture {
  let map: ErrorMap
  let grid: ErrorGrid
  let content: HeatMapContent

  /// The side of a square, and the distance of one to the next.
  private var side: Int { pitch - 1 }
  private var pitch: Int { max(grid.rows, grid.columns) > 32 ? 10 : 17 }
  private var charWidth: Int { 6 }
  private var rowAxis: Int { grid.bins.count - 2 }
  private var columnAxis: Int { grid.bins.count - 1 }
  /// Room for the rows' indices, and for the panel's label and the columns' indices.
  private var gutter: Int {
    grid.missingAxes == 0 ? charWidth * "\(grid.shape[rowAxis] - 1)".count + 8 : 0
  }
  private var head: Int {
    (grid.label(panel: 0).isEmpty ? 0 : 15) + (grid.missingAxes < 2 ? 13 : 0)
  }
  private var gap: Int { 18 }
  private var panelWidth: Int {
    max(
      gutter + grid.columns * pitch,
      charWidth * (0..<grid.panels).reduce(0) { max($0, grid.label(panel: $1).count) })
  }
  private var panelHeight: Int { head + grid.rows * pitch }
  private var across: Int { grid.panelColumns(room: max(720 / (panelWidth + gap), 1)) }
  private var captionText: String { grid.axisCaptions.joined(separator: "\u{A0}\u{A0} ") }
  private var captionHeight: Int { captionText.isEmpty ? 0 : 20 }

  func svg(title: String, style: String) -> String {
    let down = (grid.panels + across - 1) / across
    let top = captionHeight
    let legend = legend(y: top + down * (panelHeight + gap) + 2)
    let panelsWidth = across * (panelWidth + gap) - gap
    let width = max(panelsWidth, charWidth * captionText.count, legend.width) + 2
    let height = top + down * (panelHeight + gap) + legend.height
    var text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"gradient-map\" role=\"img\" "
      + "width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\">\n"
      + "<title>\(escaped(title))</title>\n" + style
    if !captionText.isEmpty { text += label(captionText, x: 0, y: 11) }
    for panel in 0..<grid.panels {
      text += self.panel(
        panel, x: panel % across * (panelWidth + gap), y: top + panel / across * (panelHeight + gap)
      )
    }
    return text + legend.text + "</svg>\n"
  }

  private func panel(_ panel: Int, x: Int, y: Int) -> String {
    let name = grid.label(panel: panel)
    var text = name.isEmpty ? "" : label(name, x: x, y: y + 11)
    let (left, top) = (x + gutter, y + head)
    if grid.missingAxes < 2 { text += columnTicks(x: left, y: top - 4) }
    for row in 0..<grid.rows {
      if grid.missingAxes == 0 && pitch * row % 15 < pitch {
        text += label(
          "\(row * grid.binSizes[rowAxis])", x: left - 5, y: top + row * pitch + (side + 8) / 2,
          anchor: "end")
      }
      for column in 0..<grid.columns {
        let cell = grid.cell(panel: panel, row: row, column: column)
        text += square(
          cell, panel: panel, row: row, column: column, x: left + column * pitch,
          y: top + row * pitch)
      }
    }
    return text
  }

  private func columnTicks(x: Int, y: Int) -> String {
    let widest = charWidth * "\(grid.shape[columnAxis] - 1)".count + 4
    let step = [1, 2, 5, 10, 20].first { $0 * pitch >= widest } ?? 50
    return stride(from: 0, to: grid.columns, by: step).map { column in
      label(
        "\(column * grid.binSizes[columnAxis])", x: x + column * pitch + side / 2, y: y,
        anchor: "middle")
    }.joined()
  }

  private func square(
    _ cell: ErrorGrid.Cell, panel: Int, row: Int, column: Int, x: Int, y: Int
  ) -> String {
    let style = content == .error ? className(cell.shade) : className(value(cell))
    let sign = content == .error ? self.sign(cell.shade, x: x, y: y) : ""
    return "<g><title>\(escaped(tooltip(cell, panel, row, column)))</title>"
      + "<rect class=\"\(style)\" x=\"\(x)\" y=\"\(y)\" width=\"\(side)\" height=\"\(side)\"/>"
      + "\(sign)</g>\n"
  }

  /// Position, both gradients and the error of an element, or of the worst in a bin.
  private func tooltip(_ cell: ErrorGrid.Cell, _ panel: Int, _ row: Int, _ column: Int) -> String {
    let (analytic, numeric) = (map.analytic[cell.element], map.numeric[cell.element])
    let (one, other) = distinct(analytic, numeric)
    let at = place(position(cell.element, in: map.shape))
    let size = grid.binSizes.reduce(1, *)
    return "\(at)\(size > 1 ? ", the worst of \(size)" : "") \(map.verdicts[cell.element].word)\n"
      + "analytic \(one)\nnumeric \(other)\nerror \(brief(abs(analytic - numeric)))"
  }

  /// A bar for a kink and a dot for what cannot be told: told apart without colour.
  private func sign(_ shade: Shade, x: Int, y: Int) -> String {
    let (middleX, middleY) = (x + side / 2, y + side / 2)
    switch shade {
    case .kink:
      return "<path class=\"gm-sign\" d=\"M\(x + 3) \(y + side - 4)L\(middleX) \(y + 4)"
        + "L\(x + side - 3) \(y + side - 4)\"/>"
    case .undecided:
      return "<circle class=\"gm-dot\" cx=\"\(middleX)\" cy=\"\(middleY)\" r=\"\(side / 6)\"/>"
    default: return ""
    }
  }

  private func value(_ cell: ErrorGrid.Cell) -> Double {
    content == .analytic ? map.analytic[cell.element] : map.numeric[cell.element]
  }

  private func className(_ shade: Shade) -> String { "gm-\(shade)" }

  /// One of nine steps between the largest derivative's two signs, on a logarithmic scale: each
  /// begins at √10 of the one before. What is no number stands out.
  private func className(_ value: Double) -> String {
    guard value.isFinite else { return "gm-nan" }
    let part = abs(value) / grid.scale.largest
    let step = part >= 0.01 ? min(Int(log10(part) * 2 + 4) + 1, 4) : 0
    return "gm-v\(value < 0 ? 4 - step : 4 + step)"
  }

  // MARK: Words

  private func label(_ text: String, x: Int, y: Int, anchor: String = "start") -> String {
    let anchor = anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
    return "<text class=\"gm-text\" x=\"\(x)\" y=\"\(y)\"\(anchor)>\(escaped(text))</text>\n"
  }

  private func legend(y: Int) -> (text: String, width: Int, height: Int) {
    content == .error ? errorLegend(y: y) : valueLegend(y: y)
  }

  private func errorLegend(y: Int) -> (text: String, width: Int, height: Int) {
    let unit = "error, as part of the largest derivative (\(brief(grid.scale.largest)))"
    var (text, x) = (label(unit, x: 0, y: y + 9), 0)
    for shade in grid.legend {
      text +=
        "<rect class=\"\(className(shade))\" x=\"\(x)\" y=\"\(y + 17)\" width=\"\(side)\" "
        + "height=\"\(side)\"/>" + sign(shade, x: x, y: y + 17)
        + label(shade.meaning, x: x + side + 5, y: y + 17 + (side + 8) / 2)
      x += side + 5 + charWidth * shade.meaning.count + 14
    }
    return (text, max(x, charWidth * unit.count), 17 + pitch + 4)
  }

  private func valueLegend(y: Int) -> (text: String, width: Int, height: Int) {
    let unit = "gradient; the colours begin at 1, 3, 10 and 32 % of the largest"
    let limit = brief(grid.scale.largest)
    let start = charWidth * (limit.count + 1) + 6
    var text = label(unit, x: 0, y: y + 9) + label("-" + limit, x: 0, y: y + 17 + (side + 8) / 2)
    for step in 0..<9 {
      text +=
        "<rect class=\"gm-v\(step)\" x=\"\(start + step * pitch)\" y=\"\(y + 17)\" "
        + "width=\"\(side)\" height=\"\(side)\"/>\n"
    }
    text += label(limit, x: start + 9 * pitch + 6, y: y + 17 + (side + 8) / 2)
    return (text, max(2 * start + 9 * pitch, charWidth * unit.count), 17 + pitch + 4)
  }

  // MARK: Colours

  /// The style sheet of all pictures.
  static var style: String {
    "<style>\n.gm-text{font:10px ui-monospace,Menlo,Consolas,monospace}\n"
      + rules(.light) + "@media (prefers-color-scheme:dark){\n" + rules(.dark) + "}\n</style>\n"
  }

  private static func rules(_ palette: Palette) -> String {
    let shades = Shade.allCases.compactMap { shade in
      palette.shades[shade].map { ".gm-\(shade){fill:\($0.css)}" }
    }
    let values = palette.diverging.enumerated().map { ".gm-v\($0){fill:\($1.css)}" }
    let words = [
      ".gm-nan{fill:\(palette.text.css)}", ".gm-text{fill:\(palette.faint.css)}",
      ".gm-sign{fill:none;stroke:\(palette.text.css);stroke-width:1.5}",
      ".gm-dot{fill:\(palette.text.css)}",
    ]
    return (shades + values + words).joined(separator: "\n") + "\n"
  }
}

extension ErrorMap.ElementVerdict {
  var word: String { self == .undecided ? "cannot tell" : self == .kink ? "at a kink" : rawValue }
}
