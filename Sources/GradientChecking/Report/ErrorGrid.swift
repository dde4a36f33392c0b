import Foundation

/// A tensor's errors laid out for a picture: the last two axes span a panel, the axes before them
/// count the panels; where there is no room for every element, neighbours share a cell.
struct ErrorGrid {
  struct Cell: Equatable {
    var verdict: ErrorMap.ElementVerdict
    /// The largest error of the cell's elements, in proportion to the largest right derivative.
    var error: Double
    /// The number in row-major order of the element with that error.
    var element: Int
  }

  struct Panel {
    /// The indices along the axes before the last two.
    var position: [Int]
    var rows: [[Cell]]
    var hasErrors: Bool { rows.contains { $0.contains { $0.verdict != .right } } }
  }

  /// Rows and columns of a panel before neighbours were joined.
  let height, width: Int
  /// How many elements a cell spans down and across.
  let binHeight, binWidth: Int
  let panels: [Panel]

  init(_ map: ErrorMap, maximumRows: Int, maximumColumns: Int) {
    let shape = [Int](repeating: 1, count: max(2 - map.shape.count, 0)) + map.shape
    let (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
    let binHeight = max((height + maximumRows - 1) / max(maximumRows, 1), 1)
    let binWidth = max((width + maximumColumns - 1) / max(maximumColumns, 1), 1)
    (self.height, self.width, self.binHeight, self.binWidth) = (height, width, binHeight, binWidth)
    let largest = map.largest
    let leading = Array(shape.dropLast(2))
    let count = height * width > 0 ? leading.reduce(1, *) : 0
    panels = (0..<count).map { panel in
      let rows = stride(from: 0, to: height, by: binHeight).map { top in
        stride(from: 0, to: width, by: binWidth).map { left in
          var cell: Cell?
          for row in top..<min(top + binHeight, height) {
            for column in left..<min(left + binWidth, width) {
              let element = (panel * height + row) * width + column
              let next = Cell(
                verdict: map.verdicts[element], error: map.error(element) / largest,
                element: element)
              if cell.map({ next.outranks($0) }) ?? true { cell = next }
            }
          }
          return cell ?? Cell(verdict: .right, error: 0, element: 0)
        }
      }
      return Panel(position: position(panel, in: leading), rows: rows)
    }
  }
}

extension ErrorGrid.Cell {
  fileprivate func outranks(_ other: Self) -> Bool {
    let order: [ErrorMap.ElementVerdict] = [.right, .kink, .undecided, .wrong]
    let (mine, theirs) = (
      order.firstIndex(of: verdict) ?? 0, order.firstIndex(of: other.verdict) ?? 0
    )
    return mine == theirs ? error > other.error : mine > theirs
  }
}

extension ErrorMap {
  /// The largest derivative in size, as the differences give it; 1 where all are 0.
  var largest: Double {
    let largest = numeric.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    return largest > 0 ? largest : 1
  }

  /// How far an element is off; infinite where it is not a number.
  func error(_ element: Int) -> Double {
    let error = abs(analytic[element] - numeric[element])
    return error.isNaN ? .infinity : error
  }

  /// Where along each axis the wrong elements stand, for axes that tell them apart from others.
  var places: [AxisPlace] {
    let wrong = verdicts.indices.filter { verdicts[$0] == .wrong }
    guard !wrong.isEmpty, wrong.count < verdicts.count else { return [] }
    let positions = wrong.map { position($0, in: shape) }
    return shape.indices.compactMap { axis in
      guard shape[axis] > 1 else { return nil }
      var counts = [Int](repeating: 0, count: shape[axis])
      for place in positions { counts[place[axis]] += 1 }
      let perIndex = verdicts.count / shape[axis]
      return AxisPlace(axis: axis, share: counts.map { Double($0) / Double(perIndex) })
    }
  }

  /// The share of wrong elements at each index of an axis.
  struct AxisPlace {
    var axis: Int
    var share: [Double]

    /// Whether some indices have clearly more than others.
    var isUneven: Bool { (share.min() ?? 0) < 0.75 * (share.max() ?? 0) }

    /// The indices that have any, where not all do.
    var indices: [Int]? {
      let some = share.indices.filter { share[$0] > 0 }
      return some.count < share.count ? some : nil
    }
  }
}

/// `0, 2…4`: indices with runs put together.
func runs(_ indices: [Int]) -> String {
  var parts: [ClosedRange<Int>] = []
  for index in indices {
    if let last = parts.last, last.upperBound == index - 1 {
      parts[parts.count - 1] = last.lowerBound...index
    } else {
      parts.append(index...index)
    }
  }
  let shown = parts.prefix(6).map {
    $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)…\($0.upperBound)"
  }
  return shown.joined(separator: ", ") + (parts.count > 6 ? ", …" : "")
}
