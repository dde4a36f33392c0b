import Foundation
import GradientChecking
import Tensors
import XCTest

private typealias Named = NamedTensors<Double>

/// y = x·W + b, with a backward pass that a test may replace.
private func affine(
  backward: ((Tensor<Double>, NamedTensors<Double>) throws -> NamedTensors<Double>)? = nil
) -> DifferentiableFunction<Double> {
  DifferentiableFunction("affine") { (inputs: Named) -> (output: Tensor<Double>, cache: Named) in
    (try inputs["x"].matrixMultiplied(by: inputs["w"]) + inputs["b"], inputs)
  } backward: { (upstream: Tensor<Double>, inputs: Named) -> Named in
    if let backward { return try backward(upstream, inputs) }
    return [
      "x": try upstream.matrixMultiplied(by: inputs["w"], transposingOther: true),
      "w": try inputs["x"].matrixMultiplied(by: upstream, transposingSelf: true),
      "b": try upstream.sum(axis: 0),
    ]
  }
}

/// y = f(x) for every element, with a derivative that may be wrong.
private func elementwise<Scalar: TensorScalar>(
  _ function: @escaping (Scalar) -> Scalar, derivative: @escaping (Scalar) -> Scalar
) -> DifferentiableFunction<Scalar> {
  DifferentiableFunction("elementwise") {
    (inputs: NamedTensors<Scalar>) -> (output: Tensor<Scalar>, cache: Tensor<Scalar>) in
    (try inputs["x"].map(function), try inputs["x"])
  } backward: { (upstream: Tensor<Scalar>, x: Tensor<Scalar>) -> NamedTensors<Scalar> in
    ["x": try upstream * x.map(derivative)]
  }
}

final class GradientCheckTests: XCTestCase {
  private var random = SeededGenerator(seed: 231)
  private lazy var affineInputs: Named = [
    "x": .randomNormal([4, 5], using: &random), "w": .randomNormal([5, 3], using: &random),
    "b": .randomNormal([3], using: &random),
  ]

  private func check<Scalar: TensorScalar>(
    _ function: DifferentiableFunction<Scalar>, at inputs: NamedTensors<Scalar>,
    _ mode: GradientCheckMode
  ) throws -> GradientReport {
    try checkGradients(of: function, at: inputs, options: GradientCheckOptions(mode: mode))
  }

  func testARightGradientIsRightInEveryMode() throws {
    for mode in GradientCheckMode.allCases {
      let report = try check(affine(), at: affineInputs, mode)
      XCTAssertEqual(report.verdict, .right, "\(mode)")
      XCTAssertEqual(report.gradients.map(\.name), ["x", "w", "b"])
      XCTAssertEqual(report.gradients.map(\.shape), [[4, 5], [5, 3], [3]])
      XCTAssertEqual(
        report.gradients.map(\.compared),
        mode == .elements
          ? [20, 15, 3] : mode == .jacobian ? [20 * 12, 15 * 12, 3 * 12] : [4, 4, 4])
      XCTAssertEqual(report.faults, [])
    }
  }

  func testASingleWrongNumberIsFoundAndPlaced() throws {
    let wrong = affine { upstream, inputs in
      var gradient = try inputs["x"].matrixMultiplied(by: upstream, transposingSelf: true)
      gradient[3, 1] += 1e-4 * upstream[2, 2]
      return [
        "x": try upstream.matrixMultiplied(by: inputs["w"], transposingOther: true),
        "w": gradient, "b": try upstream.sum(axis: 0),
      ]
    }
    for mode in GradientCheckMode.allCases {
      let report = try check(wrong, at: affineInputs, mode)
      XCTAssertEqual(report.gradients.map(\.verdict), [.right, .wrong, .right], "\(mode)")
      XCTAssertEqual(report.gradients[1].wrong, 1)
      XCTAssertEqual(report.gradients[1].worst?.position, [3, 1])
      XCTAssertEqual(report.gradients[1].map?.verdicts.firstIndex(of: .wrong), 3 * 3 + 1)
    }
  }

  func testTheErrorBarHoldsTheTrueDerivative() throws {
    // f oscillates and grows, so that truncation and rounding matter by turns.
    func f(_ x: Double) -> Double { sin(30 * x) + exp(4 * x) }
    func slope(_ x: Double) -> Double { 30 * cos(30 * x) + 4 * exp(4 * x) }
    let function = elementwise(f, derivative: { 1.001 * slope($0) })
    let x = Tensor<Double>.randomNormal([60], using: &random)
    let report = try check(function, at: ["x": x], .elements)
    let map = try XCTUnwrap(report.gradients[0].map)
    XCTAssertEqual(report.gradients[0].wrong, 60)
    for (numeric, analytic) in zip(map.numeric, map.analytic) {
      XCTAssertEqual(numeric, analytic / 1.001, accuracy: report.gradients[0].largestErrorBar)
    }
    let largest = map.numeric.map { abs($0) }.max() ?? 0
    XCTAssertLessThan(report.gradients[0].largestErrorBar, 1e-6 * largest)
  }

  func testKinksAreSetAsideAndCounted() throws {
    let relu = elementwise({ max($0, 0) }, derivative: { $0 > 0 ? 1 : 0 })
    // Two at the corner; the others near it, on either side.
    let x = Tensor<Double>([0, 1, -2, 1e-6, 3e-7, -2e-6, 0, 0.5])
    for mode in [GradientCheckMode.elements, .jacobian] {
      let report = try check(relu, at: ["x": x], mode)
      XCTAssertEqual(report.verdict, .right, "\(mode)")
      XCTAssertEqual(report.gradients[0].kinks, 2)
      XCTAssertEqual(report.gradients[0].wrong, 0)
    }
    let report = try check(relu, at: ["x": x], .elements)
    XCTAssertEqual(
      report.gradients[0].map?.verdicts.map { $0 == .kink },
      [true, false, false, false, false, false, true, false])
  }

  func testAMistakeBesideKinksIsNoKink() throws {
    let wrong = elementwise({ max($0, 0) }, derivative: { $0 > 0 ? 1.01 : 0 })
    let report = try check(wrong, at: ["x": Tensor([0, 1, -2, 1e-6, 0.5])], .elements)
    XCTAssertEqual(report.verdict, .wrong)
    XCTAssertEqual(report.gradients[0].wrong, 3)
    XCTAssertEqual(report.gradients[0].kinks, 1)
  }

  func testNothingButKinksDoesNotPass() throws {
    let relu = elementwise({ max($0, 0) }, derivative: { $0 > 0 ? 1 : 0 })
    for mode in GradientCheckMode.allCases {
      let report = try check(relu, at: ["x": .zeros([3])], mode)
      XCTAssertEqual(report.verdict, .cannotTell, "\(mode)")
    }
  }

  func testATieOfTwoMaximaIsAKink() throws {
    let largest = DifferentiableFunction("max") {
      (inputs: Named) -> (output: Tensor<Double>, cache: Tensor<Double>) in
      (try inputs["x"].max(axis: 1), try inputs["x"])
    } backward: { (upstream: Tensor<Double>, x: Tensor<Double>) -> Named in
      let winners = try Tensor<Double>.oneHot(x.argmax(axis: 1), depth: x.shape[1])
      return ["x": try winners * upstream.expandingAxis(at: 1)]
    }
    let x = try Tensor<Double>(rows: [[1, 3, 3], [2, 0, -1]])
    let report = try check(largest, at: ["x": x], .elements)
    XCTAssertEqual(report.verdict, .right)
    XCTAssertEqual(report.gradients[0].kinks, 2)
  }

  func testAForwardPassTooNoisyForAVerdictGetsNone() throws {
    let noisy = elementwise({ Double(Float(1000 + sin($0))) }, derivative: { cos($0) })
    let x = Tensor<Double>.randomNormal([3, 4], using: &random)
    for mode in GradientCheckMode.allCases {
      XCTAssertEqual(try check(noisy, at: ["x": x], mode).verdict, .cannotTell, "\(mode)")
    }
    let wrong = elementwise({ Double(Float(1000 + sin($0))) }, derivative: { 3 + cos($0) })
    XCTAssertEqual(try check(wrong, at: ["x": x], .elements).verdict, .wrong)
  }

  func testStepsFollowTheScaleOfTheInputs() throws {
    for scale in [1e-3, 1, 1e3, 1e6] {
      func square(_ x: Double) -> Double { (x / scale) * (x / scale) }
      let right = elementwise(square, derivative: { 2 * $0 / (scale * scale) })
      let wrong = elementwise(square, derivative: { 2.001 * $0 / (scale * scale) })
      let x = Tensor<Double>.randomNormal([7], using: &random) * scale
      for mode in GradientCheckMode.allCases {
        XCTAssertEqual(try check(right, at: ["x": x], mode).verdict, .right, "\(scale) \(mode)")
      }
      XCTAssertEqual(try check(wrong, at: ["x": x], .elements).verdict, .wrong, "\(scale)")
    }
  }

  func testTolerancesCanBeSet() throws {
    let wrong = elementwise({ (x: Double) in x * x }, derivative: { 2.001 * $0 })
    var options = GradientCheckOptions()
    options.relativeTolerance = 1e-2
    let x = Tensor<Double>.randomNormal([5], using: &random)
    XCTAssertEqual(try checkGradients(of: wrong, at: ["x": x], options: options).verdict, .right)
    options.relativeTolerance = 1e-4
    XCTAssertEqual(try checkGradients(of: wrong, at: ["x": x], options: options).verdict, .wrong)
    options.absoluteTolerance = 10
    XCTAssertEqual(try checkGradients(of: wrong, at: ["x": x], options: options).verdict, .right)
  }

  func testAWrongGradientOfManyElementsIsWrongInAFewDirections() throws {
    let square = elementwise({ (x: Double) in x * x }, derivative: { 2.1 * $0 })
    let x = Tensor<Double>.randomNormal([100, 100], using: &random)
    let report = try check(square, at: ["x": x], .fast)
    XCTAssertEqual(report.verdict, .wrong)
    XCTAssertLessThan(report.forwardCalls, 100)
  }

  func testTwoSwappedElementsAreSeenInFastMode() throws {
    let swapped = DifferentiableFunction("swapped") {
      (inputs: Named) -> (output: Tensor<Double>, cache: Tensor<Double>) in
      (try inputs["x"].squared(), try inputs["x"])
    } backward: { (upstream: Tensor<Double>, x: Tensor<Double>) -> Named in
      var gradient = try 2 * x * upstream
      (gradient[3], gradient[4000]) = (gradient[4000], gradient[3])
      return ["x": gradient]
    }
    let x = Tensor<Double>.randomNormal([5000], using: &random)
    for seed in 0..<50 {
      var options = GradientCheckOptions(mode: .fast)
      options.seed = UInt64(seed)
      let report = try checkGradients(of: swapped, at: ["x": x], options: options)
      XCTAssertEqual(report.verdict, .wrong, "seed \(seed)")
    }
  }

  func testFloatAloneIsCheckedAsFarAsItsDifferencesGo() throws {
    let right = elementwise({ (x: Float) in tanh(x) }, derivative: { 1 - tanh($0) * tanh($0) })
    let wrong = elementwise({ (x: Float) in tanh(x) }, derivative: { 1 - tanh($0) })
    let x = Tensor<Float>.randomNormal([3, 4], using: &random)
    for mode in GradientCheckMode.allCases {
      XCTAssertEqual(try check(right, at: ["x": x], mode).verdict, .right, "\(mode)")
      XCTAssertEqual(try check(wrong, at: ["x": x], mode).verdict, .wrong, "\(mode)")
    }
  }

  func testAFloatFunctionIsCheckedAgainstItsTwin() throws {
    let right = elementwise({ (x: Float) in tanh(x) }, derivative: { 1 - tanh($0) * tanh($0) })
    let twin = elementwise({ (x: Double) in tanh(x) }, derivative: { 1 - tanh($0) * tanh($0) })
    let x = Tensor<Float>.randomNormal([3, 4], using: &random)
    let report = try checkGradients(of: right, twin: twin, at: ["x": x])
    XCTAssertEqual(report.verdict, .right)
    XCTAssertEqual(report.scalar, "Float")
    // Differences in Float would not see this one.
    let wrong = elementwise(
      { (x: Float) in tanh(x) }, derivative: { 1.001 - tanh($0) * tanh($0) })
    let faults = try checkGradients(of: wrong, twin: twin, at: ["x": x]).faults
    XCTAssertEqual(faults.map(\.kind), [.twinDiffers])
    XCTAssertTrue(faults[0].message.contains("gradient of “x”"), faults[0].message)
  }

  func testTheGradientOfTheGradientIsChecked() throws {
    // y = x³: the gradient is 3x²u, and its own gradients are 6xu·v by x and 3x²·v by u.
    let cube = elementwise({ (x: Double) in x * x * x }, derivative: { 3 * $0 * $0 })
    func gradient(factor: Double) -> DifferentiableFunction<Double> {
      cube.gradientFunction { upstream, inputs in
        let (x, u, v) = (try inputs["x"], try inputs["upstream of output"], try upstream["x"])
        return ["x": try v * u * x * factor, "upstream of output": try v * x.squared() * 3]
      }
    }
    let inputs: Named = [
      "x": .randomNormal([4], using: &random),
      "upstream of output": .randomNormal([4], using: &random),
    ]
    XCTAssertEqual(try checkGradients(of: gradient(factor: 6), at: inputs).verdict, .right)
    let report = try checkGradients(of: gradient(factor: 3), at: inputs)
    XCTAssertEqual(report.gradients.map(\.verdict), [.wrong, .right])
  }

  func testIntegersAndMasksAreLeftAlone() throws {
    let pick = DifferentiableFunction("pick") {
      (inputs: Named) -> (output: Tensor<Double>, cache: Named) in
      let picked = try inputs["table"].gathering(inputs.integers("rows"))
      return (try picked.replacing(where: inputs.mask("hidden"), with: 0), inputs)
    } backward: { (upstream: Tensor<Double>, inputs: Named) -> Named in
      let visible = try upstream.replacing(where: inputs.mask("hidden"), with: 0)
      return [
        "table": try .scatterAdding(
          visible, at: inputs.integers("rows"), count: inputs["table"].shape[0])
      ]
    }
    let inputs = NamedTensors<Double>(
      ["table": .randomNormal([5, 3], using: &random)], integers: ["rows": Tensor([1, 4, 1, 0])],
      masks: [
        "hidden": try Tensor<Bool>(
          [true, false, false, false, false, false, false, false, true, false, true, false],
          shape: [4, 3])
      ])
    for mode in GradientCheckMode.allCases {
      XCTAssertEqual(try check(pick, at: inputs, mode).verdict, .right, "\(mode)")
    }
  }

  func testTheSameSeedGivesTheSameReport() throws {
    var reports = try (0..<2).map { _ in try check(affine(), at: affineInputs, .fast) }
    for index in reports.indices { reports[index].seconds = 0 }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    XCTAssertEqual(try encoder.encode(reports[0]), try encoder.encode(reports[1]))
  }

  func testALargeJacobianIsRefusedWithAdvice() throws {
    let x = Tensor<Double>.zeros([20_000])
    XCTAssertThrowsError(
      try check(elementwise({ (x: Double) in x }, derivative: { _ in 1 }), at: ["x": x], .jacobian)
    ) { XCTAssertTrue("\($0)".contains("fast"), "\($0)") }
  }
}
