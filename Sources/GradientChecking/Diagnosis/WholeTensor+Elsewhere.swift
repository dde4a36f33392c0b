import Tensors

extension WholeTensor {
  /// The right gradient with respect to another input.
  static func otherInputsGradient(_ evidence: Evidence) -> Diagnosis? {
    // Where it is the upstream gradient itself, a derivative is more likely to be missing.
    guard !evidence.isRight, !evidence.upstream.values.contains(evidence.analytic) else {
      return nil
    }
    var names: [String] = []
    for name in evidence.inputs.names where name != evidence.name {
      guard let other = evidence.otherGradients[name], other.shape == evidence.analytic.shape else {
        continue
      }
      let bar = evidence.truth.slack.filter(\.isFinite).max() ?? 0
      let predicted = Prediction(
        values: other.elements, slack: [Double](repeating: bar, count: other.count))
      if evidence.isExplained(by: predicted, bits: 14) { names.append("`\(name)`") }
    }
    guard !names.isEmpty else { return nil }
    return Diagnosis(
      .otherInputsGradient,
      "this is the gradient with respect to \(listed(names)), not to `\(evidence.name)`: look at the "
        + "order or the names in which the backward pass returns its gradients")
  }

  /// The right gradient at the inputs of an earlier forward pass, or at some of them.
  static func staleCache(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight, let forward = evidence.forward,
      let earlier = evidence.earlierInputs, evidence.numeric.count <= 4096
    else { return nil }
    let truth = evidence.truth
    let elements = evidence.analytic.elements
    let probes = truth.slack.indices.sorted {
      abs(elements[$0] - truth.values[$0]) > abs(elements[$1] - truth.values[$1])
    }.prefix(3)
    let sets = [evidence.inputs.names] + evidence.inputs.names.map { [$0] }
    for stale in sets {
      var inputs = evidence.inputs
      for name in stale {
        guard let old = try? earlier[name] else { continue }
        inputs.set(name, to: old)
      }
      if stale.count == inputs.names.count {
        (inputs.integers, inputs.masks) = (earlier.integers, earlier.masks)
      }
      guard inputs != evidence.inputs else { continue }
      func derivative(_ element: Int) -> Double {
        derivativeOfLoss(element, inputs, evidence, forward) ?? .nan
      }
      func isNear(_ element: Int) -> Bool {
        abs(derivative(element) - elements[element])
          <= 1e-5 * truth.scale + 4 * (truth.slack[element].isFinite ? truth.slack[element] : 0)
      }
      guard probes.allSatisfy(isNear) else { continue }
      let predicted = Prediction(
        values: elements.indices.map(derivative),
        slack: truth.slack.map { $0.isFinite ? $0 + 1e-7 * truth.scale : 1e-7 * truth.scale })
      guard evidence.isExplained(by: predicted) else { continue }
      let words = stale.count == 1 ? "`\(stale[0])`" : "the inputs"
      return Diagnosis(
        .staleCache,
        "the gradient is right for \(words) of an earlier call of the forward pass: the backward "
          + "pass reads a cache that the last forward pass did not refresh")
    }
    return nil
  }

  /// The derivative of `Σ upstream·output` by one number of the input, by a difference over five
  /// points.
  private static func derivativeOfLoss(
    _ element: Int, _ inputs: NamedTensors<Double>, _ evidence: Evidence,
    _ forward: (NamedTensors<Double>) throws -> NamedTensors<Double>
  ) -> Double? {
    guard let input = try? inputs[evidence.name], element < input.count else { return nil }
    let step = 1e-3 * max(1e-3, abs(input.elements[element]))
    func loss(_ distance: Double) throws -> Double {
      var (moved, others) = (input, inputs)
      moved.withUnsafeMutableElements { $0[element] += distance }
      others.set(evidence.name, to: moved)
      let outputs = try forward(others)
      return try evidence.upstream.names.reduce(0) {
        try $0 + (outputs[$1] * evidence.upstream[$1]).sum()
      }
    }
    return try? (8 * (loss(step) - loss(-step)) - (loss(2 * step) - loss(-2 * step))) / (12 * step)
  }

  /// Another shape, whatever the numbers are.
  static func wrongShape(_ evidence: Evidence) -> Diagnosis? {
    let (shape, wanted) = (evidence.analytic.shape, evidence.numeric.shape)
    guard shape != wanted else { return nil }
    var corrected = evidence
    if let same = try? evidence.analytic.reshaped(wanted) { corrected.analytic = same }
    let advice =
      corrected.isRight
      ? "its numbers are right: reshape it to \(wanted)"
      : shape.count == wanted.count && shape == wanted.reversed()
        ? "transpose it, and look at its numbers then"
        : "a gradient has the shape of what it is the gradient of"
    return Diagnosis(
      .wrongShape, "the gradient has shape \(shape), and the input has \(wanted); \(advice)")
  }
}
