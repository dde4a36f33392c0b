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
  private(set) var calls = 0

  init(
    _ forward: @escaping (NamedTensors<Scalar>) throws -> NamedTensors<Scalar>,
    at inputs: NamedTensors<Scalar>, outputs: NamedTensors<Scalar>
  ) {
    (self.forward, self.moved, self.outputs) = (forward, inputs, outputs)
    base = flattened(outputs)
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

  /// - Throws: `FaultError` when the outputs are of other names or shapes than where nothing is
  ///   moved.
  private func run() throws -> [Double] {
    calls += 1
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
