/// `Σ a[i]·b[i]`, summed in blocks whose sums are added in `Double`: the rounding error does not grow
/// with `count`, and the result does not depend on the number of threads.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func dot<Scalar: KernelScalar>(
  _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, count: Int
) -> Scalar {
  let block = 4096
  let blocks = (count + block - 1) / block
  let sums = UnsafeMutablePointer<Double>.allocate(capacity: max(blocks, 1))
  defer { sums.deallocate() }
  Parallel.forEachRange(of: blocks, grain: elementwiseGrain / block) { range in
    for index in range {
      let (first, end) = (index * block, min((index + 1) * block, count))
      var partial = SIMD16<Scalar>()
      var i = first
      while i + 16 <= end {
        partial +=
          UnsafeRawPointer(a + i).loadUnaligned(as: SIMD16<Scalar>.self)
          * UnsafeRawPointer(b + i).loadUnaligned(as: SIMD16<Scalar>.self)
        i += 16
      }
      var sum = Double(partial.sum())
      while i < end {
        sum += Double(a[i] * b[i])
        i += 1
      }
      sums[index] = sum
    }
  }
  var total = 0.0
  for index in 0..<blocks { total += sums[index] }
  return Scalar(total)
}

/// `y[i] += scale·x[i]`.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func addScaled<Scalar: KernelScalar>(
  _ scale: Scalar, _ x: UnsafePointer<Scalar>, to y: UnsafeMutablePointer<Scalar>, count: Int
) {
  Parallel.forEachRange(of: count, grain: elementwiseGrain) { range in
    for i in range { y[i] += scale * x[i] }
  }
}
