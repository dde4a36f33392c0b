/// Visits every position of `shape` except its last axis, in row-major order, with the offset that
/// each of the `strides` gives there and the position's number among the rows.
@inline(__always)
public func forEachRow(
  shape: [Int], strides: [[Int]], _ body: (_ row: Int, _ offsets: [Int]) -> Void
) {
  let outer = shape.dropLast()
  let rows = outer.reduce(1, *)
  guard rows > 0 else { return }
  var position = [Int](repeating: 0, count: outer.count)
  var offsets = [Int](repeating: 0, count: strides.count)
  for row in 0..<rows {
    body(row, offsets)
    var axis = outer.count - 1
    while axis >= 0 {
      position[axis] += 1
      for s in strides.indices { offsets[s] += strides[s][axis] }
      if position[axis] < outer[axis] { break }
      for s in strides.indices { offsets[s] -= strides[s][axis] * outer[axis] }
      position[axis] = 0
      axis -= 1
    }
  }
}

/// Copies between two strided views of the same `shape`; strides are in elements, one per axis.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
@_specialize(where Element == Int)
@_specialize(where Element == Bool)
public func copy<Element>(
  shape: [Int], from source: UnsafePointer<Element>, strides sourceStrides: [Int],
  to destination: UnsafeMutablePointer<Element>, strides destinationStrides: [Int]
) {
  copy(axis: 0, shape, source, sourceStrides, destination, destinationStrides)
}

private func copy<Element>(
  axis: Int, _ shape: [Int], _ source: UnsafePointer<Element>, _ sourceStrides: [Int],
  _ destination: UnsafeMutablePointer<Element>, _ destinationStrides: [Int]
) {
  guard axis < shape.count else {
    destination[0] = source[0]
    return
  }
  let (count, step, to) = (shape[axis], sourceStrides[axis], destinationStrides[axis])
  if axis == shape.count - 1 {
    if step == 1 && to == 1 {
      destination.update(from: source, count: count)
    } else {
      for i in 0..<count { destination[i * to] = source[i * step] }
    }
    return
  }
  for i in 0..<count {
    copy(
      axis: axis + 1, shape, source + i * step, sourceStrides, destination + i * to,
      destinationStrides)
  }
}

/// `table[indices[i], :] += rows[i, :]` for rows of `width` elements; an index may occur repeatedly.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func scatterAdd<Scalar: KernelScalar>(
  _ rows: UnsafePointer<Scalar>, at indices: UnsafePointer<Int>, count: Int, width: Int,
  into table: UnsafeMutablePointer<Scalar>
) {
  for i in 0..<count {
    let row = rows + i * width
    let target = table + indices[i] * width
    for j in 0..<width { target[j] += row[j] }
  }
}

/// `out[i] = mask[i] ? a[i] : b[i]`.
@_specialize(where Element == Float)
@_specialize(where Element == Double)
@_specialize(where Element == Int)
@_specialize(where Element == Bool)
public func select<Element>(
  _ mask: UnsafePointer<Bool>, _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>,
  into out: UnsafeMutablePointer<Element>, count: Int
) {
  for i in 0..<count { out[i] = mask[i] ? a[i] : b[i] }
}
