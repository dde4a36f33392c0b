import Tensors

/// The largest eigenvalues of a symmetric matrix, falling, with eigenvectors of length 1.
///
/// By subspace iteration with a Rayleigh–Ritz step at the end: a component is as exact as its
/// eigenvalue stands clear of those left out, which is enough to choose filters by. Where all are
/// wanted, the result is exact.
///
/// Source: Golub, Van Loan, "Matrix Computations", 4th edition, sections 8.2.4 and 8.5.
///
/// Shapes: matrix `[D, D]`, positive semidefinite; result: `count` values, vectors `[count, D]`.
/// - Parameter count: At most D.
func principalComponents(
  of matrix: Tensor<Double>, count: Int, using generator: inout SeededGenerator
) throws -> (values: [Double], vectors: Tensor<Double>) {
  let size = matrix.shape[0]
  // A few more than wanted, so that the last of those wanted stand clear too.
  let width = min(size, count + 8)
  var basis = Tensor<Double>.randomNormal([width, size], using: &generator)
  for _ in 0..<(width == size ? 1 : 25) {
    basis = orthonormalized(try basis.matrixMultiplied(by: matrix), using: &generator)
  }
  let small = try basis.matrixMultiplied(by: matrix)
    .matrixMultiplied(by: basis, transposingOther: true)
  let (values, rotations) = jacobiEigenvectors(small)
  let order = values.indices.sorted { values[$0] > values[$1] }.prefix(count)
  let vectors = try rotations.matrixMultiplied(by: basis)
  return (order.map { values[$0] }, try .stacking(order.map { try vectors[$0, .all] }))
}

/// The rows made perpendicular to one another, length 1; a row that depends on those before it is
/// replaced with a random one.
private func orthonormalized(
  _ matrix: Tensor<Double>, using generator: inout SeededGenerator
) -> Tensor<Double> {
  var result = matrix
  let (count, size) = (matrix.shape[0], matrix.shape[1])
  result.withUnsafeMutableElements { rows in
    for row in 0..<count {
      var before = 0.0
      for column in 0..<size { before += rows[row * size + column] * rows[row * size + column] }
      // Twice is enough (Kahan, Parlett).
      var pass = 0
      while pass < 2 {
        for other in 0..<row {
          var product = 0.0
          for column in 0..<size {
            product += rows[row * size + column] * rows[other * size + column]
          }
          for column in 0..<size {
            rows[row * size + column] -= product * rows[other * size + column]
          }
        }
        var square = 0.0
        for column in 0..<size { square += rows[row * size + column] * rows[row * size + column] }
        if square <= 1e-24 * before || square == 0 {
          for column in 0..<size { rows[row * size + column] = generator.normal() }
          (before, pass) = (Double(size), 0)
          continue
        }
        let scale = 1 / square.squareRoot()
        for column in 0..<size { rows[row * size + column] *= scale }
        (before, pass) = (1, pass + 1)
      }
    }
  }
  return result
}

/// All eigenvalues of a small symmetric matrix by Jacobi's rotations, with the eigenvectors as rows.
private func jacobiEigenvectors(
  _ matrix: Tensor<Double>
) -> (values: [Double], vectors: Tensor<Double>) {
  let size = matrix.shape[0]
  var (a, vectors) = (matrix, Tensor<Double>.identity(size))
  a.withUnsafeMutableElements { a in
    vectors.withUnsafeMutableElements { vectors in
      for _ in 0..<30 {
        var off = 0.0
        var diagonal = 0.0
        for p in 0..<size {
          diagonal += a[p * size + p] * a[p * size + p]
          for q in 0..<p { off += a[p * size + q] * a[p * size + q] }
        }
        if off <= 1e-24 * diagonal { return }
        for p in 0..<size {
          for q in p + 1..<size where a[p * size + q] != 0 {
            let theta = (a[q * size + q] - a[p * size + p]) / (2 * a[p * size + q])
            let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
            let c = 1 / (t * t + 1).squareRoot()
            let s = t * c
            for k in 0..<size {
              let (x, y) = (a[k * size + p], a[k * size + q])
              (a[k * size + p], a[k * size + q]) = (c * x - s * y, s * x + c * y)
            }
            for k in 0..<size {
              let (x, y) = (a[p * size + k], a[q * size + k])
              (a[p * size + k], a[q * size + k]) = (c * x - s * y, s * x + c * y)
              let (v, w) = (vectors[p * size + k], vectors[q * size + k])
              (vectors[p * size + k], vectors[q * size + k]) = (c * v - s * w, s * v + c * w)
            }
          }
        }
      }
    }
  }
  return ((0..<size).map { a[$0, $0] }, vectors)
}
