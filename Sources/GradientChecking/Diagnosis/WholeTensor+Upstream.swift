import Tensors

extension WholeTensor {
  /// The gradient for upstream gradients of one.
  static func upstreamForgotten(_ evidence: Evidence) -> Diagnosis? {
    if let trial = UpstreamTrial(evidence) {
      for chosen in subsets(trial.outputs.count) where chosen.contains(true) {
        var upstream = trial.upstream
        for (output, isChosen) in zip(trial.outputs, chosen) where isChosen {
          for place in output.range { upstream[place] = 1 }
        }
        guard trial.isExplained(by: upstream, bits: 20) else { continue }
        let names = zip(trial.outputs, chosen).filter(\.1).map { "`\($0.0.name)`" }
        return Diagnosis(
          .upstreamForgotten,
          "the gradient is that of the sum of \(listed(names)), as if the upstream gradient were 1 "
            + "everywhere: multiply by the upstream gradient, as the chain rule says")
      }
    }
    // With a Jacobian it would be known what else is wrong; without, the pass itself is asked.
    guard evidence.jacobian == nil, let backward = evidence.backward, !evidence.isRight,
      evidence.analytic.elements.contains(where: { $0 != 0 }),
      let twice = try? backward(evidence.upstream(scaledBy: 2)),
      let negative = try? backward(evidence.upstream(scaledBy: -3)),
      twice == evidence.analytic, negative == evidence.analytic
    else { return nil }
    return Diagnosis(
      .upstreamForgotten,
      "the gradient stays the same whatever the upstream gradient is: multiply by the upstream "
        + "gradient, as the chain rule says")
  }

  /// The upstream gradient enters squared.
  static func upstreamUsedTwice(_ evidence: Evidence) -> Diagnosis? {
    let message =
      "the upstream gradient enters twice, so that the gradient grows with its square: multiply by "
      + "it once on every path"
    if let trial = UpstreamTrial(evidence),
      trial.isExplained(by: trial.upstream.map { $0 * $0 }, bits: 20)
    {
      return Diagnosis(.upstreamUsedTwice, message)
    }
    guard let backward = evidence.backward, !evidence.isRight, evidence.analytic.count > 0,
      let largest = evidence.analytic.elements.map({ abs($0) }).max(), largest > 0
    else { return nil }
    for factor in [2.0, -3.0] {
      guard let other = try? backward(evidence.upstream(scaledBy: factor)),
        other.shape == evidence.analytic.shape,
        zip(other.elements, evidence.analytic.elements).allSatisfy({
          abs($0 - factor * factor * $1) <= 1e-6 * largest
        })
      else { return nil }
    }
    return Diagnosis(.upstreamUsedTwice, message)
  }

  /// Only some of several outputs, or of the indices along an output's axis, reach the input.
  static func pathMissing(_ evidence: Evidence) -> Diagnosis? {
    guard let trial = UpstreamTrial(evidence) else { return nil }
    for kept in subsets(trial.outputs.count) where kept.contains(true) && kept.contains(false) {
      var upstream = trial.upstream
      for (output, isKept) in zip(trial.outputs, kept) where !isKept {
        for place in output.range { upstream[place] = 0 }
      }
      guard trial.isExplained(by: upstream) else { continue }
      func names(_ wanted: Bool) -> String {
        listed(zip(trial.outputs, kept).filter { $1 == wanted }.map { "`\($0.0.name)`" })
      }
      return Diagnosis(
        .pathMissing,
        "the gradient through \(names(true)) is right, the one through \(names(false)) is missing: "
          + "add it, for the upstream gradient of every output reaches this input")
    }
    return indexMissing(evidence, trial)
  }

  /// What passes through some indices of an axis of an output is missing.
  private static func indexMissing(_ evidence: Evidence, _ trial: UpstreamTrial) -> Diagnosis? {
    for slices in trial.slices where slices.count > 2 {
      let sets = slices.count <= 4 ? subsets(slices.count) : leavingOneOut(slices.count)
      for kept in sets where kept.contains(false) && kept.filter({ $0 }).count > 1 {
        let predicted = trial.upstream(keeping: kept, of: slices)
        guard trial.isExplained(by: predicted), trial.hasTellingNumbers(predicted) else { continue }
        let missing = kept.indices.filter { !kept[$0] }.map { "\($0)" }
        return Diagnosis(
          .pathMissing,
          "everything that passes through \(missing.count > 1 ? "indices" : "index") "
            + "\(listed(missing)) of axis \(slices.axis) of `\(slices.output.name)` (size "
            + "\(slices.count)) is missing, and the rest is right: look at where the loop begins "
            + "and ends")
      }
    }
    return nil
  }

  /// The upstream gradient itself is missing from the sum, or stands in it once too often.
  static func directPath(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight else { return nil }
    let truth = evidence.truth
    for name in evidence.upstream.names {
      guard let upstream = try? evidence.upstream[name], upstream.shape == evidence.numeric.shape
      else { continue }
      let without = truth.with(zip(truth.values, upstream.elements).map { $0 - $1 })
      if evidence.isExplained(by: without) {
        return Diagnosis(
          .pathMissing,
          "the upstream gradient of `\(name)` itself is missing: beside the path through the layer "
            + "there is a direct one from `\(evidence.name)` to `\(name)` (a residual connection); "
            + "add the upstream gradient")
      }
      let twice = truth.with(zip(truth.values, upstream.elements).map { $0 + $1 })
      if evidence.isExplained(by: twice) {
        return Diagnosis(
          .pathMissing,
          "the upstream gradient of `\(name)` is added once too often: the path through the layer "
            + "is right, and the direct path beside it is counted twice or does not exist")
      }
    }
    return nil
  }

  /// All choices of `true` and `false`; none of too many.
  static func subsets(_ count: Int) -> [[Bool]] {
    guard count <= 6 else { return leavingOneOut(count) }
    return (0..<(1 << count)).map { mask in (0..<count).map { mask >> $0 & 1 == 1 } }
  }

  private static func leavingOneOut(_ count: Int) -> [[Bool]] {
    (0..<count).map { left in (0..<count).map { $0 != left } }
  }
}

extension Evidence {
  func upstream(scaledBy factor: Double) -> NamedTensors<Double> {
    var result = upstream
    for (name, tensor) in zip(upstream.names, upstream.values) {
      result.set(name, to: tensor * factor)
    }
    return result
  }
}

extension UpstreamTrial {
  /// The places of the numbers of an output at each index along one of its axes.
  struct Slices {
    var output: Output
    var axis: Int
    var count: Int { output.shape[axis] }

    func index(ofPlace place: Int) -> Int {
      (place - output.range.lowerBound) / output.shape[(axis + 1)...].reduce(1, *) % count
    }
  }

  /// All axes of all outputs that have more than one index.
  var slices: [Slices] {
    outputs.flatMap { output in
      output.shape.indices.filter { output.shape[$0] > 1 }.map { Slices(output: output, axis: $0) }
    }
  }

  /// The upstream gradients with zeros at the other indices along an axis, and with or without the
  /// other outputs.
  func upstream(keeping kept: [Bool], of slices: Slices, alone: Bool = false) -> [Double] {
    var result = alone ? [Double](repeating: 0, count: upstream.count) : upstream
    for place in slices.output.range {
      result[place] = kept[slices.index(ofPlace: place)] ? upstream[place] : 0
    }
    return result
  }

  /// Whether a prediction has at least two numbers besides zero where the right gradient has others.
  func hasTellingNumbers(_ other: [Double]) -> Bool {
    guard let predicted = prediction(other) else { return false }
    let floor = 1e-4 * truth.scale
    return predicted.values.indices.filter {
      truth.slack[$0].isFinite && abs(predicted.values[$0]) > floor + 8 * truth.slack[$0]
        && abs(predicted.values[$0] - truth.values[$0]) > floor + 8 * truth.slack[$0]
    }.count >= 2
  }
}
