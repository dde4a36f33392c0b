import GradientChecking
import Tensors
import XCTest

final class MismatchTests: XCTestCase {
  private let exact = Tolerance(relative: 0, absolute: 0)
  private let loose = Tolerance(relative: 1e300, absolute: 1e300)
  private var random = SeededGenerator(seed: 231)

  func testEqualTensorsMatch() {
    let x = Tensor<Double>.randomNormal([3, 4], using: &random)
    XCTAssertNil(mismatch(x, x, tolerance: exact))
    XCTAssertNil(mismatch(Tensor.zeros([0, 2]), Tensor.zeros([0, 2]), tolerance: exact))
    XCTAssertNil(mismatch(Tensor(scalar: 2), Tensor(scalar: 2), tolerance: exact))
  }

  func testTheShapeIsJudgedFirstAndNamed() {
    let message = mismatch(
      Tensor(repeating: .nan, shape: [2, 3]), Tensor<Double>.ones([3, 2]), tolerance: loose)
    XCTAssertEqual(message, "the shape is [2, 3], expected [3, 2]")
  }

  func testTensorsOfUnequalLengthNeverMatch() {
    let shapes = [
      [], [0], [1], [5], [6], [7], [1, 6], [6, 1], [2, 3], [3, 2], [2, 3, 1], [0, 6],
    ]
    for actual in shapes {
      for expected in shapes where expected != actual {
        XCTAssertNotNil(
          mismatch(Tensor.zeros(actual), Tensor<Double>.zeros(expected), tolerance: loose),
          "\(actual) for \(expected)")
        XCTAssertNotNil(
          gradientMismatch(Tensor.zeros(actual), Tensor.zeros(expected), relativeError: 1e9),
          "gradient \(actual) for \(expected)")
      }
    }
  }

  func testNaNNeverMatchesANumberHoweverLooseTheTolerance() {
    let numbers: [Double] = [0, 1, -1e300, .infinity, -.infinity]
    for number in numbers {
      XCTAssertNotNil(
        mismatch(Tensor(scalar: .nan), Tensor(scalar: number), tolerance: loose), "\(number)")
      XCTAssertNotNil(
        mismatch(Tensor(scalar: number), Tensor(scalar: .nan), tolerance: loose), "\(number)")
    }
    XCTAssertNil(mismatch(Tensor(scalar: .nan), Tensor(scalar: .nan), tolerance: exact))
  }

  func testInfinityMatchesOnlyItself() {
    let tolerance = Tolerance(relative: 0.1, absolute: 1)
    XCTAssertNil(
      mismatch(Tensor(scalar: .infinity), Tensor(scalar: .infinity), tolerance: tolerance))
    for (actual, expected) in [
      (Double.infinity, 1.0), (-.infinity, 1), (1, .infinity), (.infinity, -.infinity),
      (-.infinity, .infinity), (.greatestFiniteMagnitude, .infinity),
    ] {
      XCTAssertNotNil(
        mismatch(Tensor(scalar: actual), Tensor(scalar: expected), tolerance: tolerance),
        "\(actual) for \(expected)")
    }
  }

  func testTheWorstElementIsNamedByItsIndex() throws {
    let expected = Tensor<Double>.zeros([2, 3, 4])
    var actual = expected
    actual[0, 1, 2] = 0.5
    actual[1, 2, 3] = -7
    actual[1, 0, 0] = 3
    XCTAssertEqual(
      mismatch(actual, expected, tolerance: .double),
      "3 of 24 elements are wrong, the worst at index [1, 2, 3]: got -7.0, expected 0.0")
    actual[0, 0, 1] = .nan
    let message = try XCTUnwrap(mismatch(actual, expected, tolerance: .double))
    XCTAssertTrue(message.contains("at index [0, 0, 1]: got nan"), message)
  }

  func testTheWorstIsMeasuredAgainstWhatIsAllowed() throws {
    let message = try XCTUnwrap(
      mismatch(
        Tensor([1000.5, 1.4]), Tensor([1000, 1]), tolerance: Tolerance(relative: 1e-4, absolute: 0))
    )
    XCTAssertTrue(message.contains("at index [1]"), message)
  }

  func testASingleNumberHasNoIndex() {
    XCTAssertEqual(
      mismatch(Tensor(scalar: 2), Tensor(scalar: 1), tolerance: .double),
      "1 of 1 element is wrong: got 2.0, expected 1.0")
  }

  func testTheToleranceIncludesItsEdge() {
    // Numbers that are exact in binary: 0.25 + 0.5·|−4| = 2.25.
    let tolerance = Tolerance(relative: 0.5, absolute: 0.25)
    for sign in [1.0, -1] {
      let (edge, beyond) = (-4 + sign * 2.25, -4 + sign * 2.25.nextUp)
      XCTAssertNil(mismatch(Tensor(scalar: edge), Tensor(scalar: -4), tolerance: tolerance))
      XCTAssertNotNil(
        mismatch(
          Tensor(scalar: beyond + sign * 1e-12), Tensor(scalar: -4), tolerance: tolerance))
    }
    XCTAssertNotNil(mismatch(Tensor(scalar: 1.0.nextUp), Tensor(scalar: 1), tolerance: exact))
  }

  func testThePositionOfAnElementIsItsRowMajorIndex() {
    XCTAssertEqual(position(0, in: [2, 3, 4]), [0, 0, 0])
    XCTAssertEqual(position(23, in: [2, 3, 4]), [1, 2, 3])
    XCTAssertEqual(position(5, in: [2, 3]), [1, 2])
    XCTAssertEqual(position(0, in: []), [])
  }

  // MARK: Gradients

  func testTheUsualMistakesInAGradientAreCaught() {
    let gradient = Tensor<Double>.randomNormal([4, 4], using: &random)
    XCTAssertNil(gradientMismatch(gradient, gradient))
    XCTAssertNotNil(gradientMismatch(-gradient, gradient), "sign")
    XCTAssertNotNil(gradientMismatch(gradient.map { 2 * $0 }, gradient), "factor 2")
    XCTAssertNotNil(gradientMismatch(gradient.transposed(), gradient), "transposed")
    XCTAssertNotNil(gradientMismatch(Tensor.zeros([4, 4]), gradient), "zeros")
    XCTAssertNotNil(gradientMismatch(gradient.map { _ in .nan }, gradient), "NaN")
  }

  func testOneElementThatIsOffByAMillionthIsCaught() {
    let gradient = Tensor<Double>.randomUniform([4, 4], in: 0.5..<2, using: &random)
    for index in 0..<gradient.count {
      let place = position(index, in: gradient.shape)
      var wrong = gradient
      wrong[place[0], place[1]] *= 1 + 1e-6
      let message = gradientMismatch(wrong, gradient)
      XCTAssertTrue(message?.contains("index \(place)") == true, message ?? "matched")
      var rounded = gradient
      rounded[place[0], place[1]] *= 1 + 1e-9
      XCTAssertNil(gradientMismatch(rounded, gradient))
    }
  }

  func testTinyGradientsAreNotAllTaken() {
    let gradient = Tensor<Double>(repeating: 1e-5, shape: [3])
    XCTAssertNotNil(gradientMismatch(Tensor.zeros([3]), gradient))
    XCTAssertNotNil(gradientMismatch(-gradient, gradient))
  }
}
