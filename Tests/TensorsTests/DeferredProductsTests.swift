import Tensors
import XCTest

/// Products that are computed together behave as if each had been computed at once.
final class DeferredProductsTests: XCTestCase {
  /// Large enough for a product to wait. Whole numbers, so that no order of a sum rounds.
  private let steps: [(a: Tensor<Float>, b: Tensor<Float>)] = (0..<3).map { step in
    func matrix(_ columns: Int) -> Tensor<Float> {
      Tensor<Float>.arange((2 + step) * columns).map { Float(Int($0) * (31 + step) % 17) - 8 }
    }
    let (a, b) = (matrix(256), matrix(260))
    guard let a = try? a.reshaped([-1, 256]), let b = try? b.reshaped([-1, 260]) else {
      preconditionFailure("the sizes are fixed")
    }
    return (a, b)
  }

  private func product(_ step: Int) throws -> Tensor<Float> {
    try steps[step].a.matrixMultiplied(by: steps[step].b, transposingSelf: true)
  }

  /// The same by the transposed first factor, which is not put off.
  private func exact(_ step: Int) throws -> Tensor<Float> {
    try steps[step].a.permuted(1, 0).matrixMultiplied(by: steps[step].b)
  }

  func testASumOfProductsIsTheSumOfTheirValues() throws {
    var sum = Tensor<Float>.zeros([256, 260])
    for step in 0..<3 { try sum += product(step) }
    XCTAssertEqual(sum, try exact(0) + exact(1) + exact(2))
  }

  func testWhatHasBeenLookedAtCanBeAddedToAndStaysWhatItWas() throws {
    var sum = try product(0)
    let before = sum
    XCTAssertEqual(before[1, 2], try exact(0)[1, 2])
    try sum += product(1)
    try sum += product(2)
    XCTAssertEqual(before, try exact(0))
    XCTAssertEqual(sum, try exact(0) + exact(1) + exact(2))
  }

  func testACopyTakenBeforeASumIsUnchangedByIt() throws {
    var sum = try product(0)
    let copy = sum
    try sum += product(1)
    sum[3, 4] = 1000
    XCTAssertEqual(copy, try exact(0))
    XCTAssertEqual(sum[3, 4], 1000)
    XCTAssertEqual(sum[4, 3], try (exact(0) + exact(1))[4, 3])
  }

  func testShapesThatDoNotFitAreRefusedAtOnce() throws {
    XCTAssertThrowsError(
      try steps[0].a.matrixMultiplied(by: steps[1].b, transposingSelf: true))
    var other = Tensor<Float>.zeros([256, 261])
    XCTAssertThrowsError(try other += product(0))
    XCTAssertEqual(try product(0).count, 256 * 260)
  }
}
