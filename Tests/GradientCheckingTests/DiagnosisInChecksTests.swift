import GradientChecking
import Tensors
import XCTest

/// From a layer's backward pass to the name of its mistake, in both precisions.
final class DiagnosisInChecksTests: XCTestCase {
  /// The diagnoses for `y = tanh(x·w + b)` with a backward pass that makes a mistake.
  private func kinds<Scalar: TensorScalar>(
    _ type: Scalar.Type, n: Int = 5, d: Int = 3, m: Int = 4,
    _ mistake: @escaping (inout NamedTensors<Scalar>, _ da: Tensor<Scalar>) throws -> Void
  ) throws -> [String: Diagnosis.Kind] {
    let function = DifferentiableFunction<Scalar>("layer") { inputs in
      let a = try inputs["x"].matrixMultiplied(by: inputs["w"]) + inputs["b"]
      return (output: a.tanh(), cache: inputs)
    } backward: { (upstream: Tensor<Scalar>, inputs: NamedTensors<Scalar>) in
      let a = try inputs["x"].matrixMultiplied(by: inputs["w"]) + inputs["b"]
      let da = try upstream * (1 - a.tanh().squared())
      var gradients: NamedTensors<Scalar> = [
        "x": try da.matrixMultiplied(by: inputs["w"].transposed()),
        "w": try inputs["x"].transposed().matrixMultiplied(by: da), "b": try da.sum(axis: 0),
      ]
      try mistake(&gradients, da)
      return gradients
    }
    var random = SeededGenerator(seed: 9)
    let inputs: NamedTensors<Scalar> = [
      "x": .randomNormal([n, d], using: &random), "w": .randomNormal([d, m], using: &random) * 0.5,
      "b": .randomNormal([m], using: &random),
    ]
    let report = try checkGradients(of: function, at: inputs)
    var result: [String: Diagnosis.Kind] = [:]
    for gradient in report.gradients { result[gradient.name] = gradient.diagnosis?.kind }
    return result
  }

  private func named<Scalar: TensorScalar>(_ type: Scalar.Type) throws {
    XCTAssertEqual(try kinds(type) { _, _ in }, [:])
    XCTAssertEqual(
      try kinds(type) { gradients, _ in
        gradients.set("x", to: try -gradients["x"])
        gradients.set("w", to: try gradients["w"] / 5)
        gradients.set("b", to: .zeros([4]))
      }, ["x": .wrongSign, "w": .meanInsteadOfSum, "b": .zeros])
    XCTAssertEqual(
      try kinds(type) { gradients, da in
        gradients.set("x", to: try Tensor.stacking(gradients["x"].unstacked().reversed()))
        gradients.set("w", to: try gradients["w"].transposed())
        gradients.set("b", to: da)
      }, ["x": .reversed, "w": .transposed, "b": .sumMissing])
    XCTAssertEqual(
      try kinds(type) { gradients, da in
        gradients.set("w", to: try gradients["w"].absolute())
        gradients.set("b", to: try da[4, .all])
      }, ["w": .signLost, "b": .onlyOneIndexCounts])
  }

  func testMistakesAreNamedInDouble() throws { try named(Double.self) }
  func testMistakesAreNamedInFloat() throws { try named(Float.self) }

  func testThousandsOfNumbersTakeSeconds() throws {
    let clock = ContinuousClock()
    var random = SeededGenerator(seed: 3)
    let noise = Tensor<Double>.randomNormal([40, 50], using: &random)
    let duration = try clock.measure {
      let found = try kinds(Double.self, n: 40, d: 40, m: 50) { gradients, da in
        gradients.set("w", to: noise * da.sum())
        gradients.set("x", to: try noise[.all, 0..<40] * da.sum())
      }
      XCTAssertEqual(found, [:])
    }
    XCTAssertLessThan(duration, .seconds(10))
  }
}
