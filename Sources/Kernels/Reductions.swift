import CKernels

/// A function that takes all elements along an axis to one.
public enum Reduction: Sendable {
  case sum, maximum, minimum
}

/// Reduces the middle axis of `x [outer, length, inner]` into `out [outer, inner]`.
///
/// Sums of rows are accumulated in eight partial sums, so the rounding error grows with
/// `length / 8`. A maximum or minimum over values of which one is NaN is NaN.
/// - Precondition: `length > 0` unless the reduction is a sum, whose empty value is 0.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func reduce<Scalar: KernelScalar>(
  _ reduction: Reduction, _ x: UnsafePointer<Scalar>, outer: Int, length: Int, inner: Int,
  into out: UnsafeMutablePointer<Scalar>
) {
  switch reduction {
  case .sum:
    if inner == 1 {
      Parallel.forEachRange(of: outer, grain: elementwiseGrain / max(length, 1)) { range in
        for o in range { out[o] = sum(x + o * length, count: length) }
      }
    } else if let x = x as? UnsafePointer<Float>, let out = out as? UnsafeMutablePointer<Float> {
      sumRows(x, outer: outer, length: length, inner: inner, into: out)
    } else {
      out.update(repeating: 0, count: outer * inner)
      accumulate(x, outer, 0..<length, length, inner, out) { $0 + $1 }
    }
  case .maximum, .minimum:
    precondition(length > 0, "a maximum or minimum needs at least one element; the axis has 0")
    if inner == 1, reduction == .maximum, let x = x as? UnsafePointer<Float>,
      let out = out as? UnsafeMutablePointer<Float>
    {
      return Parallel.forEachRange(of: outer, grain: elementwiseGrain / length) { range in
        for o in range { out[o] = largest_float(x + o * length, length) }
      }
    }
    for o in 0..<outer { (out + o * inner).update(from: x + o * length * inner, count: inner) }
    if reduction == .maximum {
      accumulate(x, outer, 1..<length, length, inner, out) { $0 >= $1 || $0.isNaN ? $0 : $1 }
    } else {
      accumulate(x, outer, 1..<length, length, inner, out) { $0 <= $1 || $0.isNaN ? $0 : $1 }
    }
  }
}

/// The sums over the middle axis of `x [outer, length, inner]`.
private func sumRows(
  _ x: UnsafePointer<Float>, outer: Int, length: Int, inner: Int,
  into out: UnsafeMutablePointer<Float>
) {
  if outer > 1 {
    Parallel.forEachRange(of: outer, grain: elementwiseGrain / max(length * inner, 1)) { range in
      for o in range {
        sum_rows_of_floats(x + o * length * inner, length, inner, inner, out + o * inner)
      }
    }
  } else {
    Parallel.forEachRange(of: inner, grain: elementwiseGrain / max(length, 1)) { columns in
      let first = columns.lowerBound
      sum_rows_of_floats(x + first, length, inner, columns.count, out + first)
    }
  }
}

/// The index of the first largest element along the middle axis of `x [outer, length, inner]`;
/// NaN counts as largest.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func argmax<Scalar: KernelScalar>(
  _ x: UnsafePointer<Scalar>, outer: Int, length: Int, inner: Int,
  into out: UnsafeMutablePointer<Int>
) {
  precondition(length > 0, "argmax needs at least one element; the axis has 0")
  for o in 0..<outer {
    for i in 0..<inner {
      let column = x + o * length * inner + i
      var best = 0
      for l in 1..<max(length, 1) where !(column[l * inner] <= column[best * inner]) {
        if column[best * inner].isNaN { break }
        best = l
      }
      out[o * inner + i] = best
    }
  }
}

@inline(__always)
private func accumulate<Scalar: KernelScalar>(
  _ x: UnsafePointer<Scalar>, _ outer: Int, _ steps: Range<Int>, _ length: Int, _ inner: Int,
  _ out: UnsafeMutablePointer<Scalar>, _ function: (Scalar, Scalar) -> Scalar
) {
  func accumulate(_ outer: Range<Int>, _ columns: Range<Int>) {
    for o in outer {
      let accumulator = out + o * inner
      for l in steps {
        let row = x + (o * length + l) * inner
        for i in columns { accumulator[i] = function(accumulator[i], row[i]) }
      }
    }
  }
  if outer > 1 {
    Parallel.forEachRange(of: outer, grain: elementwiseGrain / max(length * inner, 1)) {
      accumulate($0, 0..<inner)
    }
  } else {
    Parallel.forEachRange(of: inner, grain: elementwiseGrain / max(length, 1)) {
      accumulate(0..<outer, $0)
    }
  }
}

@inline(__always)
private func sum<Scalar: KernelScalar>(_ x: UnsafePointer<Scalar>, count: Int) -> Scalar {
  var partial = SIMD8<Scalar>()
  var i = 0
  while i + 8 <= count {
    partial += UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Scalar>.self)
    i += 8
  }
  var total = partial.sum()
  while i < count {
    total += x[i]
    i += 1
  }
  return total
}

/// `out[o] = log Σ eˣ` over each row of `x [outer, length]`, the row's maximum taken out first so that
/// nothing overflows.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func logSumExp<Scalar: KernelScalar>(
  _ x: UnsafePointer<Scalar>, outer: Int, length: Int, into out: UnsafeMutablePointer<Scalar>
) {
  precondition(length > 0, "log Σ eˣ needs at least one element; the axis has 0")
  Parallel.forEachRange(of: outer, grain: elementwiseGrain / length) { range in
    for o in range {
      let row = x + o * length
      if let row = row as? UnsafePointer<Float>, let out = out as? UnsafeMutablePointer<Float> {
        out[o] = log_sum_exp_floats(row, length)
        continue
      }
      var largest: Scalar = 0
      reduce(.maximum, row, outer: 1, length: length, inner: 1, into: &largest)
      // A row of −∞ alone would give ∞ − ∞.
      if largest.isInfinite { largest = 0 }
      out[o] = Scalar.log((0..<length).reduce(0) { $0 + Scalar.exp(row[$1] - largest) }) + largest
    }
  }
}
