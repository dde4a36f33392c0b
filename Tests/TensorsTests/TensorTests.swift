import Tensors
import XCTest

final class TensorTests: XCTestCase {
  private let matrix = Tensor<Double>.ones([3, 4])

  /// Fails unless `body` throws a TensorError that says all the given words.
  private func expectError(
    _ words: String..., line: UInt = #line, _ body: () throws -> Void
  ) {
    XCTAssertThrowsError(try body(), line: line) { error in
      XCTAssertTrue(error is TensorError, "\(error)", line: line)
      for word in words { XCTAssertTrue("\(error)".contains(word), "\(error)", line: line) }
    }
  }

  func testWhatDoesNotFitIsRefusedWithTheOperationAndTheShapes() {
    let vector = Tensor<Double>.ones([5])
    expectError("+", "[3, 4]", "[5]") { _ = try matrix + vector }
    expectError("-=", "[5]", "[3, 4]") {
      var v = vector; try v -= matrix
    }
    expectError(".<", "[3, 4]", "[5]") { _ = try matrix .< vector }
    expectError("where", "[3, 4]", "[5]") { _ = try Tensor.where(matrix .> 0, vector, matrix) }
    expectError("matrixMultiplied", "[3, 4]", "4 and 3") {
      _ = try matrix.matrixMultiplied(by: matrix)
    }
    expectError("matrixMultiplied", "[5]", "two axes") {
      _ = try matrix.matrixMultiplied(by: vector)
    }
    expectError("matrixMultiplied", "do not broadcast") {
      _ = try Tensor<Double>.ones([2, 3, 4]).matrixMultiplied(by: .ones([3, 4, 5]))
    }
    expectError("reshaped", "[3, 4]", "[5, -1]") { _ = try matrix.reshaped([5, -1]) }
    expectError("permuted", "[0, 0]") { _ = try matrix.permuted(0, 0) }
    expectError("broadcast", "[3, 4]", "[3, 1]") { _ = try matrix.broadcast(to: [3, 1]) }
    expectError("concatenating", "[3, 4]", "[5]") {
      _ = try Tensor.concatenating([matrix, vector])
    }
    expectError("stacking", "[3, 4]", "[5]") { _ = try Tensor.stacking([matrix, vector]) }
    expectError("padded", "2 pairs") { _ = try matrix.padded([(1, 1)], with: 0) }
    expectError("sum", "-2 to 1", "2") { _ = try matrix.sum(axis: 2) }
    expectError("max", "axis 0") { _ = try Tensor<Double>.zeros([0, 3]).max(axis: 0) }
    expectError("argmax", "axis 0") { _ = try Tensor<Double>.zeros([0, 3]).argmax(axis: 0) }
    expectError("gathering", "0 to 2", "3") { _ = try matrix.gathering(Tensor([3])) }
    expectError("gatheringLastAxis", "[3, 4]", "[2]") {
      _ = try matrix.gatheringLastAxis(Tensor([0, 1]))
    }
    expectError("scatterAdding", "0 to 1", "-1") {
      _ = try Tensor<Double>.scatterAdding(.ones([1, 2]), at: Tensor([-1]), count: 2)
    }
    expectError("oneHot", "0 to 1") { _ = try Tensor<Double>.oneHot(Tensor([2]), depth: 2) }
    expectError("subscript", "axis 1", "[3, 4]") { _ = try matrix[.all, 2..<5] }
    expectError("subscript", "index 7") { _ = try matrix[7, .all] }
    expectError("assign", "[5]", "[4]") {
      var m = matrix; try m.assign(vector, at: 0)
    }
    expectError("Tensor(_:shape:)", "3 elements") { _ = try Tensor([1.0, 2, 3], shape: [2, 2]) }
    expectError("Tensor(_:shape:)") { _ = try Tensor([1.0], shape: [1 << 32, 1 << 32]) }
    expectError("Tensor(_:shape:)") { _ = try Tensor([1.0], shape: [-1, -1]) }
    expectError("reshaped") { _ = try matrix.reshaped([1 << 32, 1 << 32, -1]) }
    expectError("Tensor(rows:)", "row 1") { _ = try Tensor(rows: [[1.0], [2, 3]]) }
    expectError("scalar()", "[3, 4]") { _ = try matrix.scalar() }
    expectError("weight", "[3, any]", "[5]") { try vector.requireShape([3, nil], "weight") }
  }

  func testACopyIsNotChangedWithItsOriginal() throws {
    var original = matrix
    let copy = original
    original[0, 0] = 9
    try original += 1 * matrix
    try original.assign(7, at: 1)
    XCTAssertEqual(copy, matrix)
    XCTAssertEqual(original[0, 0], 10)
    XCTAssertEqual(try original[1, .all], Tensor([7, 7, 7, 7]))
    XCTAssertEqual(original[2, 3], 2)
  }

  func testNaNIsNeverLost() throws {
    let x = try Tensor([1, .nan, 3, 5, 2, 4], shape: [2, 3])
    XCTAssertTrue(x.max().isNaN)
    XCTAssertTrue(x.min().isNaN)
    XCTAssertTrue(x.sum().isNaN)
    XCTAssertTrue(try x.max(axis: 1)[0].isNaN)
    XCTAssertEqual(try x.max(axis: 1)[1], 5)
    XCTAssertTrue(try x.max(axis: 0)[1].isNaN)
    XCTAssertEqual(try x.argmax(axis: 1).elements, [1, 0])
    XCTAssertEqual((x .> 0).elements, [true, false, true, true, true, true])
    XCTAssertTrue(x.maximum(0)[0, 1].isNaN)
  }

  func testLogSumExpStandsHugeAndInfiniteValues() throws {
    let x = try Tensor(rows: [
      [1000, 1000.0], [-1000, -1000], [-.infinity, 0], [-.infinity, -.infinity], [.infinity, 0],
    ])
    let result = try x.logSumExp(axis: 1).elements
    XCTAssertEqual(result[0], 1000 + 0.6931471805599453, accuracy: 1e-12)
    XCTAssertEqual(result[1], -1000 + 0.6931471805599453, accuracy: 1e-12)
    XCTAssertEqual(result[2], 0)
    XCTAssertEqual(result[3], -.infinity)
    XCTAssertEqual(result[4], .infinity)
  }

  func testTheSigmoidNeitherOverflowsNorLosesItsTail() {
    let y = Tensor<Double>([-800, -40, 0, 40, 800]).sigmoid().elements
    XCTAssertEqual(y[0], 0)
    XCTAssertEqual(y[1] / 4.248354255291589e-18, 1, accuracy: 1e-14)
    XCTAssertEqual(y[2], 0.5)
    XCTAssertEqual(y[4], 1)
  }

  func testTheSameSeedGivesTheSameNumbersAndTheyHaveTheirMoments() {
    // SplitMix64's published first numbers for the seed 1234567.
    var generator = SeededGenerator(seed: 1_234_567)
    XCTAssertEqual(
      (0..<5).map { _ in generator.next() },
      [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
    var (one, two) = (SeededGenerator(seed: 5), SeededGenerator(seed: 5))
    let normal = Tensor<Double>.randomNormal(
      [200, 500], mean: 3, standardDeviation: 2, using: &one)
    XCTAssertEqual(
      normal, .randomNormal([200, 500], mean: 3, standardDeviation: 2, using: &two))
    XCTAssertEqual(normal.mean(), 3, accuracy: 0.03)
    XCTAssertEqual((normal - 3).squared().mean(), 4, accuracy: 0.1)
    let uniform = Tensor<Float>.randomUniform([100_000], in: -1..<3, using: &one)
    XCTAssertEqual(uniform.mean(), 1, accuracy: 0.02)
    XCTAssertGreaterThanOrEqual(uniform.min(), -1)
    XCTAssertLessThan(uniform.max(), 3)
    let mask = Tensor<Bool>.random([100_000], probability: 0.3, using: &one)
    XCTAssertEqual(Double(mask.trueCount) / 1e5, 0.3, accuracy: 0.01)
    let whole = Tensor<Int>.random([1000], in: 2..<5, using: &one)
    XCTAssertEqual(Set(whole.elements), [2, 3, 4])
  }

  func testTensorsPrintInColumnsWithTheirShape() throws {
    XCTAssertEqual(
      try Tensor(rows: [[1.0, -2.5], [100, 0]]).description,
      """
      [[  1.0000  -2.5000]
       [100.0000   0.0000]]  shape [2, 2]
      """)
    XCTAssertEqual(Tensor([1, 20, -3]).description, "[ 1 20 -3]  shape [3]")
    XCTAssertEqual(Tensor([true, false]).description, "[ true false]  shape [2]")
    XCTAssertEqual(Tensor(scalar: Float.nan).description, "nan  shape []")
    XCTAssertEqual(Tensor([1e-5, 2e9]).description, "[1.0000e-05 2.0000e+09]  shape [2]")
    let long = Tensor<Double>.arange(1000).description
    XCTAssertTrue(long.contains("…") && long.count < 120, long)
    XCTAssertEqual(Tensor<Double>.zeros([0, 3]).description, "[]  shape [0, 3]")
  }
}
