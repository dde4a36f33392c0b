import Tensors

extension WholeTensor {
  /// An axis too many, and the sum over it is right.
  static func sumMissing(_ evidence: Evidence) -> Diagnosis? {
    let (shape, wanted) = (evidence.analytic.shape, evidence.numeric.shape)
    guard shape != wanted, shape.count <= 6 else { return nil }
    let truth = evidence.truth
    guard zip(truth.values, truth.slack).contains(where: { $1.isFinite && $0 != 0 }) else {
      return nil
    }
    for summed in subsets(shape.count) where summed.contains(true) {
      let axes = shape.indices.filter { summed[$0] }
      let rest = shape.indices.filter { !summed[$0] }.map { shape[$0] }
      guard axes.allSatisfy({ shape[$0] > 1 }), squeezed(rest) == squeezed(wanted),
        let sum = try? evidence.analytic.sum(axes: axes).reshaped(wanted)
      else { continue }
      var corrected = evidence
      corrected.analytic = sum
      guard corrected.isRight else { continue }
      return Diagnosis(
        .sumMissing,
        "the gradient has shape \(shape) instead of \(wanted), and is right when summed over "
          + "\(axisWords(axes, of: shape)): the forward pass uses every element along "
          + "\(axes.count == 1 ? "that axis" : "those axes") again, so sum over "
          + (axes.count == 1 ? "it" : "them"))
    }
    return nil
  }

  private static func squeezed(_ shape: [Int]) -> [Int] { shape.filter { $0 != 1 } }

  /// What each output number contributes is summed over other axes than it should be.
  static func sumOverWrongAxis(_ evidence: Evidence) -> Diagnosis? {
    if let found = sumOfContributions(evidence) { return found }
    guard evidence.shapeIsRight, !evidence.isRight else { return nil }
    let (truth, shape) = (evidence.truth, evidence.numeric.shape)
    for summed in subsets(shape.count) where summed.contains(true) {
      let axes = shape.indices.filter { summed[$0] && shape[$0] > 1 }
      guard !axes.isEmpty, let sum = try? evidence.numeric.sum(axes: axes, keepingAxes: true),
        let wide = try? sum.broadcast(to: shape),
        evidence.isExplained(by: truth.with(wide.elements))
      else { continue }
      return Diagnosis(
        .sumOverWrongAxis,
        "the gradient is also summed over \(axisWords(axes, of: shape)), where the input has an "
          + "element of its own for each index: leave that sum out")
    }
    return nil
  }

  private static func sumOfContributions(_ evidence: Evidence) -> Diagnosis? {
    guard let jacobian = evidence.jacobian, let output = evidence.outputs.values.first,
      evidence.outputs.values.count == 1, let upstream = evidence.upstream.values.first,
      output.rank <= 5, jacobian.shape == [output.count, evidence.numeric.count],
      upstream.count == output.count, !evidence.isRight,
      let ofOutputs = try? (jacobian.sum(axis: 1) * upstream.flattened()).reshaped(output.shape)
    else { return nil }
    let choices = subsets(output.rank).map { summed in output.shape.indices.filter { summed[$0] } }
    func sum(_ axes: [Int]) -> Tensor<Double>? { try? ofOutputs.sum(axes: axes) }
    let truth = evidence.truth
    let right = choices.first { axes in
      var corrected = evidence
      guard let sum = sum(axes), let same = try? sum.reshaped(evidence.numeric.shape) else {
        return false
      }
      corrected.analytic = same
      return corrected.isRight
    }
    guard let right else { return nil }
    let bar = truth.slack.filter(\.isFinite).max() ?? 0
    for axes in choices where axes != right {
      guard let sum = sum(axes), squeezed(sum.shape) == squeezed(evidence.analytic.shape),
        !axes.isEmpty || evidence.shapeIsRight
      else { continue }
      let predicted = Prediction(
        values: sum.elements, slack: [Double](repeating: bar, count: sum.count))
      guard evidence.isExplained(by: predicted, bits: evidence.shapeIsRight ? 28 : 14) else {
        continue
      }
      func words(_ axes: [Int]) -> String {
        axes.isEmpty ? "no axis" : axisWords(axes, of: output.shape)
      }
      return Diagnosis(
        .sumOverWrongAxis,
        "the gradient is summed over \(words(axes)) of the upstream gradient and should be summed "
          + "over \(words(right)): those are the axes along which the input is used again")
    }
    return nil
  }

  /// Only one index along an axis of an output counts.
  static func onlyOneIndexCounts(_ evidence: Evidence) -> Diagnosis? {
    guard let trial = UpstreamTrial(evidence) else { return nil }
    for slices in trial.slices {
      let last = slices.count - 1
      for index in [last] + (0..<last) {
        let kept = (0..<slices.count).map { $0 == index }
        for alone in trial.outputs.count > 1 ? [false, true] : [true] {
          let upstream = trial.upstream(keeping: kept, of: slices, alone: alone)
          guard trial.isExplained(by: upstream) else { continue }
          let name = index == last ? "the last" : index == 0 ? "the first" : "one"
          return Diagnosis(
            .onlyOneIndexCounts,
            "only \(name) index (\(index)) of axis \(slices.axis) of `\(slices.output.name)` "
              + "counts, and all \(slices.count) should: add up over the axis, with += in a loop")
        }
      }
    }
    return nil
  }

  /// Contributions overwrite each other instead of being added.
  static func assignedInsteadOfAdded(_ evidence: Evidence) -> Diagnosis? {
    guard let trial = UpstreamTrial(evidence), trial.outputs.count == 1,
      let output = trial.outputs.first, output.shape.count <= 5
    else { return nil }
    let threshold = 1e-9 * trial.jacobian.elements.reduce(0) { max($0, abs($1)) }
    // What comes first of a time step's contributions is its own output: nothing was carried back.
    let orders = evidence.timeAxes().isEmpty ? [true, false] : [true]
    for chosen in subsets(output.shape.count) where chosen.contains(true) {
      let keys = output.range.map { place in
        zip(position(place, in: output.shape), zip(output.shape, chosen)).reduce(0) {
          $1.1.1 ? $0 * $1.1.0 + $1.0 : $0
        }
      }
      for isLast in orders {
        func survivor(_ element: Int) -> Double {
          trial.survivor(element, keys: keys, last: isLast, threshold: threshold)
        }
        guard trial.probes.allSatisfy({ trial.isNear(survivor($0), at: $0) }) else { continue }
        let predicted = trial.truth.with((0..<trial.truth.values.count).map(survivor))
        guard evidence.isExplained(by: predicted) else { continue }
        let axes = output.shape.indices.filter { chosen[$0] }
        return Diagnosis(
          .assignedInsteadOfAdded,
          "of the contributions along \(axisWords(axes, of: output.shape)) of `\(output.name)` that "
            + "meet in one element only the \(isLast ? "last" : "first") is kept, where all should "
            + "be added: write += instead of =, or add at repeated indices")
      }
    }
    return nil
  }
}

extension UpstreamTrial {
  /// What the last or first group of outputs that depends on an element contributes to it.
  fileprivate func survivor(
    _ element: Int, keys: [Int], last: Bool, threshold: Double
  ) -> Double {
    let width = truth.values.count
    var (key, sum) = (-1, 0.0)
    for row in keys.indices {
      let derivative = jacobian.elements[row * width + element]
      guard abs(derivative) > threshold else { continue }
      if key < 0 || (last ? keys[row] > key : keys[row] < key) { (key, sum) = (keys[row], 0) }
      if keys[row] == key { sum += derivative * upstream[row] }
    }
    return sum
  }

  fileprivate func isNear(_ value: Double, at element: Int) -> Bool {
    abs(value - evidence.analytic.elements[element])
      <= 2e-5 * max(abs(value), truth.scale) + 4 * truth.slack[element]
  }
}
