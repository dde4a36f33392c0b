import Kernels

/// An array of one or more axes: a value type, contiguous in row-major order (the last axis varies
/// fastest), copied on write.
///
/// `Tensor<Float>` and `Tensor<Double>` calculate; `Tensor<Int>` holds indices and captions,
/// `Tensor<Bool>` holds masks. A tensor with no axes (`shape == []`) holds one element.
public struct Tensor<Element: Sendable & Equatable>: Equatable, Sendable {
  /// The size of each axis.
  public let shape: [Int]
  private var stored: [Element]
  /// What the elements are where they have not been asked for yet; `stored` is empty then.
  @usableFromInline private(set) var deferred: Deferred<Element>?

  /// All elements in row-major order. Complexity: O(1).
  public internal(set) var elements: [Element] {
    get { deferred?.elements ?? stored }
    _modify {
      if let deferred {
        stored = deferred.elements
        self.deferred = nil
      }
      yield &stored
    }
  }

  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.elements == b.elements
  }

  /// A tensor of the given elements, in row-major order.
  /// - Throws: `TensorError` when the shape does not hold exactly that many elements.
  public init(_ elements: [Element], shape: [Int]) throws {
    guard elementCount(shape) == elements.count else {
      throw TensorError(
        "Tensor(_:shape:)", shapes: [shape],
        reason: "expected a shape that holds \(elements.count) elements")
    }
    self.init(unchecked: elements, shape: shape)
  }

  /// A vector. Shapes: result `[elements.count]`.
  public init(_ elements: [Element]) {
    self.init(unchecked: elements, shape: [elements.count])
  }

  /// A matrix of the given rows. Shapes: result `[rows.count, rows[0].count]`.
  /// - Throws: `TensorError` when the rows differ in length.
  public init(rows: [[Element]]) throws {
    let width = rows.first?.count ?? 0
    for (index, row) in rows.enumerated() where row.count != width {
      throw TensorError(
        "Tensor(rows:)", shapes: [[row.count]],
        reason: "row \(index) must have \(width) elements as row 0 has")
    }
    self.init(unchecked: rows.flatMap { $0 }, shape: [rows.count, width])
  }

  /// A tensor without axes. Shapes: result `[]`.
  public init(scalar: Element) {
    self.init(unchecked: [scalar], shape: [])
  }

  /// A tensor of equal elements.
  public init(repeating element: Element, shape: [Int]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative sizes; got \(shape)")
    self.init(
      unchecked: [Element](repeating: element, count: shape.reduce(1, *)), shape: shape)
  }

  init(unchecked elements: [Element], shape: [Int]) {
    stored = elements
    self.shape = shape
  }

  init(deferred: Deferred<Element>, shape: [Int]) {
    stored = []
    self.deferred = deferred
    self.shape = shape
  }

  /// The elements of `other`, wherever they are, in another shape of as many.
  init(unchecked other: Tensor, shape: [Int]) {
    (stored, deferred) = (other.stored, other.deferred)
    self.shape = shape
  }

  /// The number of axes.
  public var rank: Int { shape.count }

  /// The number of elements.
  public var count: Int { deferred?.count ?? stored.count }

  /// The only element of a tensor that has one.
  /// - Throws: `TensorError` for any other number of elements.
  public func scalar() throws -> Element {
    guard count == 1 else {
      throw TensorError("scalar()", shapes: [shape], reason: "expected exactly one element")
    }
    return elements[0]
  }

  /// The element at the given position, one index per axis, each from 0.
  /// - Precondition: as many indices as axes, all in bounds.
  public subscript(indices: Int...) -> Element {
    get { elements[offset(of: indices)] }
    set { elements[offset(of: indices)] = newValue }
  }

  private func offset(of indices: [Int]) -> Int {
    precondition(
      indices.count == shape.count,
      "\(indices.count) indices \(indices) for a tensor of \(shape.count) axes \(shape); "
        + "for a part of it write `.all` or a range for the other axes")
    var offset = 0
    for axis in indices.indices {
      precondition(
        indices[axis] >= 0 && indices[axis] < shape[axis],
        "index \(indices[axis]) is out of bounds for axis \(axis) of shape \(shape)")
      offset = offset * shape[axis] + indices[axis]
    }
    return offset
  }

  /// A pointer to all elements in row-major order, for code outside the kit's own kernels.
  public func withUnsafeElements<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    try elements.withUnsafeBufferPointer(body)
  }

  /// A writable pointer to all elements in row-major order.
  public mutating func withUnsafeMutableElements<Result>(
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    try elements.withUnsafeMutableBufferPointer { try body($0) }
  }

  /// A tensor whose elements `body` writes, all of them.
  public init(
    unsafeUninitializedShape shape: [Int],
    _ body: (UnsafeMutablePointer<Element>) throws -> Void
  ) rethrows {
    let count = shape.reduce(1, *)
    let elements = try [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      if let base = buffer.baseAddress { try body(base) }
      initializedCount = count
    }
    self.init(unchecked: elements, shape: shape)
  }

  /// The same shape with every element replaced.
  public func map<Other>(_ function: (Element) throws -> Other) rethrows -> Tensor<Other> {
    Tensor<Other>(unchecked: try elements.map(function), shape: shape)
  }

  /// `axis` counted from the front; negative axes count from the back, -1 being the last.
  func resolved(axis: Int, _ operation: String) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw TensorError(
        operation, shapes: [shape],
        reason: "expected an axis from \(-rank) to \(rank - 1), not \(axis)")
    }
    return axis < 0 ? axis + rank : axis
  }
}

/// The number of elements of a tensor of this shape; nil where a size is negative or the number too
/// large for an `Int`.
func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for size in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    guard size >= 0, !overflow else { return nil }
    count = product
  }
  return count
}

/// The distance in elements between neighbours along each axis of a contiguous tensor.
func rowMajorStrides(_ shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1] * shape[axis + 1]
  }
  return strides
}
