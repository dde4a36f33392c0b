import Foundation

/// What a heat map shows of a gradient.
public enum HeatMapContent: Sendable {
  /// The error in proportion to the largest derivative, on a logarithmic scale.
  case error
  case analytic, numeric
}

/// A colour, each part from 0 to 1.
struct RGB: Equatable {
  var red, green, blue: Double

  init(_ red: Double, _ green: Double, _ blue: Double) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  func mixed(with other: RGB, _ share: Double) -> RGB {
    let t = min(max(share, 0), 1)
    return RGB(
      red + (other.red - red) * t, green + (other.green - green) * t, blue + (other.blue - blue) * t
    )
  }

  var hex: String {
    "#" + [red, green, blue].map { String(format: "%02x", Int(($0 * 255).rounded())) }.joined()
  }
}

/// Colours that the colour-blind can tell apart (Okabe and Ito, "Color Universal Design", 2008).
enum Palette {
  static let right = RGB(0.93, 0.93, 0.93)
  static let faint = RGB(0.96, 0.85, 0.6)
  static let wrong = RGB(0.84, 0.37, 0)
  static let worst = RGB(0.4, 0.08, 0)
  static let kink = RGB(0.34, 0.71, 0.91)
  static let undecided = RGB(0.8, 0.47, 0.65)
  static let positive = RGB(0.84, 0.37, 0)
  static let negative = RGB(0, 0.45, 0.7)
  static let zero = RGB(1, 1, 1)
}

extension ErrorMap {
  fileprivate static var side: Int { 14 }
  fileprivate static var gap: Int { 12 }

  /// A picture as SVG: one square for each element, or for a few neighbours where there are many,
  /// with its numbers as a title that shows when it is pointed at.
  public func svg(_ content: HeatMapContent = .error) -> String {
    let grid = ErrorGrid(self, maximumRows: 48, maximumColumns: 64)
    let layout = PanelLayout(grid)
    var body = ""
    for (index, panel) in grid.panels.enumerated().prefix(layout.shown) {
      let (left, top) = layout.origin(index, side: Self.side, gap: Self.gap)
      if grid.panels.count > 1 {
        body += "<text x=\"\(left)\" y=\"\(top - 3)\">\(panel.position)</text>\n"
      }
      for (y, row) in panel.rows.enumerated() {
        for (x, cell) in row.enumerated() {
          let place = position(cell.element, in: shape)
          body +=
            "<rect x=\"\(left + x * Self.side)\" y=\"\(top + y * Self.side)\" "
            + "width=\"\(Self.side - 1)\" height=\"\(Self.side - 1)\" "
            + "fill=\"\(color(cell, content).hex)\"><title>\(place): got "
            + "\(analytic[cell.element]), expected \(numeric[cell.element])</title></rect>\n"
        }
      }
    }
    let (width, height) = layout.size(side: Self.side, gap: Self.gap)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
      height="\(height)" font-family="sans-serif" font-size="9" fill="#777">
      \(body)</svg>
      """
  }

  /// The picture as pixels, `[height, width, 3]` numbers from 0 to 1 in row-major order, as an image
  /// writer takes them.
  public func pixels(_ content: HeatMapContent = .error) -> (shape: [Int], values: [Double]) {
    let grid = ErrorGrid(self, maximumRows: 48, maximumColumns: 64)
    let layout = PanelLayout(grid)
    let (width, height) = layout.size(side: Self.side, gap: Self.gap)
    var values = [Double](repeating: 1, count: width * height * 3)
    for (index, panel) in grid.panels.enumerated().prefix(layout.shown) {
      let (left, top) = layout.origin(index, side: Self.side, gap: Self.gap)
      for (y, row) in panel.rows.enumerated() {
        for (x, cell) in row.enumerated() {
          let color = color(cell, content)
          for j in 0..<Self.side - 1 {
            for i in 0..<Self.side - 1 {
              let at = ((top + y * Self.side + j) * width + left + x * Self.side + i) * 3
              (values[at], values[at + 1], values[at + 2]) = (color.red, color.green, color.blue)
            }
          }
        }
      }
    }
    return ([height, width, 3], values)
  }

  func color(_ cell: ErrorGrid.Cell, _ content: HeatMapContent) -> RGB {
    guard content == .error else {
      let value = content == .analytic ? analytic[cell.element] : numeric[cell.element]
      guard value.isFinite else { return Palette.undecided }
      return Palette.zero.mixed(
        with: value > 0 ? Palette.positive : Palette.negative, abs(value) / largest)
    }
    switch cell.verdict {
    case .right: return Palette.right
    case .kink: return Palette.kink
    case .undecided: return Palette.undecided
    case .wrong:
      // From a ten-thousandth to the whole of the largest derivative, and to ten times it.
      let magnitude = log10(max(min(cell.error, 10), 1e-4))
      return magnitude < 0
        ? Palette.faint.mixed(with: Palette.wrong, (magnitude + 4) / 4)
        : Palette.wrong.mixed(with: Palette.worst, magnitude)
    }
  }
}

/// Where the panels of a picture stand.
private struct PanelLayout {
  let columns, rows, shown: Int
  let cellsAcross, cellsDown: Int

  init(_ grid: ErrorGrid) {
    cellsAcross = grid.panels.first?.rows.first?.count ?? 0
    cellsDown = grid.panels.first?.rows.count ?? 0
    shown = min(grid.panels.count, 64)
    let lastAxis = (grid.panels.last?.position.last ?? 0) + 1
    columns = max(min(shown, lastAxis > 1 && lastAxis <= 16 ? lastAxis : 8), 1)
    rows = (shown + columns - 1) / columns
  }

  func origin(_ panel: Int, side: Int, gap: Int) -> (left: Int, top: Int) {
    (
      gap + panel % columns * (cellsAcross * side + gap),
      gap + panel / columns * (cellsDown * side + gap)
    )
  }

  func size(side: Int, gap: Int) -> (width: Int, height: Int) {
    (gap + columns * (cellsAcross * side + gap), gap + rows * (cellsDown * side + gap))
  }
}
