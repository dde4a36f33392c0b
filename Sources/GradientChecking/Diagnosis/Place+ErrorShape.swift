import Tensors

/// Mistakes that are seen in the error: what was returned less what should have been.
let errorShapeHypotheses: [Hypothesis] = [
  targetTermMissing, directPathMissing, diagonalOnly, penalty, statisticsTermMissing,
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
private let penalty: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite, sides.count >= 5,
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

// MARK: - Statistics over axes

/// The error of each line along some axes is what a term through the mean, the variance or a sum
/// over these axes would have been.
private let statisticsTermMissing: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite,
    let input = try? evidence.inputs[evidence.name], input.shape == sides.shape
  else { return nil }
  let wide = sides.shape.indices.filter { sides.shape[$0] > 1 }
  guard !wide.isEmpty, wide.count <= 5 else { return nil }
  let subsets = (1..<1 << wide.count).map { bits in
    wide.indices.filter { bits >> $0 & 1 == 1 }.map { wide[$0] }
  }
  func size(_ axes: [Int]) -> Int { axes.reduce(1) { $0 * sides.shape[$1] } }
  let lines = subsets.filter { size($0) >= 3 }.sorted { size($0) > size($1) }
    .map { (axes: $0, lines: Lines(sides, along: $0)) }
  for shape in StatisticsError.all(input: input.elements, outputs: evidence.outputs, sides) {
    for (axes, lines) in lines {
      guard let bases = shape.bases(lines) else { continue }
      let errors = lines.fit(sides.error, bases, wrong: sides.wrong, errorBars: sides.errorBars)
      guard errors.fits, errors.freedom >= 4, 10 * errors.wrongLines >= 9 * lines.members.count,
        !lines.fit(sides.numeric, bases, wrong: sides.telling, errorBars: sides.errorBars).fits
      else { continue }
      let place =
        axes.count == 1
        ? "axis \(axes[0]) (\(size(axes)) elements)"
        : "axes \(list(axes.map(String.init))) (\(size(axes)) elements together)"
      return Diagnosis(
        .statisticsTermMissing, "along \(place) the error is \(shape.pattern): \(shape.meaning)")
    }
  }
  return nil
}

/// A shape that errors along a line have, and what it means.
private struct StatisticsError {
  var pattern: String
  var meaning: String
  /// What the errors of a line are a combination of.
  var bases: (Lines) -> [[Double]]?

  static func all(
    input x: [Double], outputs: NamedTensors<Double>, _ sides: SideBySide
  ) -> [StatisticsError] {
    let ones = [Double](repeating: 1, count: x.count)
    let missing = "is missing or wrong"
    var result = [
      StatisticsError(
        pattern: "the same for all elements",
        meaning: "the term through the mean (or the sum) over that axis \(missing)"
      ) { _ in [ones] },
      StatisticsError(
        pattern: "in proportion to x − mean(x)",
        meaning: "the term through the variance over that axis \(missing)"
      ) { [$0.centred(x)] },
      StatisticsError(
        pattern: "in proportion to x",
        meaning: "the term through the norm (or the mean of squares) over that axis \(missing)"
      ) { _ in [x] },
      StatisticsError(
        pattern: "a combination of a constant and x",
        meaning: "the terms through the mean and the variance over that axis are missing or wrong"
      ) { _ in [ones, x] },
      StatisticsError(
        pattern: "in proportion to softmax(x)",
        meaning: "the term through softmax's sum over that axis \(missing)"
      ) { [$0.softmax(x)] },
    ]
    for (name, y) in zip(outputs.names, outputs.values) where y.shape == sides.shape {
      result.append(
        StatisticsError(
          pattern: "in proportion to the output `\(name)`",
          meaning: "the term through the sum over that axis \(missing)"
        ) { _ in [y.elements] })
    }
    return result
  }
}

/// The elements of a tensor in groups that differ in their indices along some axes only.
private struct Lines {
  /// The comparable elements of each line.
  var members: [[Int]]

  init(_ sides: SideBySide, along axes: [Int]) {
    let others = sides.shape.indices.filter { !axes.contains($0) }
    let count = others.reduce(1) { $0 * sides.shape[$1] }
    members = Array(repeating: [], count: count)
    for element in 0..<sides.count where sides.comparable[element] {
      let line = others.reduce(0) { $0 * sides.shape[$1] + sides.index(element, along: $1) }
      members[line].append(element)
    }
  }

  func centred(_ x: [Double]) -> [Double] {
    mapping(x) { line in
      let mean = line.reduce(0, +) / Double(line.count)
      return line.map { $0 - mean }
    }
  }

  func softmax(_ x: [Double]) -> [Double] {
    mapping(x) { line in
      let largest = line.max() ?? 0
      let powers = line.map { Double.exp($0 - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }

  private func mapping(_ x: [Double], _ change: ([Double]) -> [Double]) -> [Double] {
    var result = x
    for line in members {
      for (element, value) in zip(line, change(line.map { x[$0] })) { result[element] = value }
    }
    return result
  }

  /// Whether the values of each line are a combination of the bases there.
  ///
  /// - Returns: Whether they are; how many lines have a wrong element; and by how much the number of
  ///   elements in these exceeds that of the coefficients.
  func fit(
    _ values: [Double], _ bases: [[Double]], wrong: [Bool], errorBars: [Double]
  ) -> (fits: Bool, wrongLines: Int, freedom: Int) {
    let largest = values.indices.reduce(0.0) { wrong[$1] ? max($0, abs(values[$1])) : $0 }
    var (wrongLines, freedom) = (0, 0)
    for line in members {
      var rest = line.map { values[$0] }
      var axes: [[Double]] = []
      for basis in bases {
        var axis = line.map { basis[$0] }
        let before = dot(axis, axis)
        for other in axes { axis = subtract(dot(axis, other), of: other, from: axis) }
        let after = dot(axis, axis)
        guard after > 1e-12 * before else { continue }
        axes.append(axis.map { $0 / after.squareRoot() })
      }
      for axis in axes { rest = subtract(dot(rest, axis), of: axis, from: rest) }
      for (element, rest) in zip(line, rest)
      where abs(rest) > 1e-5 * largest + 4 * errorBars[element] {
        return (false, wrongLines, freedom)
      }
      guard line.contains(where: { wrong[$0] }) else { continue }
      wrongLines += 1
      // Where every basis is zero, so must the values be, yet they often are.
      freedom += line.filter { element in bases.contains { $0[element] != 0 } }.count - axes.count
    }
    return (true, wrongLines, freedom)
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func subtract(_ factor: Double, of a: [Double], from b: [Double]) -> [Double] {
    zip(a, b).map { $1 - factor * $0 }
  }
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
