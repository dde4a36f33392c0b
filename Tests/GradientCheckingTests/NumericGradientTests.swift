import GradientChecking
import Tensors
import XCTest

final class NumericGradientTests: XCTestCase {
  private var random = SeededGenerator(seed: 231)

  func testItIsTheDerivativeOfKnownFunctionsUpToTenDigits() throws {
    let x = Tensor<Double>.randomUniform([3, 4], in: -1.5..<1.5, using: &random)
    let known: [(String, (Double) -> Double, (Double) -> Double)] = [
      ("3x − 2", { 3 * $0 - 2 }, { _ in 3 }),
      ("x³", { $0 * $0 * $0 }, { 3 * $0 * $0 }),
      ("exp", { Double.exp($0) }, { Double.exp($0) }),
      ("tanh", { Double.tanh($0) }, { 1 - Double.tanh($0) * Double.tanh($0) }),
      ("1/(3 + x)", { 1 / (3 + $0) }, { -1 / ((3 + $0) * (3 + $0)) }),
    ]
    for (name, f, derivative) in known {
      let gradient = try numericGradient(at: x) { $0.map(f) }
      XCTAssertNil(
        mismatch(
          gradient, x.map(derivative), tolerance: Tolerance(relative: 1e-10, absolute: 1e-10)),
        name)
    }
  }

  func testTheUpstreamGradientWeighsTheOutputs() throws {
    let x = Tensor<Double>.randomNormal([2, 3], using: &random)
    let weight = Tensor<Double>.randomNormal([3, 4], using: &random)
    let upstream = Tensor<Double>.randomNormal([2, 4], using: &random)
    let gradient = try numericGradient(at: x, upstream: upstream) {
      try $0.matrixMultiplied(by: weight)
    }
    let expected = try upstream.matrixMultiplied(by: weight.transposed())
    XCTAssertNil(
      mismatch(gradient, expected, tolerance: Tolerance(relative: 1e-10, absolute: 1e-10)))
  }

  func testLargeElementsAreMovedInProportion() throws {
    let x = Tensor<Double>([1e6, -3e4, 0])
    let gradient = try numericGradient(at: x) { $0.map { $0 * $0 } }
    XCTAssertNil(
      mismatch(gradient, x.map { 2 * $0 }, tolerance: Tolerance(relative: 1e-9, absolute: 1e-6)))
  }

  func testXIsLeftAsItWasBetweenElements() throws {
    let x = Tensor<Double>([0.3, 0.7, 1.1])
    var most = 0
    _ = try numericGradient(at: x) { moved in
      most = max(most, zip(moved.elements, x.elements).filter { $0 != $1 }.count)
      return moved
    }
    XCTAssertEqual(most, 1)
  }

  func testAnEmptyXHasAnEmptyGradient() throws {
    let x = Tensor<Double>.zeros([0, 3])
    XCTAssertEqual(try numericGradient(at: x) { $0 }.shape, [0, 3])
  }

  func testAnUpstreamGradientOfAnotherShapeIsRefused() {
    for shape in [[3, 2], [6], [1, 3], [2, 3, 1], []] {
      XCTAssertThrowsError(
        try numericGradient(at: Tensor.ones([2, 3]), upstream: Tensor.ones(shape)) { $0 },
        "\(shape)"
      ) { XCTAssertTrue($0 is TensorError, "\($0)") }
    }
  }

  func testAnErrorOfTheFunctionComesThrough() {
    struct Refusal: Error {}
    XCTAssertThrowsError(
      try numericGradient(at: Tensor.ones([2])) { _ -> Tensor<Double> in throw Refusal() }
    ) { XCTAssertTrue($0 is Refusal) }
  }
}
