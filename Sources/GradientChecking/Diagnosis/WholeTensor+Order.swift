import Tensors

/// A way of taking elements from other places of a tensor.
struct Rearrangement {
  /// For each place of the result, in row-major order, the place that its element comes from; nil
  /// where there is none.
  var sources: [Int?]
  /// The shape of the result.
  var shape: [Int]
  /// Whether elements without source are zero; else they may be anything.
  var fillsWithZero = false
  /// What is done to the tensor: "its axes 0 and 1 are swapped".
  var words: String
}

extension Rearrangement {
  /// Axes in another order, and the memory of that read in the original shape.
  static func transpositions(of shape: [Int]) -> [Rearrangement] {
    guard (2...5).contains(shape.count), shape.filter({ $0 > 1 }).count > 1 else { return [] }
    let count = shape.reduce(1, *)
    let places = try? Tensor<Int>.arange(count).reshaped(shape)
    var result: [Rearrangement] = []
    var reread: [Rearrangement] = []
    for axes in permutations(shape.count).dropFirst() {
      guard let moved = try? places?.permuted(axes) else { continue }
      let words = swapWords(axes)
      result.append(Rearrangement(sources: moved.elements, shape: moved.shape, words: words))
      guard moved.shape != shape else { continue }
      var inverse = [Int?](repeating: nil, count: count)
      for (place, source) in moved.elements.enumerated() { inverse[source] = place }
      let order = "axes in the order \(axes)"
      reread.append(
        Rearrangement(
          sources: moved.elements, shape: shape,
          words: "its memory is that of the tensor with \(order), of shape \(moved.shape)"))
      reread.append(
        Rearrangement(
          sources: inverse, shape: shape,
          words: "its memory was read as if it were of shape \(moved.shape), with \(order)"))
    }
    return result + reread
  }

  private static func swapWords(_ axes: [Int]) -> String {
    let moved = axes.indices.filter { axes[$0] != $0 }
    return moved.count == 2
      ? "its axes \(moved[0]) and \(moved[1]) are swapped" : "its axes are in the order \(axes)"
  }

  /// All orders of `0..<count`, the original one first.
  static func permutations(_ count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return (0..<count).flatMap { first in
      permutations(count - 1).map { rest in [first] + rest.map { $0 < first ? $0 : $0 + 1 } }
    }
  }

  /// Flipped along one axis or several.
  static func reversals(of shape: [Int]) -> [Rearrangement] {
    let axes = shape.indices.filter { shape[$0] > 1 }
    guard (1...5).contains(axes.count) else { return [] }
    return (1..<(1 << axes.count)).map { mask in
      let flipped = axes.indices.filter { mask >> $0 & 1 == 1 }.map { axes[$0] }
      return moving(
        shape, words: "it runs backwards along \(axisWords(flipped, of: shape))"
      ) { index, axis in flipped.contains(axis) ? shape[axis] - 1 - index : index }
    }.sorted { $0.words.count < $1.words.count }
  }

  /// Moved by one along an axis, or along the last two: round the end, or with zeros or anything
  /// for what comes from outside.
  static func shifts(of shape: [Int]) -> [Rearrangement] {
    var result: [Rearrangement] = []
    for axis in shape.indices where shape[axis] > 1 {
      for step in [1, -1] {
        let words =
          "what belongs at index i of \(axisWords([axis], of: shape)) stands at index "
          + "i \(step > 0 ? "+" : "−") 1"
        result.append(
          moving(shape, words: words + ", round the end") { index, along in
            along == axis ? (index - step + shape[axis]) % shape[axis] : index
          })
        var open = moving(shape, words: words) { $1 == axis ? $0 - step : $0 }
        open.fillsWithZero = true
        open.words = words + ", with zeros at the end"
        result.append(open)
        open.fillsWithZero = false
        open.words = words
        result.append(open)
      }
    }
    guard shape.count >= 2 else { return result }
    let (y, x) = (shape.count - 2, shape.count - 1)
    for (down, right) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] where shape[y] > 1 && shape[x] > 1 {
      result.append(
        moving(
          shape,
          words: "it is shifted by one along \(axisWords([y], of: shape)) and along "
            + axisWords([x], of: shape)
        ) { $1 == y ? $0 - down : $1 == x ? $0 - right : $0 })
    }
    return result
  }

  /// Every index along each axis replaced by another one, or by none where that is outside.
  private static func moving(
    _ shape: [Int], words: String, _ source: (_ index: Int, _ axis: Int) -> Int
  ) -> Rearrangement {
    let tables = shape.indices.map { axis in (0..<shape[axis]).map { source($0, axis) } }
    let sources = (0..<shape.reduce(1, *)).map { place -> Int? in
      var result = 0
      for (axis, index) in position(place, in: shape).enumerated() {
        let from = tables[axis][index]
        guard from >= 0, from < shape[axis] else { return nil }
        result = result * shape[axis] + from
      }
      return result
    }
    return Rearrangement(sources: sources, shape: shape, words: words)
  }
}

/// `axis 1 (size 4)`, `axes 0 (size 2) and 1 (size 3)`.
func axisWords(_ axes: [Int], of shape: [Int]) -> String {
  let words = axes.map { "\($0) (size \(shape[$0]))" }
  return (axes.count == 1 ? "axis " : "axes ") + listed(words)
}

/// `a`, `a and b`, `a, b and c`.
func listed(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " and " + last
}

extension WholeTensor {
  /// Axes in another order.
  static func transposed(_ evidence: Evidence) -> Diagnosis? {
    rearranged(
      evidence, .transposed, Rearrangement.transpositions(of: evidence.numeric.shape),
      "transpose it back, or multiply the factors in the other order")
  }

  /// Flipped along axes.
  static func reversed(_ evidence: Evidence) -> Diagnosis? {
    rearranged(
      evidence, .reversed, Rearrangement.reversals(of: evidence.numeric.shape),
      "put the elements in the order of the forward pass")
  }

  /// Shifted by one.
  static func offByOne(_ evidence: Evidence) -> Diagnosis? {
    rearranged(
      evidence, .offByOne, Rearrangement.shifts(of: evidence.numeric.shape),
      "look at where the loop begins and at the index it writes to")
  }

  private static func rearranged(
    _ evidence: Evidence, _ kind: Diagnosis.Kind, _ candidates: [Rearrangement], _ advice: String
  ) -> Diagnosis? {
    guard !evidence.isRight else { return nil }
    let truth = evidence.truth
    for candidate in candidates where candidate.shape == evidence.analytic.shape {
      let predicted = truth.taken(
        from: candidate.sources, otherwiseZero: candidate.fillsWithZero)
      guard
        evidence.isExplained(by: predicted, bits: evidence.shapeIsRight ? 28 : 14)
      else { continue }
      let shape =
        evidence.shapeIsRight
        ? ""
        : " (its shape is \(evidence.analytic.shape) instead of \(evidence.numeric.shape))"
      return Diagnosis(
        kind, "the numbers are right but in the wrong order: \(candidate.words)\(shape); \(advice)")
    }
    return nil
  }

  /// The upstream gradient, rather than the result, is transposed, reversed or shifted.
  static func upstreamRearranged(_ evidence: Evidence) -> Diagnosis? {
    guard let trial = UpstreamTrial(evidence) else { return nil }
    for output in trial.outputs where output.range.count > 1 {
      let same = { (candidate: Rearrangement) in candidate.shape == output.shape }
      let kinds: [(Diagnosis.Kind, [Rearrangement])] = [
        (.transposed, Rearrangement.transpositions(of: output.shape).filter(same)),
        (.reversed, Rearrangement.reversals(of: output.shape)),
        (.offByOne, Rearrangement.shifts(of: output.shape)),
      ]
      for (kind, candidates) in kinds {
        for candidate in candidates
        where candidate.fillsWithZero || !candidate.sources.contains(nil) {
          var upstream = trial.upstream
          for (place, source) in zip(output.range, candidate.sources) {
            upstream[place] = source.map { trial.upstream[output.range.lowerBound + $0] } ?? 0
          }
          guard trial.isExplained(by: upstream) else { continue }
          return Diagnosis(
            kind,
            "the gradient is right for an upstream gradient of `\(output.name)` in another order: "
              + "\(candidate.words); take its elements in the order of the forward pass")
        }
      }
    }
    return nil
  }

  /// Blocks along an axis in another order.
  static func blocksSwapped(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight else { return nil }
    let shape = evidence.numeric.shape
    var candidates: [(axis: Int, count: Int, names: [String]?)] = []
    if let blocks = evidence.blocks {
      candidates = [(blocks.axis, blocks.names.count, blocks.names)]
    }
    // Single indices are reversed or shifted rather than swapped.
    for (axis, size) in shape.enumerated() {
      candidates += [2, 3, 4].filter { size > $0 }.map { (axis, $0, nil) }
    }
    for (axis, count, names) in candidates
    where shape.indices.contains(axis) && count > 1 && shape[axis] % count == 0 {
      guard let order = blockOrder(evidence, axis: axis, count: count) else { continue }
      let name = { (block: Int) in names.map { "`\($0[block])`" } ?? "\(block + 1)" }
      let wrong = order.indices.filter { order[$0] != $0 }
      let swaps = wrong.map { "\(name($0)) holds that of \(name(order[$0]))" }
      return Diagnosis(
        .blocksSwapped,
        "the \(count) blocks along \(axisWords([axis], of: shape)) are right but in another order: "
          + "block \(listed(swaps)); join them in the order of the forward pass")
    }
    return nil
  }

  /// For each block the one whose gradient it holds; nil unless it is another order of all.
  private static func blockOrder(_ evidence: Evidence, axis: Int, count: Int) -> [Int]? {
    let shape = evidence.numeric.shape
    let inner = shape[(axis + 1)...].reduce(1, *) * shape[axis] / count
    let truth = evidence.truth
    let outer = truth.values.count / (inner * count)
    func agrees(_ block: Int, _ source: Int) -> Bool {
      for row in 0..<outer {
        for column in 0..<inner {
          let place = (row * count + source) * inner + column
          guard truth.slack[place].isFinite else { continue }
          let value = evidence.analytic.elements[(row * count + block) * inner + column]
          let error = abs(value - truth.values[place])
          if !(error <= 1e-5 * truth.scale + 2 * truth.slack[place]) { return false }
        }
      }
      return true
    }
    var order: [Int] = []
    for block in 0..<count {
      guard let source = (0..<count).first(where: { !order.contains($0) && agrees(block, $0) })
      else { return nil }
      order.append(source)
    }
    let sources = truth.values.indices.map { place -> Int? in
      let block = place / inner % count
      return place + (order[block] - block) * inner
    }
    return evidence.isExplained(by: truth.taken(from: sources)) ? order : nil
  }
}
