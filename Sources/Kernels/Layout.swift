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
  guard let length = shape.last, let sourceStep = sourceStrides.last,
    let destinationStep = destinationStrides.last
  else {
    destination[0] = source[0]
    return
  }
  forEachRow(shape: shape, strides: [sourceStrides, destinationStrides]) { _, offsets in
    let from = source + offsets[0]
    let to = destination + offsets[1]
    if sourceStep == 1 && destinationStep == 1 {
      to.update(from: from, count: length)
    } else {
      for i in 0..<length { to[i * destinationStep] = from[i * sourceStep] }
    }
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
