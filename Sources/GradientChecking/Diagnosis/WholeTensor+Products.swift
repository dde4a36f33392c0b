import Tensors

extension WholeTensor {
  /// A square matrix by which the gradient is multiplied should be transposed, or should not.
  ///
  /// The right gradient is `p·Aᵀ` or `Aᵀ·p` (with `A` or its transpose), which gives p; the wrong
  /// one is then `p·A` or `A·p`.
  static func factorNotTransposed(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight, evidence.numeric.rank == 2,
      evidence.comparable.trueCount == evidence.numeric.count
    else { return nil }
    let shape = evidence.numeric.shape
    for (name, matrix) in zip(evidence.inputs.names, evidence.inputs.values)
    where name != evidence.name && matrix.rank == 2 && matrix.shape[0] == matrix.shape[1] {
      let size = matrix.shape[0]
      guard size > 1, size <= 128 else { continue }
      for isTransposed in [true, false] {
        let right = isTransposed ? matrix.transposed() : matrix
        let wrong = right.transposed()
        if shape[1] == size, explains(evidence, numeric: evidence.numeric, right, wrong) {
          return notTransposed(name, isTransposed, "from the right")
        }
        if shape[0] == size {
          var turned = evidence
          turned.analytic = evidence.analytic.transposed()
          turned.numeric = evidence.numeric.transposed()
          turned.errorBars = evidence.errorBars.transposed()
          turned.comparable = Tensor(repeating: true, shape: turned.numeric.shape)
          if explains(turned, numeric: turned.numeric, wrong, right) {
            return notTransposed(name, isTransposed, "from the left")
          }
        }
      }
    }
    return nil
  }

  /// Whether the gradient is `p·wrong` where the right one is `p·right`.
  private static func explains(
    _ evidence: Evidence, numeric: Tensor<Double>, _ right: Tensor<Double>, _ wrong: Tensor<Double>
  ) -> Bool {
    // p·right = g: solve rightᵀ·pᵀ = gᵀ.
    guard let solved = solution(of: right.transposed(), numeric.transposed()),
      let predicted = try? solved.transposed().matrixMultiplied(by: wrong)
    else { return false }
    let growth = 1 + solved.elements.reduce(0) { max($0, abs($1)) }
    return evidence.isExplained(
      by: Prediction(
        values: predicted.elements, slack: evidence.truth.slack.map { $0 * growth * 10 }))
  }

  private static func notTransposed(_ name: String, _ should: Bool, _ side: String) -> Diagnosis {
    Diagnosis(
      .transposed,
      should
        ? "the gradient is multiplied \(side) by `\(name)` and should be by its transpose; it is "
          + "square, so that the shapes do not tell"
        : "the gradient is multiplied \(side) by the transpose of `\(name)` and should be by "
          + "`\(name)` itself; it is square, so that the shapes do not tell")
  }

  /// Solves `a·x = b` by elimination with pivots; nil where `a` is nearly singular.
  static func solution(of a: Tensor<Double>, _ b: Tensor<Double>) -> Tensor<Double>? {
    let (size, width) = (a.shape[0], b.shape[1])
    var rows = (0..<size).map { row in
      Array(a.elements[(row * size)..<((row + 1) * size)])
        + Array(b.elements[(row * width)..<((row + 1) * width)])
    }
    let largest = a.elements.reduce(0) { max($0, abs($1)) }
    for column in 0..<size {
      guard let pivot = (column..<size).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
        abs(rows[pivot][column]) > 1e-4 * largest
      else { return nil }
      rows.swapAt(column, pivot)
      for row in 0..<size where row != column {
        let factor = rows[row][column] / rows[column][column]
        guard factor != 0 else { continue }
        for place in column..<(size + width) { rows[row][place] -= factor * rows[column][place] }
      }
    }
    let result = rows.indices.flatMap { row in rows[row][size...].map { $0 / rows[row][row] } }
    return try? Tensor(result, shape: [size, width])
  }
}
