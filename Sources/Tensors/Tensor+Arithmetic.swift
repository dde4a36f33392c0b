import Kernels

extension Tensor where Element: TensorScalar {
  // Tensor with tensor: shapes broadcast by NumPy's rule, and throw `TensorError` where they do not.

  public static func + (a: Tensor, b: Tensor) throws -> Tensor { try combine(.add, a, b, "+") }
  public static func - (a: Tensor, b: Tensor) throws -> Tensor { try combine(.subtract, a, b, "-") }
  /// The elementwise product; the product of matrices is `matrixMultiplied(by:)`.
  public static func * (a: Tensor, b: Tensor) throws -> Tensor { try combine(.multiply, a, b, "*") }
  public static func / (a: Tensor, b: Tensor) throws -> Tensor { try combine(.divide, a, b, "/") }

  public static func += (a: inout Tensor, b: Tensor) throws { try update(&a, .add, b, "+=") }
  public static func -= (a: inout Tensor, b: Tensor) throws { try update(&a, .subtract, b, "-=") }
  public static func *= (a: inout Tensor, b: Tensor) throws { try update(&a, .multiply, b, "*=") }
  public static func /= (a: inout Tensor, b: Tensor) throws { try update(&a, .divide, b, "/=") }

  /// The larger of both, element by element; NaN where the first is NaN.
  public static func maximum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try combine(.maximum, a, b, "maximum(_:_:)")
  }
  /// The smaller of both, element by element; NaN where the first is NaN.
  public static func minimum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try combine(.minimum, a, b, "minimum(_:_:)")
  }

  // Tensor with scalar: cannot fail.

  public static func + (a: Tensor, b: Element) -> Tensor { combine(.add, a, b) }
  public static func - (a: Tensor, b: Element) -> Tensor { combine(.subtract, a, b) }
  public static func * (a: Tensor, b: Element) -> Tensor { combine(.multiply, a, b) }
  public static func / (a: Tensor, b: Element) -> Tensor { combine(.divide, a, b) }
  public static func + (a: Element, b: Tensor) -> Tensor { combine(.add, a, b) }
  public static func - (a: Element, b: Tensor) -> Tensor { combine(.subtract, a, b) }
  public static func * (a: Element, b: Tensor) -> Tensor { combine(.multiply, a, b) }
  public static func / (a: Element, b: Tensor) -> Tensor { combine(.divide, a, b) }
  public static func += (a: inout Tensor, b: Element) { update(&a, .add, b) }
  public static func -= (a: inout Tensor, b: Element) { update(&a, .subtract, b) }
  public static func *= (a: inout Tensor, b: Element) { update(&a, .multiply, b) }
  public static func /= (a: inout Tensor, b: Element) { update(&a, .divide, b) }
  public static prefix func - (x: Tensor) -> Tensor { x.applying(.negate) }

  public func maximum(_ scalar: Element) -> Tensor { Self.combine(.maximum, self, scalar) }
  public func minimum(_ scalar: Element) -> Tensor { Self.combine(.minimum, self, scalar) }
  /// Every element moved into the range.
  public func clamped(to range: ClosedRange<Element>) -> Tensor {
    maximum(range.lowerBound).minimum(range.upperBound)
  }
  /// Every element to the given power.
  public func power(_ exponent: Element) -> Tensor { Self.combine(.power, self, exponent) }

  // Functions of each element.

  public func exp() -> Tensor { applying(.exp) }
  /// The natural logarithm.
  public func log() -> Tensor { applying(.log) }
  public func tanh() -> Tensor { applying(.tanh) }
  /// `1 / (1 + e⁻ˣ)`, without overflow for any x.
  public func sigmoid() -> Tensor { applying(.sigmoid) }
  public func squareRoot() -> Tensor { applying(.squareRoot) }
  public func squared() -> Tensor { applying(.square) }
  public func absolute() -> Tensor { applying(.absolute) }
  public func reciprocal() -> Tensor { applying(.reciprocal) }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  func applying(_ operation: UnaryOperation) -> Tensor {
    if let result = deferring(operation) { return result }
    return Tensor(unsafeUninitializedShape: shape) { out in
      elements.withUnsafeBufferPointer { x in
        if let x = x.baseAddress { Kernels.apply(operation, x, into: out, count: count) }
      }
    }
  }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private static func combine(
    _ operation: BinaryOperation, _ a: Tensor, _ b: Tensor, _ name: String
  ) throws -> Tensor {
    if let result = deferring(operation, a, b) { return result }
    return try combineElements(a, b, name) { a, strideA, b, strideB, out, count in
      Kernels.apply(operation, a, stride: strideA, b, stride: strideB, into: out, count: count)
    }
  }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private static func combine(_ operation: BinaryOperation, _ a: Tensor, _ b: Element) -> Tensor {
    if let result = deferring(operation, a, b) { return result }
    return Tensor(unsafeUninitializedShape: a.shape) { out in
      withUnsafePointer(to: b) { b in
        a.elements.withUnsafeBufferPointer { a in
          guard let base = a.baseAddress else { return }
          Kernels.apply(operation, base, stride: 1, b, stride: 0, into: out, count: a.count)
        }
      }
    }
  }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private static func combine(_ operation: BinaryOperation, _ a: Element, _ b: Tensor) -> Tensor {
    if let result = deferring(operation, b, a, isReversed: true) { return result }
    return Tensor(unsafeUninitializedShape: b.shape) { out in
      withUnsafePointer(to: a) { a in
        b.elements.withUnsafeBufferPointer { b in
          guard let base = b.baseAddress else { return }
          Kernels.apply(operation, a, stride: 0, base, stride: 1, into: out, count: b.count)
        }
      }
    }
  }

  /// In place, so that `a += b` allocates nothing when the shapes are equal.
  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private static func update(
    _ a: inout Tensor, _ operation: BinaryOperation, _ b: Tensor, _ name: String
  ) throws {
    if operation == .add, let sum = a.deferringSum(with: b) {
      a = sum
      return
    }
    let b = try b.broadcast(to: a.shape, name)
    b.elements.withUnsafeBufferPointer { b in
      a.elements.withUnsafeMutableBufferPointer { a in
        guard let left = a.baseAddress, let right = b.baseAddress else { return }
        Kernels.apply(operation, left, stride: 1, right, stride: 1, into: left, count: a.count)
      }
    }
  }

  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  private static func update(_ a: inout Tensor, _ operation: BinaryOperation, _ b: Element) {
    withUnsafePointer(to: b) { b in
      a.elements.withUnsafeMutableBufferPointer { a in
        guard let left = a.baseAddress else { return }
        Kernels.apply(operation, left, stride: 1, b, stride: 0, into: left, count: a.count)
      }
    }
  }
}

/// Calls `kernel` on rows of `a` and `b` as they broadcast to a common shape, with strides of 1 or
/// 0, until the result is full.
func combineElements<Scalar, Result>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ operation: String,
  _ kernel: (
    UnsafePointer<Scalar>, Int, UnsafePointer<Scalar>, Int, UnsafeMutablePointer<Result>, Int
  ) -> Void
) throws -> Tensor<Result> {
  guard let shape = a.shape == b.shape ? a.shape : broadcastShape(a.shape, b.shape) else {
    throw TensorError(operation, shapes: [a.shape, b.shape], reason: "shapes do not broadcast")
  }
  return Tensor<Result>(unsafeUninitializedShape: shape) { out in
    a.elements.withUnsafeBufferPointer { bufferA in
      b.elements.withUnsafeBufferPointer { bufferB in
        guard let pointerA = bufferA.baseAddress, let pointerB = bufferB.baseAddress,
          !shape.contains(0)
        else { return }
        if a.shape == b.shape {
          return kernel(pointerA, 1, pointerB, 1, out, a.count)
        }
        // A row for each of many, such as a bias, or a number for each row, such as its sum: what
        // most broadcasts are.
        let length = shape[shape.count - 1]
        let isRow = a.shape == shape && shape.suffix(b.rank).elementsEqual(b.shape)
        let isColumn = a.shape == shape && b.shape == shape.dropLast() + [1]
        if isRow || isColumn {
          let (width, step) = isRow ? (b.count, 0) : (length, 1)
          Parallel.forEachRange(of: a.count / width, grain: (1 << 15) / width) { rows in
            for row in rows {
              kernel(
                pointerA + row * width, 1, pointerB + row * step, 1 - step, out + row * width,
                width)
            }
          }
          return
        }
        let stridesA = broadcastStrides(a.shape, to: shape)
        let stridesB = broadcastStrides(b.shape, to: shape)
        Kernels.forEachRow(shape: shape, strides: [stridesA, stridesB]) { row, offsets in
          kernel(
            pointerA + offsets[0], stridesA[shape.count - 1], pointerB + offsets[1],
            stridesB[shape.count - 1], out + row * length, length)
        }
      }
    }
  }
}
