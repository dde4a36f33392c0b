import ExerciseTesting
import GradientChecking
import Tensors
import Training
import XCTest

final class LBFGSTests: XCTestCase {
  /// Of Rosenbrock's function `Σ 10(x[i+1] − x[i]²)² + (1 − x[i])²`.
  private func gradient<Scalar: TensorScalar>(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    let (here, next) = (try x[..<(x.count - 1)], try x[1...])
    let bend = try next - here.squared()
    let byHere = try -40 * (here * bend) - 2 * (1 - here)
    return try byHere.padded([(0, 1)], with: 0) + (20 * bend).padded([(1, 0)], with: 0)
  }

  func testItMovesAsPyTorchDoesAlsoWhenOldStepsAreForgotten() throws {
    let path = try Golden("lbfgs").tensor("path") as Tensor<Double>
    var optimizer = LBFGS<Double>(learningRate: 0.3, corrections: 4)
    var x = try path[0, .all]
    for step in 1..<path.shape[0] {
      try optimizer.update(&x, gradient: gradient(x))
      let problem = mismatch(x, try path[step, .all], tolerance: .double)
      XCTAssertNil(problem, "step \(step)")
    }
  }

  func testItSoonFindsTheLowestPointOfAnEllipse() throws {
    let widths = try Tensor<Float>((1...1000).map { Float($0) }, shape: [10, 100])
    var x = Tensor<Float>.ones([10, 100])
    var optimizer = LBFGS<Float>(corrections: 20)
    for _ in 0..<120 { try optimizer.update(&x, gradient: widths * x) }
    XCTAssertLessThan(try (widths * x * x).sum(), 1e-3)
  }

  func testAContinuedRunIsTheUninterruptedOneBitForBit() throws {
    var optimizer = LBFGS<Float>(learningRate: 0.3, corrections: 3)
    var x = Tensor<Float>([-1.2, 1, 0.3, -0.7])
    for _ in 0..<7 { try optimizer.update(&x, gradient: gradient(x)) }
    var continued = LBFGS<Float>(learningRate: 0.3, corrections: 3)
    continued.state = optimizer.state
    var y = x
    for _ in 0..<7 {
      try optimizer.update(&x, gradient: gradient(x))
      try continued.update(&y, gradient: gradient(y))
    }
    XCTAssertEqual(x, y)
    continued.state = [:]
    XCTAssertTrue(continued.state.isEmpty)
  }

  func testAGradientOfAnotherShapeIsRefused() {
    var optimizer = LBFGS<Float>()
    var x = Tensor<Float>.ones([2, 3])
    XCTAssertThrowsError(try optimizer.update(&x, gradient: .ones([3, 2]))) {
      XCTAssertTrue("\($0)".contains("gradient"), "\($0)")
    }
  }
}
