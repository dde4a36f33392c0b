import COpenBLAS
import Foundation

/// A floating-point type that the kernels work on: `Float` or `Double`.
///
/// The kernels are generic over it and specialised for both; what has no generic form (the
/// elementary functions, the products of OpenBLAS) are its requirements.
public protocol KernelScalar: BinaryFloatingPoint, Codable, SIMDScalar, Sendable {
  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  static func pow(_ x: Self, _ exponent: Self) -> Self

  /// `c = alpha·op(a)·op(b) + beta·c`, row-major; `op(a) [m, k]`, `op(b) [k, n]`, `c [m, n]`.
  ///
  /// `rowStride…` is the number of elements between two rows as they are stored. Source: the BLAS
  /// standard, routine xGEMM.
  static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Self,
    a: UnsafePointer<Self>, rowStrideA: Int, b: UnsafePointer<Self>, rowStrideB: Int, beta: Self,
    c: UnsafeMutablePointer<Self>, rowStrideC: Int)
}

extension KernelScalar {
  /// `c = op(a)·op(b)` for matrices stored without gaps.
  public static func multiply(
    transposeA: Bool = false, transposeB: Bool = false, m: Int, n: Int, k: Int,
    _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, into c: UnsafeMutablePointer<Self>,
    accumulate: Bool = false
  ) {
    gemm(
      transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: 1,
      a: a, rowStrideA: transposeA ? m : k, b: b, rowStrideB: transposeB ? k : n,
      beta: accumulate ? 1 : 0, c: c, rowStrideC: n)
  }
}

extension Float: KernelScalar {
  public static func exp(_ x: Float) -> Float { Foundation.exp(x) }
  public static func log(_ x: Float) -> Float { Foundation.log(x) }
  public static func tanh(_ x: Float) -> Float { Foundation.tanh(x) }
  public static func pow(_ x: Float, _ exponent: Float) -> Float { Foundation.pow(x, exponent) }

  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Float,
    a: UnsafePointer<Float>, rowStrideA: Int, b: UnsafePointer<Float>, rowStrideB: Int,
    beta: Float, c: UnsafeMutablePointer<Float>, rowStrideC: Int
  ) {
    if alpha == 1, beta == 0 || beta == 1, !transposeA,
      multiplySkinny(
        transposeB: transposeB, m: m, n: n, k: k, a: a, rowStrideA: rowStrideA, b: b,
        rowStrideB: rowStrideB, adding: beta == 1, c: c, rowStrideC: rowStrideC)
    {
      return
    }
    inParallel(m: m, n: n, k: k) { rows, columns in
      cblas_sgemm(
        Int32(BlasRowMajor), blasOrder(transposeA), blasOrder(transposeB), Int32(rows.count),
        Int32(columns.count), Int32(k), alpha,
        a + rows.lowerBound * (transposeA ? 1 : rowStrideA), rowStride(rowStrideA),
        b + columns.lowerBound * (transposeB ? rowStrideB : 1), rowStride(rowStrideB), beta,
        c + rows.lowerBound * rowStrideC + columns.lowerBound, rowStride(rowStrideC))
    }
  }
}

extension Double: KernelScalar {
  public static func exp(_ x: Double) -> Double { Foundation.exp(x) }
  public static func log(_ x: Double) -> Double { Foundation.log(x) }
  public static func tanh(_ x: Double) -> Double { Foundation.tanh(x) }
  public static func pow(_ x: Double, _ exponent: Double) -> Double { Foundation.pow(x, exponent) }

  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Double,
    a: UnsafePointer<Double>, rowStrideA: Int, b: UnsafePointer<Double>, rowStrideB: Int,
    beta: Double, c: UnsafeMutablePointer<Double>, rowStrideC: Int
  ) {
    inParallel(m: m, n: n, k: k) { rows, columns in
      cblas_dgemm(
        Int32(BlasRowMajor), blasOrder(transposeA), blasOrder(transposeB), Int32(rows.count),
        Int32(columns.count), Int32(k), alpha,
        a + rows.lowerBound * (transposeA ? 1 : rowStrideA), rowStride(rowStrideA),
        b + columns.lowerBound * (transposeB ? rowStrideB : 1), rowStride(rowStrideB), beta,
        c + rows.lowerBound * rowStrideC + columns.lowerBound, rowStride(rowStrideC))
    }
  }
}

/// How many multiplications are worth a thread of their own.
let leastMultiplications = 1 << 20

/// Cuts a product `[m, k]·[k, n]` along its longer side, where the pieces are worth a thread each.
private func inParallel(
  m: Int, n: Int, k: Int, _ product: (_ rows: Range<Int>, _ columns: Range<Int>) -> Void
) {
  guard m > 0, n > 0 else { return }
  let grain = leastMultiplications / (min(m, n) * max(k, 1)) + 1
  Parallel.forEachRange(of: max(m, n), grain: grain) { range in
    product(m > n ? range : 0..<m, m > n ? 0..<n : range)
  }
}

private func blasOrder(_ transposed: Bool) -> Int32 {
  Int32(transposed ? BlasTranspose : BlasNoTranspose)
}

/// BLAS refuses a row stride of 0, which an empty matrix has.
private func rowStride(_ count: Int) -> Int32 { Int32(max(count, 1)) }
