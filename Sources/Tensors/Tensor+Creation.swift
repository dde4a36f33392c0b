extension Tensor where Element: TensorScalar {
  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  public static func zeros(_ shape: [Int]) -> Tensor {
    deferring(repeating: 0, shape: shape) ?? Tensor(repeating: 0, shape: shape)
  }

  public static func ones(_ shape: [Int]) -> Tensor { Tensor(repeating: 1, shape: shape) }

  public static func zeros(like other: Tensor) -> Tensor { zeros(other.shape) }

  /// The unit matrix. Shapes: result `[size, size]`.
  public static func identity(_ size: Int) -> Tensor {
    var result = zeros([size, size])
    for i in 0..<size { result.elements[i * size + i] = 1 }
    return result
  }

  /// `0, 1, … count-1`. Shapes: result `[count]`.
  public static func arange(_ count: Int) -> Tensor {
    Tensor((0..<count).map { Element($0) })
  }

  /// `count` evenly spaced numbers, both ends included. Shapes: result `[count]`.
  public static func linspace(_ first: Element, _ last: Element, count: Int) -> Tensor {
    let steps = Element(Swift.max(count - 1, 1))
    return Tensor((0..<count).map { first + (last - first) * Element($0) / steps })
  }

  /// Rows that are 1 at the index and 0 elsewhere. Shapes: indices `[…]`, result `[…, depth]`.
  /// - Throws: `TensorError` for an index outside `0..<depth`.
  public static func oneHot(_ indices: Tensor<Int>, depth: Int) throws -> Tensor {
    for index in indices.elements {
      try checkIndex(index, count: depth, "oneHot(_:depth:)", shape: indices.shape)
    }
    if let result = deferring(oneHot: indices, depth: depth) { return result }
    var result = zeros(indices.shape + [depth])
    for (row, index) in indices.elements.enumerated() { result.elements[row * depth + index] = 1 }
    return result
  }

  /// The elements converted to another precision.
  @_specialize(where Element == Float, Other == Double)
  @_specialize(where Element == Double, Other == Float)
  public func cast<Other: TensorScalar>(to type: Other.Type) -> Tensor<Other> {
    if let same = self as? Tensor<Other> { return same }
    return map { Other($0) }
  }
}

extension Tensor<Int> {
  /// `0, 1, … count-1`. Shapes: result `[count]`.
  public static func arange(_ count: Int) -> Tensor { Tensor(Array(0..<count)) }
}

extension Tensor<Bool> {
  /// 1 where true and 0 where false.
  public func cast<Scalar: TensorScalar>(to type: Scalar.Type) -> Tensor<Scalar> {
    map { $0 ? 1 : 0 }
  }

  /// The number of elements that are true.
  public var trueCount: Int { elements.lazy.filter { $0 }.count }

  public static prefix func ! (mask: Tensor) -> Tensor { mask.map { !$0 } }
}

func checkIndex(_ index: Int, count: Int, _ operation: String, shape: [Int]) throws {
  guard index >= 0 && index < count else {
    throw TensorError(
      operation, shapes: [shape], reason: "expected indices from 0 to \(count - 1), not \(index)")
  }
}
