import Kernels

extension Tensor where Element: TensorScalar {
  /// The product of matrices, `self·other`, by OpenBLAS.
  ///
  /// Shapes: self `[B…, M, K]`, other `[B…, K, N]`, result `[B…, M, N]`. The axes `B…` before the
  /// last two are a batch and broadcast against each other. With `transposingSelf` (or
  /// `transposingOther`) the last two axes of that operand are read in exchanged order, without
  /// a copy.
  /// - Throws: `TensorError` when an operand has fewer than two axes, when both `K` differ, or when
  ///   the batches do not broadcast.
  @_specialize(where Element == Float)
  @_specialize(where Element == Double)
  public func matrixMultiplied(
    by other: Tensor, transposingSelf: Bool = false, transposingOther: Bool = false
  ) throws -> Tensor {
    func fail(_ reason: String) -> TensorError {
      let marks =
        (transposingSelf ? " (first transposed)" : "")
        + (transposingOther ? " (second transposed)" : "")
      return TensorError(
        "matrixMultiplied(by:)", shapes: [shape, other.shape], reason: reason + marks)
    }
    guard rank >= 2, other.rank >= 2 else { throw fail("both need at least two axes") }
    var (m, k) = (shape[rank - 2], shape[rank - 1])
    if transposingSelf { swap(&m, &k) }
    var (otherK, n) = (other.shape[other.rank - 2], other.shape[other.rank - 1])
    if transposingOther { swap(&otherK, &n) }
    guard k == otherK else { throw fail("the inner sizes \(k) and \(otherK) must be equal") }
    let (batch, otherBatch) = (Array(shape.dropLast(2)), Array(other.shape.dropLast(2)))
    guard let commonBatch = broadcastShape(batch, otherBatch) else {
      throw fail("the batches \(batch) and \(otherBatch) do not broadcast")
    }
    // One large product instead of many small ones, where all of them share the second matrix.
    let merges =
      otherBatch.allSatisfy { $0 == 1 } && !transposingSelf
      && commonBatch.count == batch.count
    if merges || rank == 2 && other.rank == 2 && k <= Swift.min(m, n),
      let result = deferringProduct(
        other, transposingSelf, transposingOther, m: merges ? count / Swift.max(k, 1) : m, n: n,
        k: k, shape: commonBatch + [m, n])
    {
      return result
    }
    let strideBatch = broadcastStrides(batch, to: commonBatch)
    let strideOtherBatch = broadcastStrides(otherBatch, to: commonBatch)
    return Tensor(unsafeUninitializedShape: commonBatch + [m, n]) { out in
      elements.withUnsafeBufferPointer { a in
        other.elements.withUnsafeBufferPointer { b in
          let total = commonBatch.reduce(1, *)
          guard let a = a.baseAddress, let b = b.baseAddress, k > 0 else {
            return out.initialize(repeating: 0, count: total * m * n)
          }
          func product(
            _ rows: Int, _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>,
            _ c: UnsafeMutablePointer<Element>
          ) {
            Element.multiply(
              transposeA: transposingSelf, transposeB: transposingOther, m: rows, n: n, k: k, a, b,
              into: c)
          }
          if merges { return product(total * m, a, b, out) }
          Kernels.forEachRow(
            shape: commonBatch + [1], strides: [strideBatch + [0], strideOtherBatch + [0]]
          ) { index, offsets in
            product(m, a + offsets[0] * m * k, b + offsets[1] * k * n, out + index * m * n)
          }
        }
      }
    }
  }
}
