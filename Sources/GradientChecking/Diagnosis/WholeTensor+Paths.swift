import Tensors

extension WholeTensor {
  /// What passes through the outputs at the borders of the spatial axes is missing.
  static func bordersMissing(_ evidence: Evidence) -> Diagnosis? {
    guard let trial = UpstreamTrial(evidence) else { return nil }
    for output in trial.outputs where output.shape.count >= 3 {
      let rank = output.shape.count
      for axes in [[rank - 2, rank - 1], [rank - 3, rank - 2]] {
        let slices = axes.map { UpstreamTrial.Slices(output: output, axis: $0) }
        for width in 1...2 where slices.allSatisfy({ $0.count > 2 * width }) {
          var upstream = trial.upstream
          for place in output.range {
            let isBorder = slices.contains {
              let index = $0.index(ofPlace: place)
              return index < width || index >= $0.count - width
            }
            if isBorder { upstream[place] = 0 }
          }
          guard trial.isExplained(by: upstream), trial.hasTellingNumbers(upstream) else { continue }
          return Diagnosis(
            .borders,
            "everything that passes through the borders of axes \(axes[0]) and \(axes[1]) of "
              + "`\(output.name)` (\(width) wide) is missing, and the rest is right: the windows "
              + "there, which reach into the padding, are skipped")
        }
      }
    }
    return nil
  }

  /// `Σ upstream·x` for an input x, which the forward pass changes before it multiplies.
  static func inputAsItCame(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight else { return nil }
    let shape = evidence.numeric.shape
    for name in evidence.upstream.names {
      guard let upstream = try? evidence.upstream[name], upstream.rank >= shape.count,
        Array(upstream.shape.suffix(shape.count)) == shape
      else { continue }
      let added = Array(0..<upstream.rank - shape.count)
      for (other, input) in zip(evidence.inputs.names, evidence.inputs.values)
      where other != evidence.name && input.shape == upstream.shape {
        guard let sum = try? (upstream * input).sum(axes: added),
          evidence.isExplained(by: evidence.truth.with(sum.elements))
        else { continue }
        return Diagnosis(
          .activationDerivativeMisplaced,
          "the upstream gradient is multiplied by `\(other)` as it came in: multiply by what "
            + "`\(evidence.name)` is multiplied by in the forward pass")
      }
    }
    return nil
  }

  /// `xᵀ·upstream`, or `upstream·Wᵀ`: as though the product were the output.
  static func plainProduct(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight, evidence.numeric.rank == 2 else { return nil }
    for (output, upstream) in zip(evidence.upstream.names, evidence.upstream.values)
    where upstream.rank == 2 {
      for (other, factor) in zip(evidence.inputs.names, evidence.inputs.values)
      where other != evidence.name && factor.rank == 2 {
        let products = [
          try? factor.matrixMultiplied(by: upstream, transposingSelf: true),
          try? upstream.matrixMultiplied(by: factor, transposingOther: true),
        ]
        guard
          products.contains(where: {
            $0?.shape == evidence.numeric.shape
              && evidence.isExplained(by: evidence.truth.with($0?.elements ?? []))
          })
        else { continue }
        return Diagnosis(
          .activationDerivativeMissing,
          "it is the gradient of a plain matrix product of `\(evidence.name)` and `\(other)`: the "
            + "derivative of what is done to that product before it becomes `\(output)` (an "
            + "activation, a gate) is missing")
      }
    }
    return nil
  }

  /// Right for the upstream gradients of some outputs alone, and wrong for those of others.
  static func wrongThroughAnOutput(_ evidence: Evidence) -> Diagnosis? {
    guard let trial = UpstreamTrial(evidence), trial.outputs.count > 1,
      let backward = evidence.backward
    else { return nil }
    var (right, wrong): ([String], [String]) = ([], [])
    for output in trial.outputs {
      var alone = NamedTensors<Double>()
      for (name, upstream) in zip(evidence.upstream.names, evidence.upstream.values) {
        alone.set(name, to: name == output.name ? upstream : .zeros(upstream.shape))
      }
      var flat = [Double](repeating: 0, count: trial.upstream.count)
      for place in output.range { flat[place] = trial.upstream[place] }
      guard let numeric = evidence.gradient(upstream: flat), let analytic = try? backward(alone),
        analytic.shape == numeric.shape
      else { return nil }
      var part = evidence
      (part.numeric, part.analytic) = (numeric, analytic)
      // Nothing is right where nothing passes.
      if part.truth.scale <= 1e-6 * trial.truth.scale { continue }
      if part.isRight { right.append("`\(output.name)`") } else { wrong.append("`\(output.name)`") }
    }
    guard !right.isEmpty, !wrong.isEmpty else { return nil }
    return Diagnosis(
      .pathMissing,
      "the gradient through \(list(right)) is right, the one through \(list(wrong)) is wrong: look "
        + "at what is between `\(evidence.name)` and \(list(wrong)), where a path or a factor is "
        + "missing or wrong")
  }
}
