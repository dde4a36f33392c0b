import GradientChecking
import GradientCheckingTesting
import Swish
import Tensors
import XCTest

final class SwishTests: XCTestCase {
  func testItsGradientsAreRight() {
    for mode in GradientCheckMode.allCases {
      XCTAssertGradientsCorrect(of: Swish<Double>(), options: GradientCheckOptions(mode: mode))
    }
  }

  func testItIsTheSameInFloat() throws {
    var random = SeededGenerator(seed: 1)
    XCTAssertGradientsCorrect(
      of: DifferentiableFunction(Swish<Float>()), twin: DifferentiableFunction(Swish<Double>()),
      at: try Swish<Float>.exampleInputs(using: &random))
  }
}
