import Tensors

extension Conduct {
  /// A batch must give what its samples give one by one: the same outputs and gradients of the
  /// batched inputs, and for all other inputs the sum of their gradients.
  ///
  /// - Parameter batched: The names of the inputs, integers and masks whose first axis counts the
  ///   samples. An output is compared when its first axis counts them too.
  /// - Throws: `TensorError` when the names or sizes do not fit, and what the passes throw.
  func batchFaults(of run: Run, batched: [String]) throws -> [Fault] {
    let samples = try sampleCount(batched)
    for (name, output) in zip(run.outputs.names, run.outputs.values)
    where output.shape.first != samples {
      throw TensorError(
        "batchedInputs", shapes: [output.shape],
        reason: "expected an output “\(name)” for each of the \(samples) samples; a loss over the "
          + "whole batch cannot be taken apart")
    }
    var sums: [String: Tensor<Scalar>] = [:]
    for sample in 0..<samples {
      let (outputs, pullback) = try function.run(try part(inputs, sample, batched))
      let upstream = try part(run.upstream, sample, run.upstream.names)
      let expected = try part(run.outputs, sample, run.outputs.names)
      if let place = distance(expected, outputs) {
        return [fault("the output “\(place)” of sample \(sample)")]
      }
      let gradients = try pullback(upstream)
      for name in inputs.names {
        let gradient = try gradients[name]
        if batched.contains(name) {
          let expected = try run.gradients[name][sample..<sample + 1]
          if distance([name: expected], [name: gradient]) != nil {
            return [fault("the gradient of “\(name)” for sample \(sample)")]
          }
        } else {
          sums[name] = try sums[name].map { try $0 + gradient } ?? gradient
        }
      }
    }
    for (name, sum) in sums where distance([name: try run.gradients[name]], [name: sum]) != nil {
      return [fault("the gradient of “\(name)”, summed over the samples,")]
    }
    return []
  }

  private func fault(_ what: String) -> Fault {
    Fault(
      .batchInconsistent,
      "\(what) is not the same when the samples go through one by one; does one sample leak into "
        + "another, or a shape depend on the batch? (Batch normalisation does so by intent)")
  }

  private func sampleCount(_ batched: [String]) throws -> Int {
    var count: Int?
    for name in batched {
      let shape =
        try inputs.integers[name]?.shape ?? inputs.masks[name]?.shape ?? inputs[name].shape
      guard let size = shape.first, size == count ?? size else {
        throw TensorError(
          "batchedInputs", shapes: [shape],
          reason: "expected a first axis of \(count.map { "\($0)" } ?? "any number of") samples in "
            + "“\(name)”")
      }
      count = size
    }
    return count ?? 0
  }

  /// One sample of the named tensors; all of the others.
  private func part(
    _ tensors: NamedTensors<Scalar>, _ sample: Int, _ names: [String]
  ) throws -> NamedTensors<Scalar> {
    var result = tensors
    for name in names {
      if let integers = tensors.integers[name] {
        result.integers[name] = try integers[sample..<sample + 1]
      } else if let mask = tensors.masks[name] {
        result.masks[name] = try mask[sample..<sample + 1]
      } else {
        result.set(name, to: try tensors[name][sample..<sample + 1])
      }
    }
    return result
  }

  /// The name of the first tensor that differs by more than rounding.
  private func distance(_ a: NamedTensors<Scalar>, _ b: NamedTensors<Scalar>) -> String? {
    let allowed = Tolerance(relative: 1e5 * Double(Scalar.ulpOfOne), absolute: 0)
    return differing(a.cast(to: Double.self), b.cast(to: Double.self), allowed)
  }
}

/// The name of the first tensor of which an element differs by more than is allowed, in proportion
/// to the tensor's largest.
func differing(
  _ a: NamedTensors<Double>, _ b: NamedTensors<Double>, _ tolerance: Tolerance
) -> String? {
  for (name, value) in zip(a.names, a.values) {
    guard let other = try? b[name], other.shape == value.shape else { return name }
    let largest = value.elements.reduce(0) { max($0, abs($1)) }
    let scaled = Tolerance(
      relative: tolerance.relative, absolute: tolerance.absolute + tolerance.relative * largest)
    if mismatch(other, value, tolerance: scaled) != nil { return name }
  }
  return nil
}
