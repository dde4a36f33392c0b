import CKernels

/// A function of one element.
public enum UnaryOperation: Sendable {
  case negate, exp, log, tanh, sigmoid, squareRoot, square, absolute, reciprocal
}

/// A function of two elements.
public enum BinaryOperation: Sendable {
  case add, subtract, multiply, divide, maximum, minimum, power
}

/// A comparison of two elements.
public enum Comparison: Sendable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

/// The fewest elements that are worth a thread of their own.
let elementwiseGrain = 1 << 15

/// `out[i] = operation(x[i])` for `count` elements; `out` may be `x`.
///
/// Numerics: in `Float`, exp, tanh and sigmoid are within 2.5 units in the last place; all else is
/// the C library's.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func apply<Scalar: KernelScalar>(
  _ operation: UnaryOperation, _ x: UnsafePointer<Scalar>,
  into out: UnsafeMutablePointer<Scalar>, count: Int
) {
  Parallel.forEachRange(of: count, grain: elementwiseGrain) { range in
    applyHere(operation, x + range.lowerBound, into: out + range.lowerBound, count: range.count)
  }
}

/// `apply` on this core alone.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func applyHere<Scalar: KernelScalar>(
  _ operation: UnaryOperation, _ x: UnsafePointer<Scalar>,
  into out: UnsafeMutablePointer<Scalar>, count: Int
) {
  if let x = x as? UnsafePointer<Float>, let out = out as? UnsafeMutablePointer<Float>,
    applyVectorized(operation, x, into: out, count)
  {
    return
  }
  switch operation {
  case .negate: for i in 0..<count { out[i] = -x[i] }
  case .exp: for i in 0..<count { out[i] = Scalar.exp(x[i]) }
  case .log: for i in 0..<count { out[i] = Scalar.log(x[i]) }
  case .tanh: for i in 0..<count { out[i] = Scalar.tanh(x[i]) }
  case .sigmoid:
    // Only exponentials of negative numbers: no overflow at either end.
    for i in 0..<count {
      let e = Scalar.exp(-abs(x[i]))
      out[i] = (x[i] >= 0 ? 1 : e) / (1 + e)
    }
  case .squareRoot: for i in 0..<count { out[i] = x[i].squareRoot() }
  case .square: for i in 0..<count { out[i] = x[i] * x[i] }
  case .absolute: for i in 0..<count { out[i] = abs(x[i]) }
  case .reciprocal: for i in 0..<count { out[i] = 1 / x[i] }
  }
}

/// What the C library or the compiler would do one number, or few numbers, at a time.
/// - Returns: Whether `operation` is among it.
private func applyVectorized(
  _ operation: UnaryOperation, _ x: UnsafePointer<Float>,
  into out: UnsafeMutablePointer<Float>, _ count: Int
) -> Bool {
  switch operation {
  case .exp: exp_floats(x, out, count)
  case .tanh: tanh_floats(x, out, count)
  case .sigmoid: sigmoid_floats(x, out, count)
  case .square: square_floats(x, out, count)
  default: return false
  }
  return true
}

/// `out[i] = operation(a[i·strideA], b[i·strideB])`; strides are 1, or 0 to repeat one element.
/// `out` may be `a` or `b`.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func apply<Scalar: KernelScalar>(
  _ operation: BinaryOperation, _ a: UnsafePointer<Scalar>, stride strideA: Int,
  _ b: UnsafePointer<Scalar>, stride strideB: Int, into out: UnsafeMutablePointer<Scalar>,
  count: Int
) {
  Parallel.forEachRange(of: count, grain: elementwiseGrain) { range in
    let start = range.lowerBound
    applyHere(
      operation, a + start * strideA, stride: strideA, b + start * strideB, stride: strideB,
      into: out + start, count: range.count)
  }
}

/// `apply` on this core alone.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func applyHere<Scalar: KernelScalar>(
  _ operation: BinaryOperation, _ a: UnsafePointer<Scalar>, stride strideA: Int,
  _ b: UnsafePointer<Scalar>, stride strideB: Int, into out: UnsafeMutablePointer<Scalar>,
  count: Int
) {
  if let a = a as? UnsafePointer<Float>, let b = b as? UnsafePointer<Float>,
    let out = out as? UnsafeMutablePointer<Float>,
    applyVectorized(operation, a, strideA, b, strideB, into: out, count)
  {
    return
  }
  switch operation {
  case .add: zip(a, strideA, b, strideB, out, count) { $0 + $1 }
  case .subtract: zip(a, strideA, b, strideB, out, count) { $0 - $1 }
  case .multiply: zip(a, strideA, b, strideB, out, count) { $0 * $1 }
  case .divide: zip(a, strideA, b, strideB, out, count) { $0 / $1 }
  case .maximum: zip(a, strideA, b, strideB, out, count) { $0 >= $1 || $0.isNaN ? $0 : $1 }
  case .minimum: zip(a, strideA, b, strideB, out, count) { $0 <= $1 || $0.isNaN ? $0 : $1 }
  case .power: zip(a, strideA, b, strideB, out, count) { Scalar.pow($0, $1) }
  }
}

private func applyVectorized(
  _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ strideA: Int,
  _ b: UnsafePointer<Float>, _ strideB: Int, into out: UnsafeMutablePointer<Float>, _ count: Int
) -> Bool {
  switch operation {
  case .add: add_floats(a, strideA, b, strideB, out, count)
  case .subtract: subtract_floats(a, strideA, b, strideB, out, count)
  case .multiply: multiply_floats(a, strideA, b, strideB, out, count)
  case .divide: divide_floats(a, strideA, b, strideB, out, count)
  default: return false
  }
  return true
}

/// `out[i] = a[i·strideA] comparison b[i·strideB]`.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func compare<Scalar: KernelScalar>(
  _ comparison: Comparison, _ a: UnsafePointer<Scalar>, stride strideA: Int,
  _ b: UnsafePointer<Scalar>, stride strideB: Int, into out: UnsafeMutablePointer<Bool>,
  count: Int
) {
  Parallel.forEachRange(of: count, grain: elementwiseGrain) { range in
    let (start, count) = (range.lowerBound, range.count)
    let (a, b, out) = (a + start * strideA, b + start * strideB, out + start)
    switch comparison {
    case .equal: zip(a, strideA, b, strideB, out, count) { $0 == $1 }
    case .notEqual: zip(a, strideA, b, strideB, out, count) { $0 != $1 }
    case .less: zip(a, strideA, b, strideB, out, count) { $0 < $1 }
    case .lessOrEqual: zip(a, strideA, b, strideB, out, count) { $0 <= $1 }
    case .greater: zip(a, strideA, b, strideB, out, count) { $0 > $1 }
    case .greaterOrEqual: zip(a, strideA, b, strideB, out, count) { $0 >= $1 }
    }
  }
}

/// The loop of the two functions above: unit strides apart, so that the compiler vectorises them.
@inline(__always)
private func zip<Scalar, Result>(
  _ a: UnsafePointer<Scalar>, _ strideA: Int, _ b: UnsafePointer<Scalar>, _ strideB: Int,
  _ out: UnsafeMutablePointer<Result>, _ count: Int, _ function: (Scalar, Scalar) -> Result
) {
  switch (strideA, strideB) {
  case (1, 1): for i in 0..<count { out[i] = function(a[i], b[i]) }
  case (1, 0):
    guard count > 0 else { return }
    let scalar = b[0]
    for i in 0..<count { out[i] = function(a[i], scalar) }
  case (0, 1):
    guard count > 0 else { return }
    let scalar = a[0]
    for i in 0..<count { out[i] = function(scalar, b[i]) }
  default: for i in 0..<count { out[i] = function(a[i * strideA], b[i * strideB]) }
  }
}
