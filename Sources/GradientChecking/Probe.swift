import Tensors

/// A forward pass at inputs that are moved a little, with its output numbers in one row.
///
/// Letters: O output numbers, all outputs flattened one after the other.
final class Probe<Scalar: TensorScalar> {
  private let forward: (NamedTensors<Scalar>) throws -> NamedTensors<Scalar>
  private var moved: NamedTensors<Scalar>
  /// The outputs where nothing is moved, and their numbers.
  let outputs: NamedTensors<Scalar>
  let base: [Double]
  /// How far rounding in a forward pass may take each output number, going by its precision alone:
  /// it rounds at every operation, and a few units in the last place are what most make of it.
  let expectedNoise: [Double]
  private var knownNoise: [Double]?

  init(
    _ forward: @escaping (NamedTensors<Scalar>) throws -> NamedTensors<Scalar>,
    at inputs: NamedTensors<Scalar>, outputs: NamedTensors<Scalar>
  ) {
    (self.forward, self.moved, self.outputs) = (forward, inputs, outputs)
    base = flattened(outputs)
    expectedNoise = base.map { 4 * Double(Scalar.ulpOfOne) * abs($0) }
  }

  /// The outputs with one element of an input set to another value.
  func outputs(input: Int, element: Int, at value: Scalar) throws -> [Double] {
    let old = moved.withUnsafeMutableElements(at: input) { elements in
      let old = elements[element]
      elements[element] = value
      return old
    }
    defer { moved.withUnsafeMutableElements(at: input) { $0[element] = old } }
    return try run()
  }

  /// The outputs with an input changed by a function, which is then changed back by its inverse.
  func outputs(
    input: Int, moving move: (UnsafeMutableBufferPointer<Scalar>) -> Void,
    back: (UnsafeMutableBufferPointer<Scalar>) -> Void
  ) throws -> [Double] {
    moved.withUnsafeMutableElements(at: input, move)
    defer { moved.withUnsafeMutableElements(at: input, back) }
    return try run()
  }

  /// The outputs with every element of every input moved up or down at random.
  private func outputs(along seed: UInt64, distance: Double) throws -> [Double] {
    let kept = moved
    defer { moved = kept }
    for input in moved.values.indices {
      let step = distance * Scale(kept.values[input]).ofAll
      moved.withUnsafeMutableElements(at: input) { elements in
        forEachWeight(count: elements.count, seed: seed &+ UInt64(input)) { index, weight in
          elements[index] = Scalar(Double(elements[index]) + weight * step)
        }
      }
    }
    return try run()
  }

  /// - Throws: `FaultError` when the outputs are of other names or shapes than where nothing is
  ///   moved.
  private func run() throws -> [Double] {
    let result = try forward(moved)
    for (name, value) in zip(outputs.names, outputs.values) {
      guard let now = try? result[name], now.shape == value.shape, result.names == outputs.names
      else {
        let found = (try? result[name]).map { "\($0.shape)" } ?? "missing"
        throw FaultError(
          Fault(
            .outputShapeVaries,
            "when an input moves by a little, the output “\(name)” is \(found) instead of "
              + "\(value.shape); a function's outputs must keep their names and shapes"))
      }
    }
    return flattened(result)
  }
}

extension Probe {
  /// How far rounding really takes each output number, at least as much as expected: a forward pass
  /// may do parts of its work in a lower precision. Costs 35 calls, once.
  ///
  /// The sixth differences of a smooth function over points close together vanish but for its
  /// noise (Hamming, "Numerical Methods for Scientists and Engineers", 1973, chapter 6; Moré and
  /// Wild, "Estimating computational noise", 2011, DOI 10.1137/100786125). The points lie to one
  /// side, beyond a kink that the inputs may stand at; of five directions the quietest counts, the
  /// one least likely to cross another.
  func measuredNoise() throws -> [Double] {
    if let knownNoise { return knownNoise }
    var quietest = [Double](repeating: .infinity, count: base.count)
    for direction in 0..<5 {
      let points = try (1...7).map {
        try outputs(along: UInt64(direction), distance: 1e-4 * Double($0))
      }
      for output in base.indices {
        var row = points.map { $0[output] }
        for _ in 0..<6 { row = zip(row.dropFirst(), row).map { $0 - $1 } }
        // The sixth difference of independent noise is √(12! / 6!²) = 30.4 times as large.
        let noise = abs(row[0]) / 30.4
        if noise < quietest[output] { quietest[output] = noise }
      }
    }
    // One difference may be small by chance; the outputs' average in proportion to them is not.
    let relative = zip(quietest, base).filter { $0.isFinite && $1 != 0 }.map { $0 / abs($1) }
    let typical =
      (relative.reduce(0) { $0 + $1 * $1 } / Double(max(relative.count, 1))).squareRoot()
    let noise = zip(base, expectedNoise).map { max(3 * typical * abs($0), $1) }
    knownNoise = noise
    return noise
  }
}

/// A fault that makes further looking pointless.
struct FaultError: Error {
  let fault: Fault
  init(_ fault: Fault) { self.fault = fault }
}

/// The numbers of all tensors, one after the other.
func flattened<Scalar: TensorScalar>(_ tensors: NamedTensors<Scalar>) -> [Double] {
  if tensors.values.count == 1 { return doubles(tensors.values[0]) }
  return tensors.values.flatMap(doubles)
}

/// The elements as `Double`, without a copy where they are.
func doubles<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) -> [Double] {
  if let tensor = tensor as? Tensor<Double> { return tensor.elements }
  return tensor.elements.map { Double($0) }
}

/// Tensors of the same names and shapes as `like`, with the numbers of a row.
func unflattened<Scalar: TensorScalar>(
  _ row: [Double], like tensors: NamedTensors<Scalar>
) throws -> NamedTensors<Scalar> {
  var result = NamedTensors<Scalar>()
  var start = 0
  for (name, value) in zip(tensors.names, tensors.values) {
    let part = row[start..<start + value.count].map { Scalar($0) }
    result.set(name, to: try Tensor(part, shape: value.shape))
    start += value.count
  }
  return result
}
