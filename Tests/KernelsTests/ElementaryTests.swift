import Foundation
import Kernels
import XCTest

/// The elementary functions of many floats at a time beside the C library's in Double.
final class ElementaryTests: XCTestCase {
  /// Floats of all sizes and signs, evenly spread over their bit patterns, and the special ones.
  private let samples: [Float] =
    stride(from: UInt32(0), to: .max - 4099, by: 4099).map { Float(bitPattern: $0) }
    + [0, -0, 88.7, 88.8, -87.3, -103.9, -104.1, .infinity, -.infinity, .nan]

  private func worstError(
    _ operation: UnaryOperation, _ exact: (Double) -> Double
  ) -> (units: Double, at: Float) {
    var results = [Float](repeating: 0, count: samples.count)
    apply(operation, samples, into: &results, count: samples.count)
    var worst = (units: 0.0, at: Float(0))
    for (x, result) in zip(samples, results) {
      let expected = exact(Double(x))
      let rounded = Float(expected)
      if rounded.isNaN || rounded.isInfinite || result.isNaN || result.isInfinite {
        if !(rounded == result || rounded.isNaN && result.isNaN) { return (.infinity, x) }
        continue
      }
      let units = abs(Double(result) - expected) / Double(rounded.ulp)
      if units > worst.units { worst = (units, x) }
    }
    return worst
  }

  func testExpIsWithinItsBound() {
    let worst = worstError(.exp, Foundation.exp)
    XCTAssertLessThan(worst.units, 1.1, "at \(worst.at)")
  }

  func testTanhIsWithinItsBound() {
    let worst = worstError(.tanh, Foundation.tanh)
    XCTAssertLessThan(worst.units, 1.5, "at \(worst.at)")
  }

  func testSigmoidIsWithinItsBound() {
    let worst = worstError(.sigmoid) { 1 / (1 + Foundation.exp(-$0)) }
    XCTAssertLessThan(worst.units, 2.5, "at \(worst.at)")
  }

  func testTheLargestOfManyIsFoundAndNaNIsNotHidden() {
    for count in [1, 2, 31, 32, 33, 100, 70_000] {
      for position in [0, count / 2, count - 1] {
        var x = (0..<count).map { Float($0 % 17) - 40 }
        x[position] = -3
        var largest: Float = 0
        reduce(.maximum, x, outer: 1, length: count, inner: 1, into: &largest)
        XCTAssertEqual(largest, -3, "\(count) numbers, place \(position)")
        x[position] = .nan
        reduce(.maximum, x, outer: 1, length: count, inner: 1, into: &largest)
        XCTAssertTrue(largest.isNaN, "\(count) numbers, place \(position)")
      }
    }
  }

  func testTheLogarithmOfASumOfExponentialsNeitherOverflowsNorLosesInfinities() {
    for length in [1, 7, 32, 1000] {
      let x = (0..<2 * length).map { Float($0 * 37 % 101) * (($0 < length) ? 3 : -3) }
      var sums = [Float](repeating: 0, count: 2)
      logSumExp(x, outer: 2, length: length, into: &sums)
      for row in 0..<2 {
        let part = x[row * length..<(row + 1) * length].map(Double.init)
        let largest = part.max() ?? 0
        let exact = log(part.reduce(0) { $0 + exp($1 - largest) }) + largest
        XCTAssertEqual(Double(sums[row]), exact, accuracy: 1e-6 * max(1, abs(exact)))
      }
    }
    var sum: Float = 0
    logSumExp([-.infinity, -.infinity], outer: 1, length: 2, into: &sum)
    XCTAssertEqual(sum, -.infinity)
    logSumExp([1, .nan], outer: 1, length: 2, into: &sum)
    XCTAssertTrue(sum.isNaN)
  }
}
