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

extension Experiment {
  /// The gradient of the mean of squares of `x·w + b` with respect to the sum.
  func affineGradient() throws -> Tensor<Double> {
    let y = try inputs["x"].matrixMultiplied(by: inputs["w"]) + inputs["b"]
    return try y * 2 / Double(y.count) * upstream["loss"].scalar()
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

extension Experiments {
  /// `y = mean(x·w + b)`, one number.
  static func meanOfAffine() throws -> Experiment {
    try Experiment(random(["x": [5, 3], "w": [3, 4], "b": [4]])) {
      let y = try $0["x"].matrixMultiplied(by: $0["w"]) + $0["b"]
      return ["loss": Tensor(scalar: y.squared().mean())]
    }
  }

  /// The rows of `w` at the indices 3, 1, 2, 0, 1, 3.
  static func embedding() throws -> Experiment {
    try Experiment(random(["w": [5, 3]])) {
      ["output": try $0["w"].gathering(Tensor([3, 1, 2, 0, 1, 3], shape: [2, 3]))]
    }
  }

  /// `h = tanh(x_t·w + h·u + b)` for every step of `x [N, T, D]`; the states `[N, T, H]`.
  static func recurrence(steps: Int = 4) throws -> Experiment {
    try Experiment(
      random(["x": [2, steps, 3], "h0": [2, 5], "w": [3, 5], "u": [5, 5], "b": [5]])
    ) {
      inputs in
      try states(inputs, steps: steps) { name, _ in try inputs[name] }
    }
  }

  static func recurrenceWithWeightsOfItsOwnForEachStep() throws -> Experiment {
    let shared = try recurrence()
    var inputs = shared.inputs
    for name in ["w", "u", "b"] {
      for step in 0..<4 { inputs.set("\(name)\(step)", to: try shared.inputs[name]) }
    }
    return try Experiment(inputs) { inputs in
      try states(inputs, steps: 4) { name, step in try inputs["\(name)\(step)"] }
    }
  }

  private static func states(
    _ inputs: NamedTensors<Double>, steps: Int,
    weight: (_ name: String, _ step: Int) throws -> Tensor<Double>
  ) throws -> NamedTensors<Double> {
    var h = try inputs["h0"]
    var states: [Tensor<Double>] = []
    for step in 0..<steps {
      let a = try inputs["x"][.all, step].matrixMultiplied(by: weight("w", step)) * 0.3
      h = try (a + h.matrixMultiplied(by: weight("u", step)) * 0.3 + weight("b", step) * 0.3).tanh()
      states.append(h)
    }
    return ["h": try Tensor.stacking(states, axis: 1)]
  }

  /// `h = o·tanh(c)` and `c = f·c0`, two outputs.
  static func cell() throws -> Experiment {
    try Experiment(random(["f": [3, 4], "c0": [3, 4], "o": [3, 4]])) {
      let c = try $0["f"] * $0["c0"]
      return ["h": try $0["o"] * c.tanh(), "c": c]
    }
  }

  static func all() throws -> [Experiment] {
    var result = [
      try tanh([]), try tanh([1, 4, 1]), try tanh([2, 2, 2]), try meanOfAffine(), try embedding(),
      try recurrence(), try recurrence(steps: 1), try cell(), try residual(),
    ]
    for n in 1...4 {
      for d in 1...3 { result.append(try affine(n, d, 1 + (n + d) % 3)) }
    }
    return result
  }

  /// `y = x + tanh(x)·s`.
  static func residual() throws -> Experiment {
    try Experiment(random(["x": [3, 4], "s": [4]])) {
      ["output": try $0["x"] + $0["x"].tanh() * $0["s"]]
    }
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

  func testOrder() throws {
    let square = try Experiments.affine(5, 4, 4)
    try expect(.transposed, square, "w", saying: "axes 0 and 1 are swapped") { $0.transposed() }
    try expect(.transposed, Experiments.affine(), "w", saying: "[4, 3] instead of [3, 4]") {
      $0.transposed()
    }
    try expect(.transposed, Experiments.affine(), "w", saying: "memory") {
      try $0.transposed().reshaped($0.shape)
    }
    try expect(.transposed, Experiments.tanh([2, 3, 4]), "x", saying: "memory") {
      try $0.reshaped([4, 2, 3]).permuted([1, 2, 0])
    }
    try expect(.transposed, Experiments.tanh([2, 3, 3]), "x", saying: "axes 1 and 2") {
      try $0.permuted([0, 2, 1])
    }
    try expect(.reversed, Experiments.recurrence(), "x", saying: "axis 1 (size 4)") {
      try Tensor.stacking($0.unstacked(axis: 1).reversed(), axis: 1)
    }
    try expect(.reversed, Experiments.affine(), "w", saying: "axes 0 (size 3) and 1 (size 4)") {
      try Tensor($0.elements.reversed(), shape: $0.shape)
    }
    try expect(.offByOne, Experiments.recurrence(), "x", saying: "round the end") {
      let steps = try $0.unstacked(axis: 1)
      return try Tensor.stacking([steps[3]] + steps[..<3], axis: 1)
    }
    try expect(.offByOne, Experiments.embedding(), "w", saying: "zeros at the end") {
      let rows = try $0.unstacked()
      return try Tensor.stacking(rows[1...] + [.zeros([3])])
    }
    try expect(.offByOne, Experiments.recurrence(), "x", saying: "i + 1") {
      let steps = try $0.unstacked(axis: 1)
      return try Tensor.stacking([steps[2] * 0.3] + steps[..<3], axis: 1)
    }
    try expect(.blocksSwapped, Experiments.tanh([3, 8]), "x", saying: "holds that of 1") {
      try Tensor.concatenating([$0[.all, 4..<8], $0[.all, 0..<4]], axis: 1)
    }
    var evidence = try Experiments.tanh([3, 8]).evidence(
      "x", Experiments.tanh([3, 8]).gradient("x"))
    let blocks = try (0..<4).map { try evidence.numeric[.all, ($0 * 2)..<($0 * 2 + 2)] }
    evidence.analytic = try .concatenating([blocks[0], blocks[2], blocks[1], blocks[3]], axis: 1)
    evidence.blocks = Blocks(axis: 1, names: ["i", "f", "o", "g"])
    let found = diagnose(evidence)
    XCTAssertEqual(found.first?.kind, .blocksSwapped)
    XCTAssert(found[0].message.contains("`f` holds that of `o`"), found[0].message)
  }

  func testAFactorThatIsNotTransposed() throws {
    let square = try Experiments.affine(5, 4, 4)
    try expect(.transposed, square, "x", saying: "`w`") { _ in
      try square.upstream["output"].matrixMultiplied(by: square.inputs["w"])
    }
    let rows = try Experiments.affine(4, 4, 3)
    try expect(.transposed, rows, "w", saying: "`x`") { _ in
      try rows.inputs["x"].matrixMultiplied(by: rows.upstream["output"])
    }
  }

  func testSums() throws {
    let affine = try Experiments.affine()
    let upstream = try affine.upstream["output"]
    try expect(.sumMissing, affine, "b", saying: "axis 0 (size 5)") { _ in upstream }
    try expect(.sumMissing, affine, "w", saying: "axis 0 (size 5)") { _ in
      try affine.inputs["x"].expandingAxis(at: 2) * upstream.expandingAxis(at: 1)
    }
    try expect(.sumOverWrongAxis, affine, "b", saying: "axis 1 (size 4)") { _ in
      try upstream.sum(axis: 1)
    }
    let square = try Experiments.affine(4, 3, 4)
    try expect(.sumOverWrongAxis, square, "b", saying: "axis 1 (size 4)") { _ in
      try square.upstream["output"].sum(axis: 1)
    }
    try expect(.sumOverWrongAxis, affine, "b") { _ in Tensor(scalar: upstream.sum()) }
    try expect(.sumOverWrongAxis, affine, "w", saying: "also summed over axis 0") {
      try $0.sum(axis: 0, keepingAxis: true).broadcast(to: $0.shape)
    }
    try expect(.onlyOneIndexCounts, affine, "b", saying: "the last index (4) of axis 0") { _ in
      try upstream[4, .all]
    }
    let recurrence = try Experiments.recurrence()
    for name in ["u", "w"] {
      try expect(.onlyOneIndexCounts, recurrence, name, saying: "last index (3) of axis 1") { _ in
        var last = Tensor<Double>.zeros([2, 4, 5])
        try last.assign(recurrence.upstream["h"][.all, 3], at: .all, 3)
        return try recurrence.gradient(name, upstream: ["h": last])
      }
    }
    let embedding = try Experiments.embedding()
    try expect(.assignedInsteadOfAdded, embedding, "w", saying: "only the last") {
      var result = Tensor<Double>.zeros($0.shape)
      let rows = try embedding.upstream["output"].reshaped([6, 3])
      for (place, row) in [3, 1, 2, 0, 1, 3].enumerated() {
        try result.assign(rows[place, .all], at: row)
      }
      return result
    }
  }

  func testOneStepOfARecurrence() throws {
    let recurrence = try Experiments.recurrence()
    // What a step contributes, by the recurrence with a copy of the weights for every step.
    let steps = try Experiments.recurrenceWithWeightsOfItsOwnForEachStep()
    for name in ["w", "u", "b"] {
      try expect(.assignedInsteadOfAdded, recurrence, name, saying: "+= instead of =") { _ in
        try steps.gradient("\(name)0")
      }
    }
    for name in ["w", "b"] {
      try expect(.onlyOneIndexCounts, recurrence, name, saying: "index 3 of axis 1 of `x`") { _ in
        try steps.gradient("\(name)3")
      }
      try expect(.pathMissing, recurrence, name, saying: "index 0 of axis 1 of `x`") {
        try $0 - steps.gradient("\(name)0")
      }
    }
    let mean = try Experiments.meanOfAffine()
    try expect(.onlyOneIndexCounts, mean, "w", saying: "index 4 of axis 0 of `x`") { _ in
      try mean.inputs["x"][4..<5].transposed().matrixMultiplied(by: mean.affineGradient()[4..<5])
    }
  }

  func testUpstream() throws {
    for experiment in [
      try Experiments.affine(), try Experiments.tanh(), try Experiments.meanOfAffine(),
      try Experiments.recurrence(), try Experiments.cell(),
    ] {
      for name in experiment.inputs.names {
        var (ones, squares) = (experiment.upstream, experiment.upstream)
        for (name, tensor) in zip(ones.names, ones.values) {
          ones.set(name, to: .ones(tensor.shape))
          squares.set(name, to: tensor.squared())
        }
        try expect(.upstreamForgotten, experiment, name) { _ in
          try experiment.gradient(name, upstream: ones)
        }
        try expect(.upstreamUsedTwice, experiment, name) { _ in
          try experiment.gradient(name, upstream: squares)
        }
      }
    }
    let tanh = try Experiments.tanh()
    try expect(.reversed, tanh, "x", saying: "axis 0") {
      var upstream = try tanh.upstream["output"]
      upstream = try Tensor.stacking(upstream.unstacked().reversed())
      return try tanh.gradient("x", upstream: ["output": upstream]) + $0 * 0
    }
  }

  func testThePassIsAskedWithoutJacobian() throws {
    let tanh = try Experiments.tanh()
    for (kind, power) in [(Diagnosis.Kind.upstreamForgotten, 0.0), (.upstreamUsedTwice, 2)] {
      let backward = { (upstream: NamedTensors<Double>) in
        try upstream["output"].power(power) * 0.7 * tanh.inputs["x"]
      }
      var evidence = try tanh.evidence("x", backward(tanh.upstream))
      evidence.jacobian = nil
      evidence.backward = backward
      XCTAssertEqual(diagnose(evidence).first?.kind, kind)
    }
  }

  func testPaths() throws {
    let cell = try Experiments.cell()
    for (kept, missing) in [("h", "c"), ("c", "h")] {
      let words = "through `\(kept)` is right, the one through `\(missing)` is missing"
      try expect(.pathMissing, cell, "f", saying: words) { _ in
        var upstream = cell.upstream
        upstream.set(missing, to: .zeros([3, 4]))
        return try cell.gradient("f", upstream: upstream)
      }
    }
    let residual = try Experiments.residual()
    let upstream = try residual.upstream["output"]
    try expect(.pathMissing, residual, "x", saying: "direct") { try $0 - upstream }
    try expect(.pathMissing, residual, "x", saying: "too often") { try $0 + upstream }
    let recurrence = try Experiments.recurrence()
    try expect(.pathMissing, recurrence, "w", saying: "index 0 of axis 1 of `h`") { _ in
      var upstream = try recurrence.upstream["h"]
      try upstream.assign(0, at: .all, 0)
      return try recurrence.gradient("w", upstream: ["h": upstream])
    }
  }

  func testElsewhere() throws {
    let cell = try Experiments.cell()
    try expect(.otherInputsGradient, cell, "f", saying: "`c0`") { _ in try cell.gradient("c0") }
    var affine = try Experiments.affine()
    for name in ["x", "w"] {
      let earlier = try Experiments.affine().inputs.values.map { $0 * 0.7 + 0.2 }
      var stale = affine.inputs
      for (name, old) in zip(affine.inputs.names, earlier) { stale.set(name, to: old) }
      var evidence = try affine.evidence(name, affine.gradient(name, at: stale))
      evidence.earlierInputs = stale
      XCTAssertEqual(diagnose(evidence).first?.kind, .staleCache)
    }
    affine.inputs.integers["labels"] = Tensor([1, 2])
    try expect(.wrongShape, affine, "b", saying: "reshape it to [4]") { try $0.reshaped([1, 4]) }
    try expect(.wrongShape, affine, "b", saying: "[2, 2]") { _ in
      try Tensor([1, 7, 3, 9], shape: [2, 2])
    }
  }

  func testRightGradientsAreNotExplained() throws {
    for experiment in try Experiments.all() {
      for name in experiment.inputs.names {
        XCTAssertEqual(try experiment.diagnoses(name) { $0 }, [])
        XCTAssertEqual(try experiment.diagnoses(name) { $0 + 1e-13 }, [])
      }
    }
  }

  func testRandomGradientsAreNotExplained() throws {
    var random = SeededGenerator(seed: 77)
    let experiments = try Experiments.all()
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
