import CKernels

private let hasSkinnyProducts = has_skinny_products()

/// `c = a·op(b)`, or added to c, where a has few rows and the sizes fit the registers.
///
/// Shapes: a `[m, k]`, `op(b) [k, n]`, c `[m, n]`.
/// - Returns: Whether it was done; otherwise c is untouched.
func multiplySkinny(
  transposeB: Bool, m: Int, n: Int, k: Int, a: UnsafePointer<Float>, rowStrideA: Int,
  b: UnsafePointer<Float>, rowStrideB: Int, adding: Bool, c: UnsafeMutablePointer<Float>,
  rowStrideC: Int
) -> Bool {
  let unit = transposeB ? 4 : 64
  guard m > 1, m <= 64, n % unit == 0, !transposeB || k % 16 == 0, hasSkinnyProducts
  else { return false }
  let grain = leastMultiplications / (m * max(k, 1) * unit) + 1
  Parallel.forEachRange(of: n / unit, grain: grain) { units in
    let (first, count) = (units.lowerBound * unit, units.count * unit)
    if transposeB {
      skinny_product_transposed(
        a, rowStrideA, b + first * rowStrideB, rowStrideB, c + first, rowStrideC, m, count, k,
        adding)
    } else {
      skinny_product(
        a, rowStrideA, b + first, rowStrideB, c + first, rowStrideC, m, count, k, adding)
    }
  }
  return true
}
