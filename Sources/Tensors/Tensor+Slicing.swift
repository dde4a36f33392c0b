import Kernels

/// What to take along one axis: an index (the axis goes), a range (the axis stays), or `.all`.
public protocol AxisSelection: Sendable {
  /// The positions selected on an axis of `count` elements, and whether the axis stays.
  func resolved(count: Int) -> (range: Range<Int>, keepsAxis: Bool)
}

extension Int: AxisSelection {
  public func resolved(count: Int) -> (range: Range<Int>, keepsAxis: Bool) {
    (self..<self + 1, false)
  }
}

extension Range<Int>: AxisSelection {
  public func resolved(count: Int) -> (range: Range<Int>, keepsAxis: Bool) { (self, true) }
}

extension ClosedRange<Int>: AxisSelection {
  public func resolved(count: Int) -> (range: Range<Int>, keepsAxis: Bool) {
    (lowerBound..<upperBound + 1, true)
  }
}

extension PartialRangeFrom<Int>: AxisSelection {
  public func resolved(count: Int) -> (range: Range<Int>, keepsAxis: Bool) {
    (lowerBound..<Swift.max(lowerBound, count), true)
  }
}

extension PartialRangeUpTo<Int>: AxisSelection {
  public func resolved(count: Int) -> (range: Range<Int>, keepsAxis: Bool) {
    (Swift.min(0, upperBound)..<upperBound, true)
  }
}

extension PartialRangeThrough<Int>: AxisSelection {
  public func resolved(count: Int) -> (range: Range<Int>, keepsAxis: Bool) {
    (Swift.min(0, upperBound)..<upperBound + 1, true)
  }
}

/// The whole of an axis: NumPy's `:`.
public struct WholeAxis: AxisSelection {
  public func resolved(count: Int) -> (range: Range<Int>, keepsAxis: Bool) { (0..<count, true) }
}

extension AxisSelection where Self == WholeAxis {
  /// The whole of an axis: NumPy's `:`.
  public static var all: WholeAxis { WholeAxis() }
}

extension Tensor {
  /// A part of the tensor, as a copy: `try x[.all, t]`, `try x[0, 1..<3]`.
  ///
  /// One selection per axis, from the first on; axes not named are taken whole. An axis selected
  /// by a single index disappears. (`x[i, j]` with indices alone is a single element wherever it may
  /// be one, hence the attribute.)
  /// - Throws: `TensorError` for more selections than axes or one out of bounds.
  @_disfavoredOverload
  public subscript<each Selection: AxisSelection>(
    selections: repeat each Selection
  ) -> Tensor {
    get throws {
      var list: [Selected] = []
      list.reserveCapacity(rank)
      for selection in repeat each selections { try add(selection, to: &list, "subscript") }
      return try selecting(list)
    }
  }

  /// Replaces a part of the tensor: `try h.assign(step, at: .all, t)` is NumPy's `h[:, t] = step`.
  ///
  /// `value` is broadcast to the part's shape.
  /// - Throws: `TensorError` for selections that do not fit or a value that does not broadcast.
  public mutating func assign<each Selection: AxisSelection>(
    _ value: Tensor, at selections: repeat each Selection
  ) throws {
    var list: [Selected] = []
    list.reserveCapacity(rank)
    for selection in repeat each selections { try add(selection, to: &list, "assign(_:at:)") }
    try replace(list, by: value)
  }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private func selecting(_ selections: [Selected]) throws -> Tensor {
    let part = part(selections)
    return Tensor(unsafeUninitializedShape: part.shape) { destination in
      elements.withUnsafeBufferPointer { source in
        guard !part.extent.contains(0), let base = source.baseAddress else { return }
        Kernels.copy(
          shape: part.extent, from: base + part.offset, strides: rowMajorStrides(shape),
          to: destination, strides: rowMajorStrides(part.extent))
      }
    }
  }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private mutating func replace(_ selections: [Selected], by value: Tensor) throws {
    let part = part(selections)
    let source = try value.broadcast(to: part.shape, "assign(_:at:)")
    guard !part.extent.contains(0) else { return }
    let strides = rowMajorStrides(shape)
    elements.withUnsafeMutableBufferPointer { destination in
      source.elements.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        Kernels.copy(
          shape: part.extent, from: from, strides: rowMajorStrides(part.extent),
          to: to + part.offset, strides: strides)
      }
    }
  }

  /// Replaces a part of the tensor by one repeated element.
  public mutating func assign<each Selection: AxisSelection>(
    _ element: Element, at selections: repeat each Selection
  ) throws {
    try assign(Tensor(scalar: element), at: repeat each selections)
  }

  private struct Part {
    /// Where the part begins among the elements.
    var offset = 0
    /// Its size along every axis of the whole tensor.
    var extent: [Int] = []
    /// Its shape: `extent` without the axes that were selected by an index.
    var shape: [Int] = []
  }

  private func add(
    _ selection: some AxisSelection, to list: inout [Selected], _ operation: String
  ) throws {
    guard list.count < rank else {
      throw TensorError(
        operation, shapes: [shape], reason: "expected at most \(rank) selections, not more")
    }
    let size = shape[list.count]
    let (range, keepsAxis) = selection.resolved(count: size)
    guard range.lowerBound >= 0 && range.upperBound <= size else {
      throw TensorError(
        operation, shapes: [shape],
        reason: keepsAxis
          ? "the range \(range) is out of bounds for axis \(list.count)"
          : "the index \(range.lowerBound) is out of bounds for axis \(list.count)")
    }
    list.append(Selected(range: range, keepsAxis: keepsAxis))
  }

  private func part(_ selections: [Selected]) -> Part {
    var part = Part()
    part.extent = shape
    part.shape.reserveCapacity(rank)
    for axis in shape.indices {
      part.offset *= shape[axis]
      guard axis < selections.count else {
        part.shape.append(shape[axis])
        continue
      }
      let selected = selections[axis]
      part.offset += selected.range.lowerBound
      part.extent[axis] = selected.range.count
      if selected.keepsAxis { part.shape.append(selected.range.count) }
    }
    return part
  }
}

/// What is selected along one axis.
private struct Selected {
  var range: Range<Int>
  /// False where a single index makes the axis disappear.
  var keepsAxis: Bool
}
