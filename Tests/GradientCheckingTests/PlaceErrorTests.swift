import GradientChecking
import Tensors
import XCTest

/// Mistakes that show in the shape of the error, and those with an activation's derivative.
final class PlaceErrorTests: XCTestCase {
  private var random = SeededGenerator(seed: 97)

  private func normal(_ shape: Int...) -> Tensor<Double> {
    .randomNormal(shape, using: &random)
  }

  private func expect(
    _ kind: Diagnosis.Kind, saying words: String..., of evidence: Evidence,
    file: StaticString = #filePath, line: UInt = #line
  ) {
    let found = diagnose(evidence)
    XCTAssertEqual(found.first?.kind, kind, "\(found)", file: file, line: line)
    for word in words {
      XCTAssert(
        found.first?.message.contains(word) == true,
        "\(found.first?.message ?? "") lacks \(word)", file: file, line: line)
    }
  }

  // MARK: - Statistics

  private func normalised(
    _ x: Tensor<Double>, axes: [Int], mean: Tensor<Double>? = nil, variance: Tensor<Double>? = nil
  ) throws -> Tensor<Double> {
    let m = try mean ?? x.mean(axes: axes, keepingAxes: true)
    let v =
      try variance
      ?? (x - x.mean(axes: axes, keepingAxes: true)).squared()
      .mean(axes: axes, keepingAxes: true)
    return try (x - m) / (v + 1e-5).squareRoot()
  }

  /// A normalisation whose backward pass takes the mean, the variance or both for constants.
  private func normalisation(
    _ x: Tensor<Double>, axes: [Int], fixMean: Bool, fixVariance: Bool
  ) throws -> Evidence {
    let scale = normal(1, x.shape[1])
    let shape = [1, x.shape[1]] + [Int](repeating: 1, count: x.rank - 2)
    func run(_ inputs: NamedTensors<Double>, mean: Tensor<Double>?, variance: Tensor<Double>?)
      throws -> Tensor<Double>
    {
      try self.normalised(inputs["x"], axes: axes, mean: mean, variance: variance)
        * scale.reshaped(shape)
    }
    let mean = try x.mean(axes: axes, keepingAxes: true)
    let variance = try (x - mean).squared().mean(axes: axes, keepingAxes: true)
    let fixture = try EvidenceFixture.one(["x": x]) {
      try run($0, mean: nil, variance: nil)
    }
    let frozen = try EvidenceFixture.one(["x": x]) {
      try run($0, mean: fixMean ? mean : nil, variance: fixVariance ? variance : nil)
    }
    let upstream = try fixture.upstream["output"].elements
    return try fixture.evidence("x") { _ in try frozen.gradient("x", upstream: upstream) }
  }

  func testTheTermThroughTheMeanOfABatchIsNamed() throws {
    expect(
      .statisticsTermMissing, saying: "axis 0 (8 elements)", "the same for all", "mean",
      of: try normalisation(normal(8, 6), axes: [0], fixMean: true, fixVariance: false))
  }

  func testTheTermThroughTheVarianceOfABatchIsNamed() throws {
    expect(
      .statisticsTermMissing, saying: "axis 0 (8 elements)", "x − mean(x)", "variance",
      of: try normalisation(normal(8, 6), axes: [0], fixMean: false, fixVariance: true))
  }

  func testBothTermsOfALayerNormAreNamed() throws {
    expect(
      .statisticsTermMissing, saying: "axis 1 (6 elements)", "mean and the variance",
      of: try normalisation(normal(5, 6), axes: [1], fixMean: true, fixVariance: true))
  }

  func testTheTermsOfASpatialBatchNormAreNamed() throws {
    expect(
      .statisticsTermMissing, saying: "axes 0, 2 and 3 (36 elements", "variance",
      of: try normalisation(normal(3, 2, 4, 3), axes: [0, 2, 3], fixMean: false, fixVariance: true))
  }

  func testSoftmaxWithoutItsSumIsNamed() throws {
    let fixture = try EvidenceFixture.one(["x": normal(4, 6)]) {
      let powers = try $0["x"].exp()
      return try powers / powers.sum(axis: 1, keepingAxis: true)
    }
    let (y, upstream) = (try fixture.outputs["output"], try fixture.upstream["output"])
    expect(
      .statisticsTermMissing, saying: "axis 1", "softmax",
      of: try fixture.evidence("x") { _ in try y * upstream })
    expect(
      .statisticsTermMissing, saying: "same element of `output` only",
      of: try fixture.evidence("x") { _ in try y * (1 - y) * upstream })
  }

  func testANormThatIsTakenForAConstantIsNamed() throws {
    let fixture = try EvidenceFixture.one(["x": normal(4, 6)]) {
      try $0["x"] / $0["x"].squared().sum(axis: 1, keepingAxis: true).squareRoot()
    }
    let x = try fixture.inputs["x"]
    let norm = try x.squared().sum(axis: 1, keepingAxis: true).squareRoot()
    expect(
      .statisticsTermMissing, saying: "axis 1", "norm",
      of: try fixture.evidence("x") { _ in try fixture.upstream["output"] / norm })
  }

  // MARK: - Targets, penalties, paths

  private func softmaxLoss() throws -> EvidenceFixture {
    let targets = try Tensor([2, 0, 4, 1, 1, 3], shape: [6])
    return try .one(NamedTensors(["scores": normal(6, 5)], integers: ["targets": targets])) {
      let scores = try $0["scores"]
      let right = try scores.gatheringLastAxis($0.integers("targets"))
      let loss = try (scores.logSumExp(axis: 1) - right).mean()
      return Tensor(scalar: loss)
    }
  }

  private func probabilities(_ x: Tensor<Double>) throws -> Tensor<Double> {
    let powers = x.exp()
    return try powers / powers.sum(axis: 1, keepingAxis: true)
  }

  func testTheMissingTargetOfASoftmaxLossIsNamed() throws {
    var fixture = try softmaxLoss()
    let upstream = try fixture.upstream["output"].scalar()
    func wrong(_: Tensor<Double>) throws -> Tensor<Double> {
      try probabilities(fixture.inputs["scores"]) * (upstream / 6)
    }
    expect(
      .targetTermMissing, saying: "axis 1 that `targets` gives", "−1",
      of: try fixture.evidence("scores", wrong: wrong))
    var hidden = try fixture.evidence("scores", wrong: wrong)
    fixture.inputs.integers = [:]
    hidden.inputs.integers = [:]
    expect(.targetTermMissing, saying: "exactly one index of each line", of: hidden)
  }

  func testAMissingPenaltyIsNamed() throws {
    let fixture = try EvidenceFixture.one(["x": normal(4, 5), "w": normal(5, 3)]) {
      let scores = try $0["x"].matrixMultiplied(by: $0["w"]).tanh()
      return try Tensor(scalar: scores.squared().sum() + 0.05 * $0["w"].squared().sum())
    }
    let (w, upstream) = (try fixture.inputs["w"], try fixture.upstream["output"].scalar())
    expect(
      .regularization, saying: "is missing", "λ is 0.1 for",
      of: try fixture.evidence("w") { try $0 - w * (0.1 * upstream) })
    expect(
      .regularization, saying: "λ·x",
      of: try fixture.evidence("w") { try $0 + w * (0.1 * upstream) })
  }

  func testAMissingResidualIsNamed() throws {
    let fixture = try EvidenceFixture.one(["x": normal(4, 5), "w": normal(5, 5)]) {
      try $0["x"] + $0["x"].matrixMultiplied(by: $0["w"]).tanh()
    }
    let upstream = try fixture.upstream["output"]
    expect(
      .pathMissing, saying: "upstream gradient of `output`", "missing",
      of: try fixture.evidence("x") { try $0 - upstream })
    expect(
      .pathMissing, saying: "once too often", of: try fixture.evidence("x") { try $0 + upstream })
  }

  // MARK: - Activations

  private typealias Map = (Tensor<Double>) throws -> Tensor<Double>

  /// A fully connected layer whose backward pass uses another derivative of its activation.
  private func activated(
    _ name: String, by activation: @escaping Map,
    derivative: (Tensor<Double>, Tensor<Double>) throws
      -> Tensor<Double>
  ) throws -> Evidence {
    let fixture = try EvidenceFixture.one([
      "x": normal(4, 5), "w": normal(5, 6) * 0.3, "b": normal(6) * 0.1,
    ]) { try activation($0["x"].matrixMultiplied(by: $0["w"]) + $0["b"]) }
    let (x, w) = (try fixture.inputs["x"], try fixture.inputs["w"])
    let a = try x.matrixMultiplied(by: w) + fixture.inputs["b"]
    let da = try fixture.upstream["output"] * derivative(fixture.outputs["output"], a)
    return try fixture.evidence(name) { _ in
      switch name {
      case "x": try da.matrixMultiplied(by: w.transposed())
      case "w": try x.transposed().matrixMultiplied(by: da)
      default: try da.sum(axis: 0)
      }
    }
  }

  func testDerivativesInTheWrongPlaceAreNamed() throws {
    let missing = Diagnosis.Kind.activationDerivativeMissing
    let misplaced = Diagnosis.Kind.activationDerivativeMisplaced
    for name in ["x", "w", "b"] {
      let tanh: Map = { $0.tanh() }
      let sigmoid: Map = { $0.sigmoid() }
      expect(missing, saying: "1 − y²", of: try activated(name, by: tanh) { y, _ in y * 0 + 1 })
      expect(
        misplaced, saying: "taken at its input",
        of: try activated(name, by: tanh) { _, a in 1 - a.squared() })
      expect(
        misplaced, saying: "tanh of the output",
        of: try activated(name, by: tanh) { y, _ in 1 - y.tanh().squared() })
      expect(
        misplaced, saying: "sigmoid", of: try activated(name, by: tanh) { y, _ in try y * (1 - y) })
      expect(
        missing, saying: "y(1 − y)", of: try activated(name, by: sigmoid) { y, _ in y * 0 + 1 })
      expect(
        misplaced, saying: "derivative of tanh, 1 − y²",
        of: try activated(name, by: sigmoid) { y, _ in 1 - y.squared() })
      expect(
        misplaced, saying: "taken at its input",
        of: try activated(name, by: sigmoid) { _, a in try a * (1 - a) })
      expect(
        missing, saying: "exp", of: try activated(name, by: { $0.exp() }) { y, _ in y * 0 + 1 })
    }
  }

  func testActivationsByThemselvesAreNamed() throws {
    let fixture = try EvidenceFixture.one(["x": normal(3, 4)]) { try $0["x"].tanh() }
    let (x, upstream) = (try fixture.inputs["x"], try fixture.upstream["output"])
    var evidence = try fixture.evidence("x") { _ in try upstream * (1 - x.squared()) }
    expect(.activationDerivativeMisplaced, saying: "taken at its input", of: evidence)
    evidence.jacobian = nil
    expect(.activationDerivativeMisplaced, saying: "taken at its input", of: evidence)
    let swish = try EvidenceFixture.one(["x": x]) { try $0["x"] * $0["x"].sigmoid() }
    expect(
      .activationDerivativeMissing, saying: "upstream gradient itself",
      of: try swish.evidence("x") { _ in upstream })
  }

  func testReLUDecidedByTheUpstreamGradientIsNamed() throws {
    let fixture = try EvidenceFixture.one(["x": normal(4, 5)]) { try $0["x"].maximum(0) }
    let upstream = try fixture.upstream["output"]
    expect(
      .activationDerivativeMisplaced, saying: "mask is taken from the upstream gradient",
      of: try fixture.evidence("x") { _ in upstream.maximum(0) })
  }

  func testADerivativeThatIsRightOnOneSideOnlyIsNamed() throws {
    let fixture = try EvidenceFixture.one(["x": normal(4, 5)]) {
      try $0["x"].map { $0 > 0 ? $0 : Double.exp($0) - 1 }
    }
    let (x, y) = (try fixture.inputs["x"], try fixture.outputs["output"])
    let upstream = try fixture.upstream["output"]
    expect(
      .activationDerivativeMisplaced, saying: "right where `x` is positive and wrong",
      of: try fixture.evidence("x") { _ in
        try upstream * .where(x .> 0, Tensor.ones(x.shape), y)
      })
    expect(
      .activationDerivativeMisplaced, saying: "zero where it is negative",
      of: try fixture.evidence("x") { try $0.replacing(where: x .< 0, with: 0) })
  }

  func testTheTanhOfACellStateIsNamed() throws {
    let gates: NamedTensors<Double> = [
      "i": normal(3, 4), "f": normal(3, 4), "o": normal(3, 4), "g": normal(3, 4),
      "c0": normal(3, 4),
    ]
    let fixture = try EvidenceFixture(gates) { inputs in
      let c = try inputs["f"].sigmoid() * inputs["c0"] + inputs["i"].sigmoid() * inputs["g"].tanh()
      return try ["h": inputs["o"].sigmoid() * c.tanh(), "c": c]
    }
    let c = try fixture.outputs["c"]
    let (dh, dc) = (try fixture.upstream["h"], try fixture.upstream["c"])
    let (f, o) = (try fixture.inputs["f"].sigmoid(), try fixture.inputs["o"].sigmoid())
    for (derivative, kind) in [
      (c * 0 + 1, Diagnosis.Kind.activationDerivativeMissing),
      (1 - c.squared(), .activationDerivativeMisplaced),
    ] {
      let evidence = try fixture.evidence("c0") { _ in try (dc + dh * o * derivative) * f }
      expect(kind, saying: "from `h` to `c`", of: evidence)
    }
  }

  // MARK: - Silence

  func testRandomGradientsAreNotExplained() throws {
    let fixtures: [(EvidenceFixture, String)] = try [
      (softmaxLoss(), "scores"),
      (.one(["x": normal(4, 5)]) { try $0["x"].maximum(0) }, "x"),
      (.one(["x": normal(7, 3)]) { try self.normalised($0["x"], axes: [0]) }, "x"),
      (.one(["x": normal(2, 3)]) { try $0["x"].sigmoid() }, "x"),
      (.one(["x": normal(5)]) { try $0["x"].tanh() }, "x"),
    ]
    for (fixture, name) in fixtures {
      for trial in 0..<60 {
        let evidence = try fixture.evidence(name) { right in
          let noise = Tensor<Double>.randomNormal(right.shape, using: &random)
          return trial % 3 == 0 ? noise : trial % 3 == 1 ? try right + noise : try right * noise
        }
        XCTAssertEqual(diagnose(evidence), [], name)
      }
      XCTAssertEqual(diagnose(try fixture.evidence(name) { $0 }), [])
    }
  }
}
