import GradientChecking
import Tensors

/// Evidence about a wrong gradient of a small function, made without the checker: the Jacobian by
/// differences over five points, and random upstream gradients.
struct EvidenceFixture {
  typealias Function = (NamedTensors<Double>) throws -> NamedTensors<Double>

  var inputs: NamedTensors<Double>
  var function: Function
  var outputs: NamedTensors<Double>
  var upstream: NamedTensors<Double>

  init(
    _ inputs: NamedTensors<Double>, seed: UInt64 = 7, of function: @escaping Function
  ) throws {
    (self.inputs, self.function) = (inputs, function)
    outputs = try function(inputs)
    upstream = [:]
    var random = SeededGenerator(seed: seed)
    for (name, output) in zip(outputs.names, outputs.values) {
      upstream.set(name, to: Tensor.randomNormal(output.shape, using: &random))
    }
  }

  /// A function with one output, `output`.
  static func one(
    _ inputs: NamedTensors<Double>, seed: UInt64 = 7,
    of function: @escaping (NamedTensors<Double>) throws -> Tensor<Double>
  ) throws -> EvidenceFixture {
    try EvidenceFixture(inputs, seed: seed) { try function($0).named }
  }

  /// The evidence when `wrong` makes the gradient from the right one.
  func evidence(
    _ name: String, blocks: Blocks? = nil,
    wrong: (_ right: Tensor<Double>) throws -> Tensor<Double>
  ) throws -> Evidence {
    let jacobian = try self.jacobian(name)
    let x = try inputs[name]
    var evidence = Evidence(
      name: name, analytic: x, numeric: x, comparable: Tensor(repeating: true, shape: x.shape),
      errorBars: Tensor(repeating: 1e-10, shape: x.shape), inputs: inputs, outputs: outputs,
      upstream: upstream)
    evidence.jacobian = jacobian
    evidence.blocks = blocks
    let flat = outputs.names.flatMap { (try? upstream[$0].elements) ?? [] }
    let right = evidence.gradient(upstream: flat) ?? x
    evidence.numeric = right
    evidence.analytic = try wrong(right)
    return evidence
  }

  /// The gradient for other upstream gradients.
  func gradient(_ name: String, upstream: [Double]) throws -> Tensor<Double> {
    try Tensor(upstream, shape: [1, upstream.count]).matrixMultiplied(by: jacobian(name))
      .reshaped(inputs[name].shape)
  }

  private func jacobian(_ name: String) throws -> Tensor<Double> {
    let x = try inputs[name]
    let rows = outputs.count
    var result = [Double](repeating: 0, count: rows * x.count)
    for column in 0..<x.count {
      func moved(_ distance: Double) throws -> [Double] {
        var (inputs, x) = (inputs, x)
        x.withUnsafeMutableElements { $0[column] += distance }
        inputs.set(name, to: x)
        return try function(inputs).values.flatMap(\.elements)
      }
      let h = 1e-3
      let (up, down) = (try moved(h), try moved(-h))
      let (farUp, farDown) = (try moved(2 * h), try moved(-2 * h))
      for row in 0..<rows {
        let value = (8 * (up[row] - down[row]) - (farUp[row] - farDown[row])) / (12 * h)
        result[row * x.count + column] = abs(value) < 1e-13 ? 0 : value
      }
    }
    return try Tensor(result, shape: [rows, x.count])
  }
}
