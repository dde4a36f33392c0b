import Tensors

/// The error of each line along some axes is what a term through the mean, the variance or a sum
/// over these axes would have been.
let statisticsTermMissing: Hypothesis = { evidence in
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
  // Where the same number was added to every element of a line, no other shape says more.
  var vague: Set<[Int]> = []
  for shape in StatisticsError.all(input: input.elements, outputs: evidence.outputs, sides) {
    for (axes, lines) in lines where !vague.contains(axes) {
      guard let bases = shape.bases(lines) else { continue }
      let errors = lines.fit(sides.error, bases, wrong: sides.wrong, errorBars: sides.errorBars)
      guard errors.fits, errors.freedom >= 4, 10 * errors.wrongLines >= 9 * lines.members.count,
        !lines.fit(sides.numeric, bases, wrong: sides.telling, errorBars: sides.errorBars).fits
      else { continue }
      guard shape.isPossible(lines, sides, evidence.jacobian),
        lines.areCoupled(evidence.jacobian, columns: sides.count)
      else {
        vague.insert(axes)
        continue
      }
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
  /// Whether the same number may have been added to every element for any other reason too.
  var isVague = false

  /// Whether such a term may be missing: a mean is subtracted, so that the right gradients add up
  /// to zero, or else added.
  func isPossible(_ lines: Lines, _ sides: SideBySide, _ jacobian: Tensor<Double>?) -> Bool {
    guard isVague, !lines.sumToZero(sides) else { return true }
    return jacobian.map { lines.isAddedTo($0, columns: sides.count) } ?? false
  }

  static func all(
    input x: [Double], outputs: NamedTensors<Double>, _ sides: SideBySide
  ) -> [StatisticsError] {
    let ones = [Double](repeating: 1, count: x.count)
    let missing = "is missing or wrong"
    var result = [
      StatisticsError(
        pattern: "the same for all elements",
        meaning: "the term through the mean (or the sum) over that axis \(missing)",
        bases: { _ in [ones] }, isVague: true),
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

  /// Whether the right gradients of each line add up to zero.
  func sumToZero(_ sides: SideBySide) -> Bool {
    members.allSatisfy { line in
      let size = line.reduce(0) { $0 + abs(sides.numeric[$1]) + 4 * sides.errorBars[$1] }
      let bars = line.reduce(0) { $0 + 4 * sides.errorBars[$1] }
      return abs(line.reduce(0) { $0 + sides.numeric[$1] }) <= 1e-6 * size + bars
    }
  }

  /// Whether for each line some output depends on (nearly) all of it, as on a mean.
  func areCoupled(_ jacobian: Tensor<Double>?, columns: Int) -> Bool {
    guard let jacobian else { return true }
    let elements = jacobian.elements
    return members.allSatisfy { line in
      line.isEmpty
        || (0..<jacobian.shape[0]).contains { row in
          let largest = line.reduce(0) { max($0, abs(elements[row * columns + $1])) }
          let reached = line.filter { abs(elements[row * columns + $0]) > 1e-9 * largest }
          return largest > 0 && 3 * reached.count >= 2 * line.count
        }
    }
  }

  /// Whether every output depends on all elements of a line alike, but for one.
  func isAddedTo(_ jacobian: Tensor<Double>, columns: Int) -> Bool {
    let elements = jacobian.elements
    return members.allSatisfy { line in
      (0..<jacobian.shape[0]).allSatisfy { row in
        let values = line.map { elements[row * columns + $0] }.sorted()
        let (low, high) = (values.dropLast(), values.dropFirst())
        let allowed = 1e-6 * max(abs(values.first ?? 0), abs(values.last ?? 0))
        return (low.last ?? 0) - (low.first ?? 0) <= allowed
          || (high.last ?? 0) - (high.first ?? 0) <= allowed
      }
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
