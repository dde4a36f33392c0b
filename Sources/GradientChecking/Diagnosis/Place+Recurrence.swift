import Tensors

/// Mistakes in walking back through h_t = tanh(… + h_{t−1}·W), for whichever input: a wrong backward
/// pass gives what the right one would give for other upstream gradients, which the Jacobian turns
/// into a prediction.
let recurrenceMistake: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite,
    evidence.outputs.values.count == 1, let output = evidence.outputs.values.first,
    output.rank == 3,
    output.elements.allSatisfy({ abs($0) < 1 })
  else { return nil }
  let width = output.shape[2]
  guard evidence.inputs.values.contains(where: { $0.shape == [width, width] }),
    let predictor = Predictor(evidence)
  else { return nil }
  for (name, weight) in zip(evidence.inputs.names, evidence.inputs.values)
  where weight.shape == [width, width] {
    for axis in [1, 0] {
      for isTransposed in [false, true] {
        let walk = RecurrenceWalk(
          states: output, upstream: evidence.flatUpstream, axis: axis,
          weight: isTransposed ? weight.transposed().elements : weight.elements)
        // A weight that is none of the recurrence's contradicts itself at once.
        for mistake in [carriesNothing] + Activation.tanh.mistakes {
          guard let prediction = predictor.prediction(upstream: walk.upstream(for: mistake)),
            sides.agrees(with: prediction.values, slack: prediction.slack)
          else { continue }
          let what =
            mistake.kind == .notCarriedBack
            ? "each time step uses the gradient of its own output alone: add to it what the step "
              + "after it gives for the hidden state, through `\(name)`"
            : "at every time step, \(mistake.meaning)"
          return Diagnosis(mistake.kind, what)
        }
      }
    }
  }
  return nil
}

private let carriesNothing = WrongDerivative(kind: .notCarriedBack, meaning: "") { 1 - $0 * $0 }

/// A way back through the time steps of a recurrence.
private struct RecurrenceWalk {
  var states: Tensor<Double>
  var upstream: [Double]
  /// The axis of time, 0 or 1; the other is the batch.
  var axis: Int
  /// For h·W; its transpose for W·h.
  var weight: [Double]

  /// The upstream gradients for which the right backward pass does what the wrong one does for the
  /// actual ones.
  func upstream(for mistake: WrongDerivative) -> [Double] {
    let (steps, batch, width) = (states.shape[axis], states.shape[1 - axis], states.shape[2])
    guard upstream.count == states.count else { return [.nan] }
    var result = upstream
    for sample in 0..<batch {
      // The gradient that the step after hands over.
      var carried = [Double](repeating: 0, count: width)
      for step in (0..<steps).reversed() {
        let start = (axis == 0 ? step * batch + sample : sample * steps + step) * width
        var inner = carried
        for unit in 0..<width {
          let y = states.elements[start + unit]
          let arrives = mistake.kind == .notCarriedBack ? 0 : carried[unit]
          inner[unit] = mistake.factor(y) * (upstream[start + unit] + arrives)
          result[start + unit] = inner[unit] / (1 - y * y) - carried[unit]
        }
        carried = (0..<width).map { row in
          (0..<width).reduce(0) { $0 + weight[row * width + $1] * inner[$1] }
        }
      }
    }
    return result
  }
}
