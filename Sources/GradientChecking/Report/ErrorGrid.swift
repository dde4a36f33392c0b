/// An error map as panels of rows and columns: the last two axes are a panel, and each index of
/// the axes before them has a panel of its own. Axes that are too long for that are divided into
/// bins, each of which shows the worst that is in it.
struct ErrorGrid {
  struct Cell {
    var shade: Shade
    /// The error as part of the largest derivative.
    var error: Double
    /// The element that it shows, by its number in row-major order.
    var element: Int
  }

  /// Axes that a tensor lacks for being a panel have size 1 and stand in front.
  let shape: [Int]
  let missingAxes: Int
  /// How many elements a bin has along each axis, and how many bins there are.
  let binSizes: [Int]
  let bins: [Int]
  /// Row-major.
  let cells: [Cell]
  let scale: ErrorScale

  var rows: Int { bins[bins.count - 2] }
  var columns: Int { bins[bins.count - 1] }
  var panels: Int { bins.dropLast(2).reduce(1, *) }

  /// - Parameters:
  ///   - rows: The most that a panel may have; likewise `columns`.
  ///   - panels: The most that there may be.
  /// - Returns: nil where a map is empty, or its parts do not fit each other.
  init?(_ map: ErrorMap, rows: Int, columns: Int, panels: Int) {
    guard map.isComplete else { return nil }
    let missing = max(2 - map.shape.count, 0)
    let shape = Array(repeating: 1, count: missing) + map.shape
    var sizes = shape.map { _ in 1 }
    func bins(_ axis: Int) -> Int { (shape[axis] + sizes[axis] - 1) / sizes[axis] }
    let last = shape.count - 1
    sizes[last] = (shape[last] + columns - 1) / columns
    sizes[last - 1] = (shape[last - 1] + rows - 1) / rows
    while (0..<last - 1).reduce(1, { $0 * bins($1) }) > panels,
      let longest = (0..<last - 1).max(by: { bins($0) < bins($1) }), bins(longest) > 1
    {
      let target = bins(longest) / 2
      sizes[longest] = (shape[longest] + target - 1) / target
    }
    (self.shape, missingAxes, binSizes) = (shape, missing, sizes)
    self.bins = shape.indices.map(bins)
    scale = ErrorScale(map)
    cells = Self.cells(map, shape: shape, binSizes: sizes, bins: self.bins, scale: scale)
  }

  private static func cells(
    _ map: ErrorMap, shape: [Int], binSizes: [Int], bins: [Int], scale: ErrorScale
  ) -> [Cell] {
    let none = Cell(shade: .right, error: -1, element: 0)
    var cells = [Cell](repeating: none, count: bins.reduce(1, *))
    var index = shape.map { _ in 0 }
    for element in map.numeric.indices {
      let cell = shape.indices.reduce(0) { $0 * bins[$1] + index[$1] / binSizes[$1] }
      let error = scale.error(analytic: map.analytic[element], numeric: map.numeric[element])
      let shade = scale.shade(map.verdicts[element], error: error)
      if (shade, error) > (cells[cell].shade, cells[cell].error) {
        cells[cell] = Cell(shade: shade, error: error, element: element)
      }
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
    return cells
  }

  func cell(panel: Int, row: Int, column: Int) -> Cell {
    cells[(panel * rows + row) * columns + column]
  }

  /// The indices along an axis that a bin holds: `3` or `4–7`.
  func label(bin: Int, axis: Int) -> String {
    let first = bin * binSizes[axis]
    let last = min(first + binSizes[axis], shape[axis]) - 1
    return first == last ? "\(first)" : "\(first)–\(last)"
  }

  /// What a panel shows: `[0, 1, :, :]`; nothing where it is the only one.
  func label(panel: Int) -> String {
    let leading = bins.count - 2
    guard leading > 0 else { return "" }
    let indices = position(panel, in: Array(bins.prefix(leading)))
    let labels = indices.enumerated().map { label(bin: $1, axis: $0) }
    return "[\((labels + [":", ":"]).joined(separator: ", "))]"
  }

  /// How many panels stand side by side where there is room for `room`: all of the last axis among
  /// those that have panels, or as many as there is room for.
  func panelColumns(room: Int) -> Int {
    let size = bins.count > 2 ? bins[bins.count - 3] : 1
    return max(min(size, room), 1)
  }

  /// The axis of the tensor itself that stands at `axis` here.
  func name(axis: Int) -> String { "axis \(axis - missingAxes)" }

  /// `axis 1 (64, 2 in each cell)`.
  func caption(axis: Int) -> String {
    let bin = binSizes[axis] > 1 ? ", \(binSizes[axis]) in each cell" : ""
    return "\(name(axis: axis)) (\(shape[axis])\(bin))"
  }

  /// Which axes go down, to the right and from panel to panel; nothing for a single element.
  var axisCaptions: [String] {
    let axes = Array(shape.indices.dropFirst(missingAxes))
    var captions: [String] = []
    if let columns = axes.last { captions.append("→ \(caption(axis: columns))") }
    if let rows = axes.dropLast().last { captions.insert("↓ \(caption(axis: rows))", at: 0) }
    let leading = axes.dropLast(2)
    if !leading.isEmpty {
      captions.append("panels: " + leading.map { caption(axis: $0) }.joined(separator: " × "))
    }
    return captions
  }

  /// The marks that occur besides those that are always explained.
  var rareShades: [Shade] {
    [.kink, .undecided].filter { shade in cells.contains { $0.shade == shade } }
  }

  /// The shades that a legend explains, from the worst to right.
  var legend: [Shade] { Shade.wrong + [.right] + rareShades }
}
