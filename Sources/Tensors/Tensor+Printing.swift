import Foundation

extension Tensor: CustomStringConvertible {
  /// The elements in nested brackets as NumPy prints them, numbers with four decimals in columns of
  /// one width, long axes shortened; then the shape.
  public var description: String {
    let visible = shape.map { size in
      size > 8 && count > 200 ? [0, 1, 2, -1, size - 3, size - 2, size - 1] : Array(0..<size)
    }
    var cells: [String] = []
    collect(0, 0, visible) { cells.append(format($0)) }
    let width = cells.map(\.count).max() ?? 0
    var next = cells.makeIterator()
    let body = render(axis: 0, visible) {
      let cell = next.next() ?? ""
      return String(repeating: " ", count: width - cell.count) + cell
    }
    return "\(body)  shape \(shape)"
  }

  private func collect(
    _ axis: Int, _ offset: Int, _ visible: [[Int]], _ body: (Element) -> Void
  ) {
    guard axis < rank else { return body(elements[offset]) }
    for index in visible[axis] where index >= 0 {
      collect(axis + 1, offset * shape[axis] + index, visible, body)
    }
  }

  private func render(axis: Int, _ visible: [[Int]], _ cell: () -> String) -> String {
    guard axis < rank else { return cell() }
    let separator =
      axis == rank - 1
      ? " "
      : String(repeating: "\n", count: Swift.min(rank - axis - 1, 2))
        + String(repeating: " ", count: axis + 1)
    let parts = visible[axis].map { $0 < 0 ? "…" : render(axis: axis + 1, visible, cell) }
    return "[" + parts.joined(separator: separator) + "]"
  }

  private func format(_ element: Element) -> String {
    guard let number = element as? any BinaryFloatingPoint else { return "\(element)" }
    let value = Double(number)
    guard value.isFinite else { return "\(value)" }
    let magnitude = abs(value)
    let pattern = magnitude != 0 && (magnitude < 1e-3 || magnitude >= 1e6) ? "%.4e" : "%.4f"
    return String(format: pattern, value)
  }
}
