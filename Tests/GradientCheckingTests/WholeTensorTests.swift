import Foundation
import GradientChecking
import Tensors
import XCTest

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

  func testOverlappingWindowsOverwriteEachOther() throws {
    // y[n, o] = Σ x[n, o + k]·w[k]
    let windows = try Experiment(Experiments.random(["x": [2, 6], "w": [3]])) { inputs in
      [
        "y": try Tensor.stacking(
          (0..<4).map { try (inputs["x"][.all, $0..<($0 + 3)] * inputs["w"]).sum(axis: 1) }, axis: 1
        )
      ]
    }
    for order in [Array(0..<4), (0..<4).reversed()] {
      let words = order[0] == 0 ? "only the last" : "only the first"
      try expect(.assignedInsteadOfAdded, windows, "x", saying: words) {
        var result = Tensor<Double>.zeros($0.shape)
        for place in order {
          let upstream = try windows.upstream["y"][.all, place].expandingAxis(at: 1)
          try result.assign(upstream * windows.inputs["w"], at: .all, place..<(place + 3))
        }
        return result
      }
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
}
