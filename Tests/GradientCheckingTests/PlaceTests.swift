import GradientChecking
import Tensors
import XCTest

/// Mistakes that show in where a gradient is wrong.
final class PlaceTests: XCTestCase {
  private var random = SeededGenerator(seed: 231)

  private func normal(_ shape: Int...) -> Tensor<Double> {
    .randomNormal(shape, using: &random)
  }

  private func expect(
    _ kind: Diagnosis.Kind, saying words: String..., of evidence: Evidence,
    file: StaticString = #filePath, line: UInt = #line
  ) {
    let found = diagnose(evidence)
    let first = found.first
    XCTAssertEqual(first?.kind, kind, "\(found)", file: file, line: line)
    for word in words {
      XCTAssert(
        first?.message.contains(word) == true, "\(first?.message ?? "") lacks \(word)", file: file,
        line: line)
    }
  }

  // MARK: - One part

  private func linear() throws -> EvidenceFixture {
    try .one(["x": normal(5, 8), "weight": normal(8, 12)]) {
      try $0["x"].matrixMultiplied(by: $0["weight"]).sigmoid()
    }
  }

  /// The tensor with the elements squared whose position is in some part.
  private func squaring(
    _ tensor: Tensor<Double>, where isInside: ([Int]) -> Bool
  ) throws -> Tensor<Double> {
    try Tensor(
      tensor.elements.enumerated().map { index, element in
        isInside(position(index, in: tensor.shape)) ? element * element : element
      }, shape: tensor.shape)
  }

  private let gates = Blocks(axis: 1, names: ["i", "f", "o", "g"])

  func testOneGateThatIsWrongIsNamed() throws {
    let evidence = try linear().evidence("weight", blocks: gates) {
      try squaring($0) { (3..<6).contains($0[1]) }
    }
    expect(.onePartWrong, saying: "block of f", "3 to 5", "axis 1", of: evidence)
  }

  func testAGateIsDiagnosedByItself() throws {
    let evidence = try linear().evidence("weight", blocks: gates) { right in
      var wrong = right
      for row in 0..<8 {
        for column in 9..<12 { wrong[row, column] *= -1 }
      }
      return wrong
    }
    expect(.onePartWrong, saying: "block of g", "wrong sign", of: evidence)
  }

  func testTwoGatesThatAreWrongAreNamed() throws {
    let evidence = try linear().evidence("weight", blocks: gates) {
      try squaring($0) { (3..<6).contains($0[1]) || $0[1] >= 9 }
    }
    expect(.onePartWrong, saying: "blocks of f and g", "those of i and o are right", of: evidence)
  }

  func testAGateOfABiasIsNamed() throws {
    let fixture = try EvidenceFixture.one(["x": normal(3, 5), "b": normal(5)]) {
      try ($0["x"] + $0["b"]).tanh()
    }
    let blocks = Blocks(axis: 0, names: ["r", "z", "n", "u", "v"])
    let evidence = try fixture.evidence("b", blocks: blocks) { right in
      var wrong = right
      wrong[2] = 0
      return wrong
    }
    XCTAssertEqual(diagnose(evidence), [], "one element is too little")
    let wide = try EvidenceFixture.one(["x": normal(3, 20), "b": normal(20)]) {
      try ($0["x"] + $0["b"]).tanh()
    }
    let names = Blocks(axis: 0, names: ["i", "f", "o", "g"])
    expect(
      .onePartWrong, saying: "block of o", "10 to 14", "i, f and g are right",
      of: try wide.evidence("b", blocks: names) { try squaring($0) { (10..<15).contains($0[0]) } })
  }

  func testTheOnlyRowThatIsRightIsFound() throws {
    let evidence = try linear().evidence("x") { try squaring($0) { $0[0] != 1 } }
    expect(.onePartWrong, saying: "right only at index 1 along axis 0 (of 5)", of: evidence)
  }

  func testAnEqualBlockWithoutANameIsFound() throws {
    let evidence = try linear().evidence("weight") {
      try squaring($0) { (6..<9).contains($0[1]) }
    }
    expect(.onePartWrong, saying: "6 to 8 along axis 1", "third of 4", of: evidence)
  }

  func testARowThatIsWrongIsFound() throws {
    let evidence = try linear().evidence("x") { try squaring($0) { $0[0] == 4 } }
    expect(.onePartWrong, saying: "index 4 along axis 0 (of 5)", of: evidence)
  }

  func testAFewWrongElementsAreNoPart() throws {
    let fixture = try linear()
    for count in 1...6 {
      for _ in 0..<20 {
        let evidence = try fixture.evidence("weight") { right in
          var wrong = right
          for _ in 0..<count {
            let (row, column) = (
              Int.random(in: 0..<8, using: &random),
              Int.random(in: 0..<12, using: &random)
            )
            wrong[row, column] += 1
          }
          return wrong
        }
        XCTAssertEqual(diagnose(evidence), [])
      }
    }
  }

  // MARK: - Time

  private func recurrence(batch: Int = 2, steps: Int = 5, width: Int = 4) throws -> EvidenceFixture
  {
    try .one([
      "x": normal(batch, steps, 3), "h0": normal(batch, width), "wx": normal(3, width) * 0.5,
      "wh": normal(width, width) * 0.5, "b": normal(width),
    ]) { inputs in
      var h = try inputs["h0"]
      var states: [Tensor<Double>] = []
      for x in try inputs["x"].unstacked(axis: 1) {
        h = try
          (x.matrixMultiplied(by: inputs["wx"]) + h.matrixMultiplied(by: inputs["wh"])
          + inputs["b"]).tanh()
        states.append(h)
      }
      return try .stacking(states, axis: 1)
    }
  }

  /// The recurrence's backward pass, with a factor for what is carried back and another derivative.
  private func recurrenceGradient(
    _ fixture: EvidenceFixture, _ name: String, carried: Double = 1,
    derivative: (Tensor<Double>) throws -> Tensor<Double> = { 1 - $0.squared() }
  ) throws -> Tensor<Double> {
    let (inputs, h) = (fixture.inputs, try fixture.outputs["output"].unstacked(axis: 1))
    let upstream = try fixture.upstream["output"].unstacked(axis: 1)
    let (wx, wh) = (try inputs["wx"], try inputs["wh"])
    let x = try inputs["x"].unstacked(axis: 1)
    var dh = Tensor<Double>.zeros(like: h[0])
    var dx: [Tensor<Double>] = []
    var (dwx, dwh) = (Tensor<Double>.zeros(like: wx), Tensor<Double>.zeros(like: wh))
    var db = Tensor<Double>.zeros([wh.shape[0]])
    for step in h.indices.reversed() {
      let da = try (upstream[step] + dh) * derivative(h[step])
      let before = step == 0 ? try inputs["h0"] : h[step - 1]
      dx.insert(try da.matrixMultiplied(by: wx.transposed()), at: 0)
      try dwx += x[step].transposed().matrixMultiplied(by: da)
      try dwh += before.transposed().matrixMultiplied(by: da)
      try db += da.sum(axis: 0)
      dh = try da.matrixMultiplied(by: wh.transposed()) * carried
    }
    switch name {
    case "x": return try .stacking(dx, axis: 1)
    case "wx": return dwx
    case "wh": return dwh
    case "b": return db
    default: return dh
    }
  }

  func testTheRightRecurrenceIsNotDiagnosed() throws {
    let fixture = try recurrence()
    for name in fixture.inputs.names {
      let evidence = try fixture.evidence(name) { _ in try recurrenceGradient(fixture, name) }
      XCTAssertEqual(diagnose(evidence), [], name)
    }
  }

  func testAHiddenStateThatIsNotCarriedBackIsNamed() throws {
    let fixture = try recurrence()
    let evidence = try fixture.evidence("x") { _ in
      try recurrenceGradient(fixture, "x", carried: 0)
    }
    expect(.notCarriedBack, saying: "its own output alone", "hidden state", of: evidence)
    var other = evidence
    other.inputs.set("wh", to: normal(3, 3))
    expect(
      .notCarriedBack, saying: "last time step (index 4 along axis 1)", "hidden state", of: other)
  }

  func testWhatIsNotCarriedBackIsNamedForEveryInput() throws {
    let fixture = try recurrence()
    for name in ["h0", "wx", "wh", "b"] {
      let evidence = try fixture.evidence(name) { _ in
        try recurrenceGradient(fixture, name, carried: 0)
      }
      // The initial state's own gradient is not handed on either.
      if name != "h0" { expect(.notCarriedBack, saying: "through `wh`", of: evidence) }
    }
  }

  func testAWrongDerivativeAtEveryStepIsNamedForEveryInput() throws {
    let fixture = try recurrence()
    for name in ["x", "h0", "wx", "wh", "b"] {
      let missing = try fixture.evidence(name) { _ in
        try recurrenceGradient(fixture, name) { $0 * 0 + 1 }
      }
      expect(.activationDerivativeMissing, saying: "every time step", "1 − y²", of: missing)
      let misplaced = try fixture.evidence(name) { _ in
        try recurrenceGradient(fixture, name) { 1 - $0.tanh().squared() }
      }
      expect(.activationDerivativeMisplaced, saying: "every time step", of: misplaced)
    }
  }

  func testAHiddenStateThatIsCarriedBackWronglyIsNamed() throws {
    let fixture = try recurrence()
    let evidence = try fixture.evidence("x") { right in
      let wrong = try recurrenceGradient(fixture, "x", carried: 1.7)
      XCTAssertNotNil(mismatch(wrong, right, tolerance: .double))
      return wrong
    }
    expect(.notCarriedBack, saying: "last time step", of: evidence)
  }

  func testWithoutAJacobianThePlaceTells() throws {
    let fixture = try recurrence()
    var evidence = try fixture.evidence("x") { _ in
      try recurrenceGradient(fixture, "x", carried: 0)
    }
    evidence.jacobian = nil
    expect(.notCarriedBack, saying: "index 4 along axis 1", of: evidence)
  }

  // MARK: - Masks

  func testReLUWithoutItsMaskIsNamed() throws {
    let fixture = try EvidenceFixture.one(["x": normal(4, 5), "w": normal(5, 6)]) {
      try $0["x"].maximum(0).matrixMultiplied(by: $0["w"])
    }
    let evidence = try fixture.evidence("x") { _ in
      try fixture.upstream["output"].matrixMultiplied(by: fixture.inputs["w"].transposed())
    }
    expect(.maskIgnored, saying: "exactly zero", "ReLU", of: evidence)
  }

  func testDropoutsMaskIsNamed() throws {
    let mask = normal(6, 5) .> 0.0
    let fixture = try EvidenceFixture.one(
      NamedTensors(["x": normal(6, 5)], masks: ["kept": mask])
    ) { inputs in
      try inputs["x"].replacing(where: inputs.mask("kept").map { !$0 }, with: 0) * 2
    }
    let ignored = try fixture.evidence("x") { _ in try fixture.upstream["output"] * 2 }
    expect(.maskIgnored, saying: "`kept` is false", "multiply", of: ignored)
    let inverted = try fixture.evidence("x") { _ in
      try fixture.upstream["output"].replacing(where: mask, with: 0) * 2
    }
    expect(.maskIgnored, saying: "inverted", of: inverted)
  }

  func testAMaskOfWordsIsNamed() throws {
    let mask = normal(4, 5) .> 0.0
    let fixture = try EvidenceFixture.one(
      NamedTensors(["x": normal(4, 5, 3)], masks: ["isWord": mask])
    ) { inputs in
      let weights = try inputs.mask("isWord").cast(to: Double.self).expandingAxis(at: 2)
      return try (inputs["x"].tanh() * weights).sum(axis: 1)
    }
    let evidence = try fixture.evidence("x") { _ in
      let upstream = try fixture.upstream["output"].expandingAxis(at: 1)
      return try (1 - fixture.inputs["x"].tanh().squared()) * upstream
    }
    expect(.maskIgnored, saying: "`isWord` is false", of: evidence)
  }

  // MARK: - Borders

  /// A convolution in which what lies outside is the nearest pixel, or zero.
  private func convolution(
    _ x: Tensor<Double>, _ w: Tensor<Double>, edge: Bool = false
  ) throws -> Tensor<Double> {
    let (height, width) = (x.shape[2], x.shape[3])
    var sum = Tensor<Double>.zeros([x.shape[0], w.shape[0], height, width])
    sum.withUnsafeMutableElements { out in
      for index in out.indices {
        let at = position(index, in: [x.shape[0], w.shape[0], height, width])
        for channel in 0..<x.shape[1] {
          for i in 0..<3 {
            for j in 0..<3 {
              var (row, column) = (at[2] + i - 1, at[3] + j - 1)
              let isInside = (0..<height).contains(row) && (0..<width).contains(column)
              guard edge || isInside else { continue }
              (row, column) = (min(max(row, 0), height - 1), min(max(column, 0), width - 1))
              out[index] += x[at[0], channel, row, column] * w[at[1], channel, i, j]
            }
          }
        }
      }
    }
    return sum
  }

  func testWrongPaddingShowsAtTheBorders() throws {
    let inputs: NamedTensors<Double> = ["x": normal(2, 2, 6, 5), "w": normal(3, 2, 3, 3)]
    let fixture = try EvidenceFixture.one(inputs) { try self.convolution($0["x"], $0["w"]) }
    var other = try EvidenceFixture.one(inputs) {
      try self.convolution($0["x"], $0["w"], edge: true)
    }
    other.upstream = fixture.upstream
    let flat = try fixture.upstream["output"].elements
    let evidence = try fixture.evidence("x") { _ in try other.gradient("x", upstream: flat) }
    expect(.borders, saying: "axes 2 and 3", "1 wide", "padding", of: evidence)
    let weight = try fixture.evidence("w") { _ in try other.gradient("w", upstream: flat) }
    expect(.borders, saying: "axes 2 and 3", of: weight)
  }

  // MARK: - Silence

  func testRandomGradientsAreNotExplained() throws {
    let fixtures = [
      (try linear(), "x"), (try linear(), "weight"), (try recurrence(), "x"),
      (try recurrence(), "wh"), (try recurrence(), "b"), (try recurrence(), "h0"),
    ]
    for (fixture, name) in fixtures {
      for _ in 0..<50 {
        let evidence = try fixture.evidence(name) { right in
          Tensor.randomNormal(right.shape, using: &random)
        }
        XCTAssertEqual(diagnose(evidence), [], name)
      }
    }
  }
}
