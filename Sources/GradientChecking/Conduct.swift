import Tensors

/// Whether the passes behave as a function and its derivative must, whatever their numbers are.
struct Conduct<Scalar: TensorScalar> {
  let function: DifferentiableFunction<Scalar>
  let inputs: NamedTensors<Scalar>

  /// What one run of both passes gave.
  struct Run {
    var outputs: NamedTensors<Scalar>
    var upstream: NamedTensors<Scalar>
    var gradients: NamedTensors<Scalar>
    var pullback: DifferentiableFunction<Scalar>.Pullback
  }

  /// Other inputs near by, of the same signs and zeros, which go through both passes first: what a
  /// layer wrongly keeps from them shows in the gradients.
  func warmUp(using random: inout SeededGenerator) -> NamedTensors<Scalar>? {
    var other = inputs
    for (name, value) in zip(inputs.names, inputs.values) {
      other.set(name, to: value.map { $0 * Scalar(1 + 0.05 * random.uniform()) })
    }
    guard let (outputs, pullback) = try? function.run(other) else { return nil }
    _ = try? pullback(outputs)
    return other
  }

  func run(using random: inout SeededGenerator) throws -> Run {
    let (outputs, pullback) = try function.run(inputs)
    var upstream = NamedTensors<Scalar>()
    for (name, value) in zip(outputs.names, outputs.values) {
      upstream.set(name, to: .randomNormal(value.shape, using: &random))
    }
    do {
      return Run(
        outputs: outputs, upstream: upstream, gradients: try pullback(upstream),
        pullback: pullback)
    } catch {
      throw FaultError(
        Fault(
          .threw,
          "the backward pass throws where the forward pass does not, for an upstream gradient of the "
            + "output's shape: \(error)"))
    }
  }

  /// Everything that is wrong with a run.
  func faults(of run: Run) throws -> [Fault] {
    // A copy of the numbers themselves, not of the reference to them.
    let kept = copied(inputs)
    let keptUpstream = copied(run.upstream)
    var faults = namesAndShapes(run) + finiteness(run)
    guard faults.isEmpty else { return faults }
    let again = try function.forward(inputs)
    if let name = difference(run.outputs, again) {
      faults.append(
        Fault(
          .forwardVaries,
          "the forward pass gives another “\(name)” when it runs again with the same inputs; draw "
            + "random numbers from a seed that is an input or a setting"))
    }
    if let name = difference(run.gradients, try run.pullback(run.upstream)) {
      faults.append(
        Fault(
          .backwardVaries,
          "the backward pass gives another gradient of “\(name)” when it runs again; does it change "
            + "its cache, or draw random numbers?"))
    }
    faults += try linearity(run)
    if let name = difference(kept, inputs) {
      faults.append(
        Fault(.inputMutated, "the layer changes its input “\(name)”; work on a copy of it"))
    }
    if let name = difference(keptUpstream, run.upstream) {
      faults.append(
        Fault(
          .upstreamMutated,
          "the backward pass changes the upstream gradient of “\(name)”; work on a copy of it"))
    }
    return faults
  }

  private func namesAndShapes(_ run: Run) -> [Fault] {
    var faults: [Fault] = []
    for (name, value) in zip(inputs.names, inputs.values) {
      guard let gradient = try? run.gradients[name] else {
        faults.append(
          Fault(
            .gradientMissing,
            "the backward pass returns no gradient of “\(name)”, only of "
              + "\(list(run.gradients.names)); what is not differentiated belongs in the function "
              + "itself or in `integers`"))
        continue
      }
      if gradient.shape != value.shape {
        faults.append(
          Fault(
            .gradientShape,
            "the gradient of “\(name)” has shape \(gradient.shape), expected \(value.shape), the "
              + "shape of “\(name)”"))
      }
    }
    for name in run.gradients.names where !inputs.names.contains(name) {
      let what =
        inputs.integers[name] != nil || inputs.masks[name] != nil
        ? "which are no numbers to differentiate by" : "but there is no such input"
      faults.append(
        Fault(
          .gradientUnknown,
          "the backward pass returns a gradient of “\(name)”, \(what); the inputs are "
            + list(inputs.names)))
    }
    return faults
  }

  private func finiteness(_ run: Run) -> [Fault] {
    func first(_ tensors: NamedTensors<Scalar>) -> (name: String, value: Scalar, at: [Int])? {
      for (name, tensor) in zip(tensors.names, tensors.values) {
        if let index = tensor.elements.firstIndex(where: { !$0.isFinite }) {
          return (name, tensor.elements[index], position(index, in: tensor.shape))
        }
      }
      return nil
    }
    if let (name, value, place) = first(run.outputs) {
      return [
        Fault(
          .outputNotFinite,
          "“\(name)” is \(value) at \(place); look for a division by 0, the logarithm of 0 or an "
            + "exponential that overflows, or check at other inputs")
      ]
    }
    if let (name, value, place) = first(run.gradients) {
      return [
        Fault(
          .gradientNotFinite,
          "the gradient of “\(name)” is \(value) at \(place), though all outputs are finite; look "
            + "for a division by 0 or an exponential that overflows in the backward pass")
      ]
    }
    return []
  }

  /// A backward pass is linear in the upstream gradient: nothing for zero, twice as much for twice
  /// as much, to the last bit, since doubling rounds nothing.
  private func linearity(_ run: Run) throws -> [Fault] {
    var (zero, double) = (run.upstream, run.upstream)
    for (name, value) in zip(run.upstream.names, run.upstream.values) {
      zero.set(name, to: .zeros(value.shape))
      double.set(name, to: value * 2)
    }
    let atZero = try run.pullback(zero)
    for (name, value) in zip(atZero.names, atZero.values) {
      if let index = value.elements.firstIndex(where: { $0 != 0 }) {
        return [
          Fault(
            .zeroUpstream,
            "where the upstream gradient is zero, the gradient of “\(name)” is "
              + "\(value.elements[index]) at \(position(index, in: value.shape)), expected 0; every "
              + "term of a backward pass has the upstream gradient as a factor")
        ]
      }
    }
    let doubled = try run.pullback(double)
    for (name, value) in zip(run.gradients.names, run.gradients.values) {
      let twice = try doubled[name]
      let largest = Double(value.absolute().max()) * 2
      for (index, (a, b)) in zip(twice.elements, value.elements).enumerated()
      where !(abs(Double(a) - 2 * Double(b)) <= 1e3 * Double(Scalar.ulpOfOne) * largest) {
        return [
          Fault(
            .notLinear,
            "for twice the upstream gradient the gradient of “\(name)” is \(a) at "
              + "\(position(index, in: value.shape)), expected \(2 * Double(b)), twice what it was; "
              + "a backward pass is linear in the upstream gradient")
        ]
      }
    }
    return []
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "nothing" : names.joined(separator: ", ")
  }

  /// The name of the first tensor that is not the same to the last bit; NaN is the same as NaN.
  private func difference(_ a: NamedTensors<Scalar>, _ b: NamedTensors<Scalar>) -> String? {
    for (name, value) in zip(a.names, a.values) {
      guard let other = try? b[name], other.shape == value.shape else { return name }
      let isSame = zip(value.elements, other.elements).allSatisfy {
        $0 == $1 || ($0.isNaN && $1.isNaN)
      }
      if !isSame { return name }
    }
    return nil
  }

  private func copied(_ tensors: NamedTensors<Scalar>) -> NamedTensors<Scalar> {
    var copy = tensors
    for (name, value) in zip(tensors.names, tensors.values) {
      copy.set(name, to: value.map { $0 })
    }
    return copy
  }
}
