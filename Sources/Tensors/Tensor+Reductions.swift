import Kernels

extension Tensor where Element: TensorScalar {
  /// The sum of all elements.
  public func sum() -> Element { reduceAll(.sum) }
  /// The mean of all elements; NaN where there are none.
  public func mean() -> Element { sum() / Element(count) }
  /// The largest element; NaN where one is NaN.
  /// - Precondition: there is one.
  public func max() -> Element { reduceAll(.maximum) }
  /// The smallest element; NaN where one is NaN.
  /// - Precondition: there is one.
  public func min() -> Element { reduceAll(.minimum) }

  // Along axes: negative axes count from the back, -1 being the last. Every one of these functions
  // throws `TensorError` for an axis that does not exist.

  /// The sum along one axis. With `keepingAxis` the axis stays with size 1.
  public func sum(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try sum(axes: [axis], keepingAxes: keepingAxis)
  }

  /// The sum along several axes.
  public func sum(axes: [Int], keepingAxes: Bool = false) throws -> Tensor {
    try reduce(.sum, axes: axes, keepingAxes: keepingAxes, "sum(axes:)")
  }

  /// The mean along one axis.
  public func mean(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try mean(axes: [axis], keepingAxes: keepingAxis)
  }

  /// The mean along several axes.
  public func mean(axes: [Int], keepingAxes: Bool = false) throws -> Tensor {
    let total = try sum(axes: axes, keepingAxes: keepingAxes)
    return total / (Element(count) / Element(Swift.max(total.count, 1)))
  }

  /// The mean squared distance from the mean (divided by n, not n − 1) along several axes.
  public func variance(axes: [Int], keepingAxes: Bool = false) throws -> Tensor {
    try (self - mean(axes: axes, keepingAxes: true)).squared()
      .mean(axes: axes, keepingAxes: keepingAxes)
  }

  public func variance(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try variance(axes: [axis], keepingAxes: keepingAxis)
  }

  public func max(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try max(axes: [axis], keepingAxes: keepingAxis)
  }

  /// The largest element along several axes, none of which may be empty.
  public func max(axes: [Int], keepingAxes: Bool = false) throws -> Tensor {
    try reduce(.maximum, axes: axes, keepingAxes: keepingAxes, "max(axes:)")
  }

  public func min(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try min(axes: [axis], keepingAxes: keepingAxis)
  }

  /// The smallest element along several axes, none of which may be empty.
  public func min(axes: [Int], keepingAxes: Bool = false) throws -> Tensor {
    try reduce(.minimum, axes: axes, keepingAxes: keepingAxes, "min(axes:)")
  }

  /// The index of the first largest element along an axis, which disappears.
  public func argmax(axis: Int) throws -> Tensor<Int> {
    let axis = try resolved(axis: axis, "argmax(axis:)")
    try requireElements(axis, "argmax(axis:)")
    var shape = shape
    let length = shape.remove(at: axis)
    return Tensor<Int>(unsafeUninitializedShape: shape) { out in
      elements.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress else { return }
        Kernels.argmax(
          x, outer: shape[..<axis].reduce(1, *), length: length,
          inner: shape[axis...].reduce(1, *), into: out)
      }
    }
  }

  /// `log Σ eˣ` along an axis, the maximum taken out first so that nothing overflows.
  public func logSumExp(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    let axis = try resolved(axis: axis, "logSumExp(axis:)")
    try requireElements(axis, "logSumExp(axis:)")
    guard axis == rank - 1 else {
      // The axis to the end and back.
      var order = Array(0..<rank)
      order.append(order.remove(at: axis))
      let result = try permuted(order).logSumExp(axis: -1)
      return keepingAxis ? try result.expandingAxis(at: axis) : result
    }
    let (outer, length) = (count / shape[axis], shape[axis])
    let kept = shape.dropLast() + (keepingAxis ? [1] : [])
    return Tensor(unsafeUninitializedShape: Array(kept)) { out in
      elements.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress else { return }
        Kernels.logSumExp(x, outer: outer, length: length, into: out)
      }
    }
  }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private func reduceAll(_ reduction: Reduction) -> Element {
    var result: Element = 0
    elements.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress else { return }
      Kernels.reduce(reduction, x, outer: 1, length: count, inner: 1, into: &result)
    }
    return result
  }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private func reduce(
    _ reduction: Reduction, axes: [Int], keepingAxes: Bool, _ operation: String
  ) throws -> Tensor {
    let axes = Set(try axes.map { try resolved(axis: $0, operation) })
    var (result, kept) = (self, shape)
    // From the back, so that neighbouring axes merge into one pass and earlier numbers stay valid.
    var axis = rank - 1
    while axis >= 0 {
      guard axes.contains(axis) else { axis -= 1; continue }
      var first = axis
      while axes.contains(first - 1) { first -= 1 }
      let range = first...axis
      if reduction != .sum { for a in range { try requireElements(a, operation) } }
      let outer = kept[..<first].reduce(1, *)
      let length = kept[range].reduce(1, *)
      let inner = kept[(axis + 1)...].reduce(1, *)
      for a in range { kept[a] = 1 }
      let source = result
      result = Tensor(unsafeUninitializedShape: kept) { out in
        source.elements.withUnsafeBufferPointer { x in
          guard let x = x.baseAddress, source.count > 0 else {
            return out.initialize(repeating: 0, count: outer * inner)
          }
          Kernels.reduce(reduction, x, outer: outer, length: length, inner: inner, into: out)
        }
      }
      axis = first - 1
    }
    guard !keepingAxes else { return result }
    let remaining = kept.indices.filter { !axes.contains($0) }.map { kept[$0] }
    return Tensor(unchecked: result.elements, shape: remaining)
  }

  private func requireElements(_ axis: Int, _ operation: String) throws {
    guard shape[axis] > 0 else {
      throw TensorError(operation, shapes: [shape], reason: "axis \(axis) must not be empty")
    }
  }
}
