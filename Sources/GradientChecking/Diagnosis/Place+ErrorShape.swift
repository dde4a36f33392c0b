import Tensors

/// Mistakes that are seen in the error: what was returned less what should have been.
let errorShapeHypotheses: [Hypothesis] = [
  targetTermMissing, directPathMissing, diagonalOnly, directPathOnly, statisticsTermMissing,
]

// MARK: - The target class

/// Wrong at one index per line only, which integers among the inputs give.
private let targetTermMissing: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite else { return nil }
  for (name, targets) in evidence.inputs.integers.sorted(by: { $0.key < $1.key }) {
    for axis in sides.shape.indices.reversed() {
      var lines = sides.shape
      let size = lines.remove(at: axis)
      guard size >= 2, lines == targets.shape else { continue }
      let stride = sides.stride(axis)
      let isTarget = { (element: Int) in
        let line = element / (stride * size) * stride + element % stride
        return targets.elements[line] == element / stride % size
      }
      guard sides.isWrongExactly(in: isTarget) else { continue }
      return Diagnosis(
        .targetTermMissing,
        "it is wrong only at the index along axis \(axis) that `\(name)` gives, and right at the "
          + "other \(size - 1): \(targetTerm(sides))")
    }
  }
  return sides.shape.last.flatMap { equalErrorOncePerLine(sides, size: $0) }
}

/// What is wrong at the target, in words.
private func targetTerm(_ sides: SideBySide) -> String {
  let errors = (0..<sides.count).filter { sides.wrong[$0] }.map { sides.error[$0] }
  let mean = errors.reduce(0, +) / Double(errors.count)
  guard errors.allSatisfy({ abs($0 - mean) <= 1e-5 * abs(mean) }) else {
    return "the term of the target (in softmax's loss the −1) is missing or wrong"
  }
  return
    "add \(written(-mean)) there, the term of the target (in softmax's loss the −1, times what "
    + "everything else is multiplied by)"
}

/// The same error at one index of each line of the last axis, wherever that may come from.
private func equalErrorOncePerLine(_ sides: SideBySide, size: Int) -> Diagnosis? {
  let wrong = (0..<sides.count).filter { sides.wrong[$0] }
  let lines = sides.count / size
  guard size >= 3, lines >= 3, wrong.count == lines, Set(wrong.map { $0 / size }).count == lines,
    Set(wrong.map { $0 % size }).count > 1
  else { return nil }
  let errors = wrong.map { sides.error[$0] }
  guard errors.allSatisfy({ abs($0 - errors[0]) <= 1e-5 * abs(errors[0]) }) else { return nil }
  return Diagnosis(
    .targetTermMissing,
    "it is wrong at exactly one index of each line along the last axis, by \(written(errors[0])) each "
      + "time: the term of the target class (in softmax's loss the −1) is missing")
}

// MARK: - The direct path, a penalty

/// The error is the upstream gradient itself.
private let directPathMissing: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite else { return nil }
  for (name, output) in zip(evidence.outputs.names, evidence.outputs.values)
  where output.shape == sides.shape {
    guard let upstream = try? evidence.upstream[name].elements, upstream.count == sides.count,
      sides.isIndependent(of: upstream), Set(upstream).count > 3
    else { continue }
    if sides.errorAgrees(with: upstream.map { -$0 }) {
      return Diagnosis(
        .pathMissing,
        "the upstream gradient of `\(name)` is missing from it: the direct path (the residual) from "
          + "`\(evidence.name)` to `\(name)` passes it unchanged; add it")
    }
    if sides.errorAgrees(with: upstream) {
      return Diagnosis(
        .pathMissing,
        "the upstream gradient of `\(name)` is added once too often: there is no direct path from "
          + "`\(evidence.name)` to `\(name)` that would pass it unchanged")
    }
  }
  return nil
}

/// The upstream gradient as it came, although the outputs are more than their inputs.
private let directPathOnly: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite, let jacobian = evidence.jacobian,
    evidence.outputs.names.count == 1, let name = evidence.outputs.names.first,
    evidence.outputs.values[0].shape == sides.shape
  else { return nil }
  let (elements, columns) = (jacobian.elements, sides.count)
  let largest = elements.reduce(0) { max($0, abs($1)) }
  let mixes = elements.indices.contains {
    $0 / columns != $0 % columns && abs(elements[$0]) > 1e-6 * largest
  }
  guard mixes, sides.agrees(with: evidence.flatUpstream, least: 6) else { return nil }
  return Diagnosis(
    .pathMissing,
    "it is the upstream gradient of `\(name)` as it came, that of a direct path from "
      + "`\(evidence.name)` to `\(name)`: the gradient through the rest of the layer is missing")
}

/// As though each output depended on the input at its own position only.
private let diagonalOnly: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite, let jacobian = evidence.jacobian,
    evidence.outputs.names.count == 1, let name = evidence.outputs.names.first,
    evidence.outputs.values[0].shape == sides.shape
  else { return nil }
  let (upstream, elements) = (evidence.flatUpstream, jacobian.elements)
  let prediction = upstream.indices.map { upstream[$0] * elements[$0 * sides.count + $0] }
  guard sides.agrees(with: prediction, least: 6) else { return nil }
  return Diagnosis(
    .statisticsTermMissing,
    "it is right for the path from each element of `\(evidence.name)` to the same element of "
      + "`\(name)` only: every element of `\(name)` depends on the others too (through a sum, a "
      + "mean or the like); those terms are missing")
}

/// The error is a multiple of the input.
let penalty: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite, sides.count >= 4,
    let input = try? evidence.inputs[evidence.name], input.shape == sides.shape,
    sides.isIndependent(of: input.elements), Set(input.elements).count > 3
  else { return nil }
  let x = input.elements
  // What does not change with the scale of its input has such an error too, where its norm's
  // gradient is missing.
  let products = zip(sides.numeric, x).map { $0 * $1 }
  let size = products.reduce(0) { $0 + abs($1) }
  guard abs(products.reduce(0, +)) > 1e-6 * size else { return nil }
  for (basis, formula) in [(x, "λ·x"), (x.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }, "λ·sign(x)")] {
    // Where all signs are the same, anything may have added the same number to every element.
    guard basis == x || sides.count >= 6 && Set(basis).count > 1 else { continue }
    guard let factor = sides.errorFactor(of: basis),
      sides.errorAgrees(with: basis.map { factor * $0 })
    else { continue }
    let scalar = evidence.outputs.count == 1 ? evidence.flatUpstream.first : nil
    let lambda =
      scalar.map { " (λ is \(written(abs(factor / $0))) for an upstream gradient of 1)" }
      ?? ""
    return Diagnosis(
      .regularization,
      "it differs by \(formula) with λ = \(written(factor)) for every element x of "
        + "`\(evidence.name)`\(lambda): "
        + (factor > 0
          ? "the gradient of a penalty on it is added once too often, or with too large a factor"
          : "the gradient of a penalty on it is missing, or has too small a factor (½λx² gives λx)")
    )
  }
  return nil
}

// MARK: - Comparing errors

extension SideBySide {
  /// The factor that fits the error best as a multiple of a basis.
  func errorFactor(of basis: [Double]) -> Double? {
    var (product, square) = (0.0, 0.0)
    for (element, error) in error.enumerated() where comparable[element] {
      product += error * basis[element]
      square += basis[element] * basis[element]
    }
    return square > 0 ? product / square : nil
  }

  /// Whether the error agrees with a prediction in every comparable element.
  func errorAgrees(with prediction: [Double]) -> Bool {
    let error = error
    let largest = prediction.reduce(0) { max($0, abs($1)) }
    var told = 0
    for element in 0..<count where comparable[element] {
      guard abs(error[element] - prediction[element]) <= 1e-5 * largest + 4 * errorBars[element]
      else { return false }
      if wrong[element] { told += 1 }
    }
    return told >= 4
  }

  /// Whether the right gradient is anything but a multiple of these numbers.
  func isIndependent(of basis: [Double]) -> Bool {
    var (product, square, length) = (0.0, 0.0, 0.0)
    for element in 0..<count where comparable[element] {
      product += numeric[element] * basis[element]
      square += basis[element] * basis[element]
      length += numeric[element] * numeric[element]
    }
    return product * product < (1 - 1e-8) * square * length
  }
}
