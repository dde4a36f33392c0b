import Foundation
import GradientChecking
import Tensors
import XCTest

/// A function, a place, and random upstream gradients: what evidence is made from.
struct Experiment {
  typealias Forward = (NamedTensors<Double>) throws -> NamedTensors<Double>

  var inputs: NamedTensors<Double>
  var outputs: NamedTensors<Double>
  var upstream = NamedTensors<Double>()
  let forward: Forward

  init(_ inputs: NamedTensors<Double>, seed: UInt64 = 5, forward: @escaping Forward) throws {
    var random = SeededGenerator(seed: seed)
    (self.inputs, self.forward, outputs) = (inputs, forward, try forward(inputs))
    for (name, output) in zip(outputs.names, outputs.values) {
      upstream.set(name, to: .randomNormal(output.shape, using: &random))
    }
  }

  /// The derivative of every output number by every number of an input, `[O, I]`.
  func jacobian(_ name: String, at inputs: NamedTensors<Double>? = nil) throws -> Tensor<Double> {
    let inputs = inputs ?? self.inputs
    let input = try inputs[name]
    let step = 1e-5
    let columns = try (0..<input.count).map { index in
      func moved(_ distance: Double) throws -> [Double] {
        var moved = input
        moved.withUnsafeMutableElements { $0[index] += distance }
        var others = inputs
        others.set(name, to: moved)
        return try forward(others).values.flatMap(\.elements)
      }
      return Tensor(zip(try moved(step), try moved(-step)).map { ($0 - $1) / (2 * step) })
    }
    return try Tensor.stacking(columns, axis: 1)
  }

  /// The right gradient, by the Jacobian.
  func gradient(
    _ name: String, upstream: NamedTensors<Double>? = nil, at inputs: NamedTensors<Double>? = nil
  ) throws -> Tensor<Double> {
    let upstream = (upstream ?? self.upstream).values.flatMap(\.elements)
    return try Tensor(upstream, shape: [1, upstream.count])
      .matrixMultiplied(by: jacobian(name, at: inputs)).reshaped(self.inputs[name].shape)
  }

  /// The evidence for a gradient that somebody calculated.
  func evidence(_ name: String, _ analytic: Tensor<Double>) throws -> Evidence {
    let numeric = try gradient(name)
    var evidence = Evidence(
      name: name, analytic: analytic, numeric: numeric,
      comparable: Tensor(repeating: true, shape: numeric.shape),
      errorBars: Tensor(repeating: 1e-10, shape: numeric.shape), inputs: inputs, outputs: outputs,
      upstream: upstream)
    evidence.jacobian = try jacobian(name)
    for other in inputs.names where other != name {
      evidence.otherGradients[other] = try gradient(other)
    }
    evidence.forward = forward
    return evidence
  }

  func diagnoses(
    _ name: String, _ mistake: (Tensor<Double>) throws -> Tensor<Double>
  ) throws -> [Diagnosis] {
    diagnose(try evidence(name, mistake(gradient(name))))
  }
}

/// The functions that the mistakes are made in.
enum Experiments {
  static func random(_ shapes: KeyValuePairs<String, [Int]>) -> NamedTensors<Double> {
    var generator = SeededGenerator(seed: 11)
    var result = NamedTensors<Double>()
    for (name, shape) in shapes { result.set(name, to: .randomNormal(shape, using: &generator)) }
    return result
  }

  /// `y = x·w + b`.
  static func affine(_ n: Int = 5, _ d: Int = 3, _ m: Int = 4) throws -> Experiment {
    try Experiment(random(["x": [n, d], "w": [d, m], "b": [m]])) {
      ["output": try $0["x"].matrixMultiplied(by: $0["w"]) + $0["b"]]
    }
  }

  /// `y = tanh(x)`.
  static func tanh(_ shape: [Int] = [3, 4]) throws -> Experiment {
    try Experiment(random(["x": shape])) { ["output": try $0["x"].tanh()] }
  }
}

final class WholeTensorTests: XCTestCase {
  func expect(
    _ kind: Diagnosis.Kind, _ experiment: Experiment, _ name: String, saying words: String = "",
    file: StaticString = #filePath, line: UInt = #line,
    _ mistake: (Tensor<Double>) throws -> Tensor<Double>
  ) throws {
    let found = try experiment.diagnoses(name, mistake)
    XCTAssertEqual(found.first?.kind, kind, "\(found)", file: file, line: line)
    guard let message = found.first?.message else { return }
    XCTAssert(words.isEmpty || message.contains(words), message, file: file, line: line)
    if ProcessInfo.processInfo.environment["SHOW_DIAGNOSES"] != nil { print(kind, "|", message) }
  }

  func testZerosAndNotFinite() throws {
    try expect(.zeros, Experiments.affine(), "w") { .zeros($0.shape) }
    try expect(.notFinite, Experiments.affine(), "w", saying: "[1, 2]") {
      var result = $0
      result.withUnsafeMutableElements { $0[6] = .nan }
      return result
    }
  }

  func testWrongSign() throws {
    try expect(.wrongSign, Experiments.affine(), "w") { -$0 }
    try expect(.wrongSign, Experiments.affine(1, 1, 1), "b") { -$0 }
  }

  func testFactors() throws {
    try expect(.sumInsteadOfMean, Experiments.affine(), "w", saying: "axis 0 of `output`") {
      $0 * 5
    }
    try expect(.meanInsteadOfSum, Experiments.affine(), "x", saying: "3 times too small") {
      $0 / 3
    }
    try expect(.constantFactor, Experiments.affine(), "w", saying: "twice") { $0 * 2 }
    try expect(.constantFactor, Experiments.affine(), "w", saying: "√3") { $0 * 3.0.squareRoot() }
    try expect(.constantFactor, Experiments.affine(), "w", saying: "times 0.83") { $0 * 0.83 }
    try expect(.constantFactor, Experiments.affine(), "w", saying: "-1/5") { $0 / -5 }
  }

  func testSignLostAndClipped() throws {
    try expect(.signLost, Experiments.affine(), "w") { $0.absolute() }
    let absolute = try Experiment(Experiments.random(["x": [4, 3]])) {
      ["output": try $0["x"].absolute()]
    }
    try expect(.signLost, absolute, "x", saying: "`x` is negative") { _ in
      try absolute.upstream["output"]
    }
    try expect(.clipped, Experiments.affine(), "w", saying: "at most 0.7") {
      $0.clamped(to: -99...0.7)
    }
    try expect(.clipped, Experiments.affine(), "w", saying: "norm 1") {
      $0 / $0.squared().sum().squareRoot()
    }
  }

  func testSinglePrecision() throws {
    try expect(.singlePrecision, Experiments.affine(), "w") {
      $0.cast(to: Float.self).cast(to: Double.self)
    }
  }

  func testRightGradientsAreNotExplained() throws {
    for experiment in [
      try Experiments.affine(), try Experiments.tanh(), try Experiments.affine(1, 1, 1),
    ] {
      for name in experiment.inputs.names {
        XCTAssertEqual(try experiment.diagnoses(name) { $0 }, [])
        XCTAssertEqual(try experiment.diagnoses(name) { $0 + 1e-13 }, [])
      }
    }
  }

  func testRandomGradientsAreNotExplained() throws {
    var random = SeededGenerator(seed: 77)
    var experiments = [try Experiments.tanh([]), try Experiments.tanh([1, 4, 1])]
    for n in 1...4 {
      for d in 1...3 { experiments.append(try Experiments.affine(n, d, 1 + (n + d) % 3)) }
    }
    for experiment in experiments {
      for name in experiment.inputs.names {
        let evidence = try experiment.evidence(name, experiment.gradient(name))
        for _ in 0..<10 {
          var wrong = evidence
          wrong.analytic = .randomNormal(evidence.numeric.shape, using: &random)
          XCTAssertEqual(diagnose(wrong), [], "\(wrong.analytic.shape) of \(experiment.inputs)")
        }
      }
    }
  }
}
