import Tensors

extension WholeTensor {
  /// Of the uses of a weight or bias, only one counts, or all but one do: one time step, one sample.
  ///
  /// The uses do not show in the derivatives of the outputs, but in another input's: where
  /// `a = x·W + b` and x is used nowhere else, `dW = Σ xᵀ·da` and `dx = da·Wᵀ` give
  /// `dW·Wᵀ = Σ xᵀ·dx` and `db·Wᵀ = Σ dx`, term by term.
  static func oneUseCounts(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight, (1...2).contains(evidence.numeric.rank),
      evidence.comparable.trueCount == evidence.numeric.count
    else { return nil }
    for weights in weights(of: evidence) {
      for (name, input) in zip(evidence.inputs.names, evidence.inputs.values)
      where name != evidence.name && input.rank >= 2 && input.shape.last == weights.inner {
        guard let gradient = evidence.otherGradients[name], gradient.shape == input.shape else {
          continue
        }
        let uses = Uses(
          input: input, gradient: gradient, weight: weights.weight, isTransposed: weights.turned,
          bar: evidence.truth.slack.max() ?? 0)
        if let found = oneUse(of: name, uses, evidence) { return found }
      }
    }
    return nil
  }

  private struct Weights {
    /// `[D, M]`, so that x·W is meant.
    var weight: Tensor<Double>
    /// Whether the gradient in question is that of the weight's transpose.
    var turned: Bool
    var inner: Int { weight.shape[0] }
  }

  /// The weights that the input in question may be or be added to.
  private static func weights(of evidence: Evidence) -> [Weights] {
    let isWeight = evidence.numeric.rank == 2
    return zip(evidence.inputs.names, evidence.inputs.values).flatMap { name, tensor -> [Weights] in
      guard tensor.rank == 2, isWeight == (name == evidence.name) else { return [] }
      return [
        Weights(weight: tensor, turned: false), Weights(weight: tensor.transposed(), turned: true),
      ].filter { isWeight || $0.weight.shape[1] == evidence.numeric.count }
    }
  }

  /// A matrix product's input with its right gradient, and the weight.
  private struct Uses {
    var input: Tensor<Double>
    var gradient: Tensor<Double>
    var weight: Tensor<Double>
    var isTransposed: Bool
    var bar: Double

    /// `dW·Wᵀ`, or `db·Wᵀ` as a row.
    func seen(_ parameter: Tensor<Double>) -> Tensor<Double>? {
      let matrix =
        parameter.rank == 1
        ? try? parameter.expandingAxis(at: 0) : isTransposed ? parameter.transposed() : parameter
      return try? matrix?.matrixMultiplied(by: weight.transposed())
    }

    /// `xᵀ·dx`, or the sum of `dx` as a row, over all places or those with an index along an axis.
    func part(asWeight: Bool, axis: Int = 0, index: Int? = nil) -> Tensor<Double>? {
      let width = weight.shape[0]
      var (x, dx): ([Double], [Double]) = ([], [])
      let stride = input.shape[(axis + 1)...].reduce(1, *)
      for place in input.elements.indices
      where index == nil || place / stride % input.shape[axis] == index {
        x.append(input.elements[place])
        dx.append(gradient.elements[place])
      }
      let rows = [dx.count / width, width]
      guard let x = try? Tensor(x, shape: rows), let dx = try? Tensor(dx, shape: rows) else {
        return nil
      }
      return asWeight
        ? try? x.transposed().matrixMultiplied(by: dx) : try? dx.sum(axis: 0, keepingAxis: true)
    }

    /// Whether a parameter's gradient is of these uses, and of how many numbers that is certain.
    func agrees(_ seen: Tensor<Double>, _ part: Tensor<Double>?) -> Bool {
      guard let part, part.shape == seen.shape, part.count >= 3 else { return false }
      let scale = part.elements.reduce(0) { max($0, abs($1)) }
      let spread = weight.elements.reduce(0) { max($0, abs($1)) } * Double(weight.shape[1])
      let allowed = 1e-5 * scale + 4 * bar * spread
      let telling = part.elements.filter { abs($0) > 100 * allowed }.count
      return telling >= 3
        && zip(seen.elements, part.elements).allSatisfy { abs($0 - $1) <= allowed }
    }
  }

  private static func oneUse(of name: String, _ uses: Uses, _ evidence: Evidence) -> Diagnosis? {
    let isWeight = evidence.numeric.rank == 2
    guard let right = uses.seen(evidence.numeric), let seen = uses.seen(evidence.analytic),
      !uses.agrees(seen, right)
    else { return nil }
    let all = uses.part(asWeight: isWeight)
    guard uses.agrees(right, all) else {
      // The input of the first step of a recurrence only.
      guard uses.agrees(seen, all) else { return nil }
      return Diagnosis(
        .assignedInsteadOfAdded,
        "only the use together with `\(name)`, that of the first step, counts, and all steps should "
          + "be added: write += instead of = in the loop over the steps")
    }
    for axis in 0..<(uses.input.rank - 1) where uses.input.shape[axis] > 1 {
      let size = uses.input.shape[axis]
      for index in 0..<size {
        guard let part = uses.part(asWeight: isWeight, axis: axis, index: index) else { continue }
        let place = "index \(index) of axis \(axis) of `\(name)` (size \(size))"
        if uses.agrees(seen, part) {
          return Diagnosis(
            axis > 0 && index == 0 ? .assignedInsteadOfAdded : .onlyOneIndexCounts,
            "only \(place) counts, and all should be added: write += instead of = in the loop over "
              + "that axis")
        }
        if let all, let rest = try? all - part, uses.agrees(seen, rest) {
          return Diagnosis(
            .pathMissing,
            "the contribution of \(place) is missing, and the rest is right: look at where the loop "
              + "begins and ends")
        }
      }
    }
    return nil
  }
}
