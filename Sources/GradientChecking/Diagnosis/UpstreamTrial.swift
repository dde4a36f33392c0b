import Tensors

/// Tries what the gradient would be for other upstream gradients.
struct UpstreamTrial {
  struct Output {
    var name: String
    var shape: [Int]
    /// Where its numbers stand among those of all outputs.
    var range: Range<Int>
  }
  let evidence: Evidence
  let outputs: [Output]
  /// The upstream gradients of all outputs, one after the other.
  let upstream: [Double]
  let truth: Prediction
  let jacobian: Tensor<Double>
  /// The numbers of the input that are looked at first: those that are most wrong.
  let probes: [Int]

  /// Nil where there is no Jacobian, or the gradient has another number of elements or is right.
  init?(_ evidence: Evidence) {
    guard let jacobian = evidence.jacobian, evidence.shapeIsRight, !evidence.isRight,
      jacobian.shape.count == 2, jacobian.shape[1] == evidence.numeric.count
    else { return nil }
    var (outputs, first, upstream) = ([Output](), 0, [Double]())
    for (name, tensor) in zip(evidence.outputs.names, evidence.outputs.values) {
      guard let ofOutput = try? evidence.upstream[name], ofOutput.count == tensor.count else {
        return nil
      }
      outputs.append(Output(name: name, shape: tensor.shape, range: first..<(first + tensor.count)))
      first += tensor.count
      upstream += ofOutput.elements
    }
    guard first == jacobian.shape[0], first > 0 else { return nil }
    let truth = evidence.truth
    func error(_ index: Int) -> Double {
      let error = abs(evidence.analytic.elements[index] - truth.values[index])
      return error.isNaN ? .infinity : error
    }
    (self.evidence, self.outputs, self.upstream) = (evidence, outputs, upstream)
    (self.truth, self.jacobian) = (truth, jacobian)
    probes = Array(
      truth.slack.indices.filter { truth.slack[$0].isFinite }.sorted { error($0) > error($1) }
        .prefix(4))
  }

  /// Whether the gradient is the one for these upstream gradients.
  func isExplained(by other: [Double], bits: Double = 28) -> Bool {
    for probe in probes {
      var (sum, size) = (0.0, 0.0)
      for (row, weight) in other.enumerated() where weight != 0 {
        let term = weight * jacobian.elements[row * truth.values.count + probe]
        sum += term
        size += abs(term)
      }
      let error = abs(sum - evidence.analytic.elements[probe])
      guard error <= 2e-5 * max(size, truth.scale) + 4 * truth.slack[probe] * growth(other) else {
        return false
      }
    }
    return prediction(other).map { evidence.isExplained(by: $0, bits: bits) } ?? false
  }

  /// The right gradient for other upstream gradients.
  func prediction(_ other: [Double]) -> Prediction? {
    guard let gradient = evidence.gradient(upstream: other) else { return nil }
    let growth = growth(other)
    return Prediction(values: gradient.elements, slack: truth.slack.map { $0 * growth })
  }

  /// How much further a gradient may be off that belongs to these upstream gradients.
  private func growth(_ other: [Double]) -> Double {
    func largest(_ numbers: [Double]) -> Double { numbers.reduce(0) { max($0, abs($1)) } }
    let own = largest(upstream)
    return own > 0 ? max(1, largest(other) / own) : 1
  }
}
