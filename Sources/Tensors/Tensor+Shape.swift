import Kernels

extension Tensor {
  /// The same elements in another shape; one size may be -1 and is worked out from the others.
  /// Complexity: O(1).
  /// - Throws: `TensorError` when the shape does not hold exactly this tensor's elements.
  public func reshaped(_ newShape: [Int]) throws -> Tensor {
    var resolved = newShape
    if let open = newShape.firstIndex(of: -1) {
      resolved.remove(at: open)
      let known = elementCount(resolved) ?? 0
      resolved.insert(known > 0 ? count / known : 0, at: open)
    }
    guard elementCount(resolved) == count else {
      throw TensorError(
        "reshaped(_:)", shapes: [shape, newShape],
        reason: "both must hold the same \(count) elements")
    }
    return Tensor(unchecked: self, shape: resolved)
  }

  /// All elements along one axis. Shapes: result `[count]`. Complexity: O(1).
  public func flattened() -> Tensor { Tensor(unchecked: self, shape: [count]) }

  /// The axes in another order: axis `i` of the result is axis `axes[i]` of this tensor.
  /// - Throws: `TensorError` unless every axis occurs once.
  public func permuted(_ axes: Int...) throws -> Tensor { try permuted(axes) }

  /// The axes in another order: axis `i` of the result is axis `axes[i]` of this tensor.
  /// - Throws: `TensorError` unless every axis occurs once.
  public func permuted(_ axes: [Int]) throws -> Tensor {
    guard axes.sorted() == Array(0..<rank) else {
      throw TensorError(
        "permuted(_:)", shapes: [shape],
        reason: "expected each axis from 0 to \(rank - 1) once, not \(axes)")
    }
    let strides = rowMajorStrides(shape)
    return stridedCopy(shape: axes.map { shape[$0] }, strides: axes.map { strides[$0] })
  }

  /// All axes in reverse order: for a matrix its transpose.
  public func transposed() -> Tensor {
    stridedCopy(shape: shape.reversed(), strides: rowMajorStrides(shape).reversed())
  }

  /// A new axis of size 1 before the given one (`rank` for one at the end). Complexity: O(1).
  public func expandingAxis(at axis: Int) throws -> Tensor {
    guard axis >= 0 && axis <= rank else {
      throw TensorError(
        "expandingAxis(at:)", shapes: [shape],
        reason: "expected an axis from 0 to \(rank), not \(axis)")
    }
    var newShape = shape
    newShape.insert(1, at: axis)
    return Tensor(unchecked: self, shape: newShape)
  }

  /// Without the given axis, whose size must be 1. Complexity: O(1).
  public func squeezingAxis(at axis: Int) throws -> Tensor {
    let axis = try resolved(axis: axis, "squeezingAxis(at:)")
    guard shape[axis] == 1 else {
      throw TensorError(
        "squeezingAxis(at:)", shapes: [shape], reason: "axis \(axis) must have size 1")
    }
    var newShape = shape
    newShape.remove(at: axis)
    return Tensor(unchecked: self, shape: newShape)
  }

  /// The elements repeated so that the tensor has the given shape, by NumPy's rule: shapes are
  /// aligned at the last axis, and an axis of size 1 or a missing one is repeated.
  /// - Throws: `TensorError` when the rule does not give that shape.
  public func broadcast(to newShape: [Int]) throws -> Tensor {
    try broadcast(to: newShape, "broadcast(to:)")
  }

  func broadcast(to newShape: [Int], _ operation: String) throws -> Tensor {
    if newShape == shape { return self }
    guard let common = broadcastShape(shape, newShape), common == newShape else {
      throw TensorError(
        operation, shapes: [shape, newShape], reason: "the first must broadcast to the second")
    }
    return stridedCopy(shape: newShape, strides: broadcastStrides(shape, to: newShape))
  }

  /// The tensors one after the other along an axis that exists.
  /// - Throws: `TensorError` for no tensors, or shapes that differ along another axis.
  public static func concatenating(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else {
      throw TensorError(
        "concatenating(_:axis:)", shapes: [], reason: "expected at least one tensor")
    }
    let axis = try first.resolved(axis: axis, "concatenating(_:axis:)")
    for tensor in tensors {
      var (expected, actual) = (first.shape, tensor.shape)
      if actual.count == expected.count { (expected[axis], actual[axis]) = (0, 0) }
      guard expected == actual else {
        throw TensorError(
          "concatenating(_:axis:)", shapes: [first.shape, tensor.shape],
          reason: "shapes must be equal except along axis \(axis)")
      }
    }
    return joined(tensors, axis: axis)
  }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private static func joined(_ tensors: [Tensor], axis: Int) -> Tensor {
    var shape = tensors[0].shape
    shape[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    let outer = shape[..<axis].reduce(1, *)
    let row = shape[axis...].reduce(1, *)
    return Tensor(unsafeUninitializedShape: shape) { destination in
      var start = 0
      for tensor in tensors where tensor.count > 0 {
        let width = tensor.count / outer
        tensor.elements.withUnsafeBufferPointer { source in
          guard let base = source.baseAddress else { return }
          for o in 0..<outer {
            (destination + start + o * row).initialize(from: base + o * width, count: width)
          }
        }
        start += width
      }
    }
  }

  /// Tensors of one shape side by side along a new axis.
  /// - Throws: `TensorError` for no tensors or different shapes.
  public static func stacking(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    for tensor in tensors.dropFirst() where tensor.shape != tensors[0].shape {
      throw TensorError(
        "stacking(_:axis:)", shapes: [tensors[0].shape, tensor.shape],
        reason: "all shapes must be equal")
    }
    return try concatenating(tensors.map { try $0.expandingAxis(at: axis) }, axis: axis)
  }

  /// The parts along an axis, which disappears: the inverse of `stacking`.
  public func unstacked(axis: Int = 0) throws -> [Tensor] {
    let axis = try resolved(axis: axis, "unstacked(axis:)")
    let front = try permuted([axis] + (0..<rank).filter { $0 != axis })
    return try (0..<shape[axis]).map { index in
      try Tensor(unchecked: front.elements, shape: front.shape)[index..<index + 1]
        .squeezingAxis(at: 0)
    }
  }

  /// Surrounded by `before` and `after` further elements along each axis.
  /// - Throws: `TensorError` unless there is a pair of sizes, not negative, for every axis.
  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  public func padded(_ sizes: [(before: Int, after: Int)], with element: Element) throws -> Tensor {
    guard sizes.count == rank, sizes.allSatisfy({ $0.before >= 0 && $0.after >= 0 }) else {
      throw TensorError(
        "padded(_:with:)", shapes: [shape],
        reason: "expected \(rank) pairs of sizes, none negative, not \(sizes)")
    }
    let newShape = Swift.zip(shape, sizes).map { $0 + $1.before + $1.after }
    var result = Tensor(repeating: element, shape: newShape)
    guard count > 0 else { return result }
    let strides = rowMajorStrides(newShape)
    let offset = Swift.zip(strides, sizes).map { $0 * $1.before }.reduce(0, +)
    result.elements.withUnsafeMutableBufferPointer { destination in
      elements.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        Kernels.copy(
          shape: shape, from: from, strides: rowMajorStrides(shape), to: to + offset,
          strides: strides)
      }
    }
    return result
  }

  /// Rows of the first axis by number: `result[i…] = self[indices[i…]]`.
  /// Shapes: self `[V, D…]`, indices `[I…]`, result `[I…, D…]`.
  /// - Throws: `TensorError` for an index outside `0..<V`.
  public func gathering(_ indices: Tensor<Int>) throws -> Tensor {
    guard let rows = shape.first else {
      throw TensorError("gathering(_:)", shapes: [shape], reason: "expected at least one axis")
    }
    let width = shape.dropFirst().reduce(1, *)
    for index in indices.elements {
      try checkIndex(index, count: rows, "gathering(_:)", shape: shape)
    }
    return Tensor(unsafeUninitializedShape: indices.shape + shape.dropFirst()) { out in
      elements.withUnsafeBufferPointer { table in
        indices.elements.withUnsafeBufferPointer { indices in
          guard let table = table.baseAddress, width > 0 else { return }
          Parallel.forEachRange(of: indices.count, grain: (1 << 15) / width) { range in
            for row in range {
              (out + row * width).initialize(from: table + indices[row] * width, count: width)
            }
          }
        }
      }
    }
  }

  /// One element of each row of the last axis: `result[i…] = self[i…, indices[i…]]`.
  /// Shapes: self `[I…, D]`, indices `[I…]`, result `[I…]`.
  /// - Throws: `TensorError` for indices of another shape or outside `0..<D`.
  public func gatheringLastAxis(_ indices: Tensor<Int>) throws -> Tensor {
    guard let depth = shape.last, indices.shape == Array(shape.dropLast()) else {
      throw TensorError(
        "gatheringLastAxis(_:)", shapes: [shape, indices.shape],
        reason: "expected one index for each row of the last axis")
    }
    for index in indices.elements {
      try checkIndex(index, count: depth, "gatheringLastAxis(_:)", shape: shape)
    }
    let columns = indices.elements
    if let picked = deferred?.elements(at: columns, width: depth) {
      return Tensor(unchecked: picked, shape: indices.shape)
    }
    let elements = elements
    return Tensor(
      unchecked: columns.enumerated().map { row, index in elements[row * depth + index] },
      shape: indices.shape)
  }

  /// A contiguous copy of a view with the given strides into this tensor's elements.
  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  func stridedCopy(shape newShape: [Int], strides: [Int]) -> Tensor {
    Tensor(unsafeUninitializedShape: newShape) { destination in
      elements.withUnsafeBufferPointer { source in
        guard !newShape.contains(0), let base = source.baseAddress else { return }
        Kernels.copy(
          shape: newShape, from: base, strides: strides, to: destination,
          strides: rowMajorStrides(newShape))
      }
    }
  }
}

extension Tensor where Element: TensorScalar {
  /// Adds rows to a table of zeros, repeated indices summed: the transpose of `gathering`.
  /// Shapes: rows `[I…, D…]`, indices `[I…]`, result `[count, D…]`.
  /// - Throws: `TensorError` for shapes that do not fit or an index outside `0..<count`.
  public static func scatterAdding(
    _ rows: Tensor, at indices: Tensor<Int>, count: Int
  ) throws -> Tensor {
    guard rows.shape.starts(with: indices.shape) else {
      throw TensorError(
        "scatterAdding(_:at:count:)", shapes: [rows.shape, indices.shape],
        reason: "expected one index for each row")
    }
    for index in indices.elements {
      try checkIndex(index, count: count, "scatterAdding(_:at:count:)", shape: indices.shape)
    }
    let rowShape = Array(rows.shape.dropFirst(indices.rank))
    var result = zeros([count] + rowShape)
    result.elements.withUnsafeMutableBufferPointer { table in
      rows.elements.withUnsafeBufferPointer { rows in
        indices.elements.withUnsafeBufferPointer { indices in
          guard let table = table.baseAddress, let rows = rows.baseAddress,
            let base = indices.baseAddress
          else { return }
          Kernels.scatterAdd(
            rows, at: base, count: indices.count, width: rowShape.reduce(1, *), into: table)
        }
      }
    }
    return result
  }
}

/// The shape that two shapes broadcast to by NumPy's rule, or nil.
func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
  let rank = max(a.count, b.count)
  var shape = [Int](repeating: 1, count: rank)
  for axis in 0..<rank {
    let sizeA = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
    let sizeB = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
    guard sizeA == sizeB || sizeA == 1 || sizeB == 1 else { return nil }
    shape[axis] = sizeA == 1 ? sizeB : sizeA
  }
  return shape
}

/// Strides that read a contiguous tensor of `shape` as if it had `newShape`, 0 where it repeats.
func broadcastStrides(_ shape: [Int], to newShape: [Int]) -> [Int] {
  let strides = rowMajorStrides(shape)
  let missing = newShape.count - shape.count
  return newShape.indices.map { axis in
    axis < missing || shape[axis - missing] == 1 ? 0 : strides[axis - missing]
  }
}
