import ExerciseTesting
import GradientChecking
import Tensors
import Training
import XCTest

final class OptimizerTests: XCTestCase {
  func testMomentumMovesAsPyTorchDoes() throws {
    try check("momentum", Momentum<Double>(learningRate: 0.03, momentum: 0.8))
    try check("momentum", Momentum<Float>(learningRate: 0.03, momentum: 0.8))
  }

  func testRMSPropMovesAsPyTorchDoes() throws {
    try check("rmsProp", RMSProp<Double>(learningRate: 0.02, decay: 0.95, epsilon: 1e-7))
    try check("rmsProp", RMSProp<Float>(learningRate: 0.02, decay: 0.95, epsilon: 1e-7))
  }

  func testAdamMovesAsPyTorchDoes() throws {
    try check(
      "adam", Adam<Double>(learningRate: 0.05, beta1: 0.85, beta2: 0.99, epsilon: 1e-7))
    try check("adam", Adam<Float>(learningRate: 0.05, beta1: 0.85, beta2: 0.99, epsilon: 1e-7))
  }

  func testParametersOfDifferentNamesDoNotTouchEachOther() throws {
    let start = try Tensor<Double>([1, -2, 3], shape: [3])
    let gradient = try Tensor<Double>([0.5, 0.1, -2], shape: [3])
    var alone = start
    var (first, second) = (start, Tensor<Double>.ones([2, 2]))
    var (optimizerAlone, optimizer) = (Adam<Double>(), Adam<Double>())
    for _ in 0..<3 {
      try optimizerAlone.update(&alone, gradient: gradient)
      try optimizer.update(&first, gradient: gradient, name: "first")
      try optimizer.update(&second, gradient: .ones([2, 2]), name: "second")
    }
    XCTAssertEqual(first, alone)
  }

  func testAGradientOfAnotherShapeIsRefused() {
    var optimizer = Adam<Float>()
    var parameter = Tensor<Float>.ones([2, 3])
    XCTAssertThrowsError(
      try optimizer.update(&parameter, gradient: .ones([3, 2]), name: "weight")
    ) { XCTAssertTrue("\($0)".contains("gradient of weight"), "\($0)") }
  }

  func testAParameterOfAnotherShapeThanBeforeIsRefused() throws {
    var optimizer = Momentum<Float>()
    var (first, second) = (Tensor<Float>.ones([2]), Tensor<Float>.ones([3]))
    try optimizer.update(&first, gradient: first)
    XCTAssertThrowsError(try optimizer.update(&second, gradient: second))
  }

  private func check<Scalar, Rule: Optimizer<Scalar>>(
    _ name: String, _ rule: Rule, file: StaticString = #filePath, line: UInt = #line
  ) throws {
    let golden = try Golden("optimizers")
    var (optimizer, parameter) = (rule, try golden.tensor("start") as Tensor<Scalar>)
    let gradients = try golden.tensor("gradients") as Tensor<Scalar>
    let expected = try golden.tensor(name) as Tensor<Double>
    for step in 0..<gradients.shape[0] {
      try optimizer.update(&parameter, gradient: gradients[step, .all], name: name)
      let problem = mismatch(
        parameter.cast(to: Double.self), try expected[step, .all],
        tolerance: Scalar.self == Double.self ? .double : .float)
      XCTAssertNil(problem, "\(name), step \(step)", file: file, line: line)
    }
  }
}
