import Kernels
import XCTest

/// The functions in C beside the same ones in Swift.
final class VersionsTests: XCTestCase {
  private let numbers: [Float] = (0..<1640).map { i in Float(i * 7919 % 1013) / 500 - 1 }

  func testTheRectifierIsThatOfDoublesAndKeepsWhatIsNoNumber() {
    let (channels, width, count) = (5, 37, 41)
    let biases = [0.25, -1, 0, 0.5, -0.125]
    var fast = numbers
    fast[3] = .nan
    var exact = fast.map(Double.init)
    rectify(
      &fast, addingBias: biases.map { Float($0) }, channels: channels, width: width, count: count)
    rectify(&exact, addingBias: biases, channels: channels, width: width, count: count)
    XCTAssertTrue(fast[3].isNaN)
    XCTAssertTrue(exact[3].isNaN)
    (fast[3], exact[3]) = (0, 0)
    for (a, b) in zip(fast, exact) { XCTAssertEqual(Double(a), b, accuracy: 1e-6) }
    XCTAssertEqual(fast[width], numbers[width], "what lies beyond the width stays")
  }

  func testTheRectifiersGradientIsTheUpstreamWhereSomethingPassed() {
    let (channels, width, count) = (5, 37, 41)
    let passed = numbers.map { $0 > 0.1 }
    var fast = [Float](repeating: 9, count: channels * width)
    var exact = [Double](repeating: 9, count: channels * width)
    rectifierGradient(
      numbers, passed, into: &fast, channels: channels, width: width, count: count)
    rectifierGradient(
      numbers.map(Double.init), passed, into: &exact, channels: channels, width: width,
      count: count)
    XCTAssertEqual(fast.map(Double.init), exact)
    for channel in 0..<channels {
      for i in 0..<width {
        let from = channel * count + i
        XCTAssertEqual(fast[channel * width + i], passed[from] ? numbers[from] : 0)
      }
    }
  }

  func testTheLargestOfAWindowIsFoundWithItsFirstPlace() {
    for (window, height, width) in [(3, 40, 41), (2, 41, 40), (3, 4, 3), (2, 3, 70), (3, 2, 2)] {
      // Equal numbers stand in many windows.
      let plane = numbers.prefix(height * width).map { ($0 * 4).rounded() }
      let rows = max(height - window + 1, 0) / 2 + 1
      let columns = max(width - window + 1, 0) / 2 + 1
      var largest = [Float](repeating: .nan, count: rows * columns)
      var winners = [Int32](repeating: -1, count: rows * columns)
      poolLargest(
        plane, (height, width), window: window, (rows, columns), into: &largest, winners: &winners)
      for row in 0..<rows {
        for column in 0..<columns {
          let positions = (2 * row..<min(2 * row + window, height)).flatMap { y in
            (2 * column..<min(2 * column + window, width)).map { y * width + $0 }
          }
          let best = positions.map { plane[$0] }.max()
          XCTAssertEqual(largest[row * columns + column], best)
          XCTAssertEqual(
            positions.first { plane[$0] == best }, Int(winners[row * columns + column]))
        }
      }
    }
  }

  func testAProductCutInPiecesIsTheWholeProduct() {
    // Large enough for two threads, along either side.
    for (m, n, k) in [(300, 70, 130), (70, 300, 130)] {
      for (transposeA, transposeB) in [(false, false), (true, false), (false, true)] {
        let a = (0..<m * k).map { i in Double(i * 37 % 11) - 5 }
        let b = (0..<k * n).map { i in Double(i * 53 % 13) - 6 }
        var c = [Double](repeating: 1, count: m * n)
        Double.multiply(
          transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, a, b, into: &c,
          accumulate: true)
        for (i, j) in [(0, 0), (m - 1, n - 1), (m / 2, n / 2), (m / 2 - 1, n - 1), (m - 1, 1)] {
          let sum = (0..<k).reduce(1.0) { sum, l in
            sum + a[transposeA ? l * m + i : i * k + l] * b[transposeB ? j * k + l : l * n + j]
          }
          XCTAssertEqual(c[i * n + j], sum, "\(m)×\(n), element \(i), \(j)")
        }
      }
    }
  }

  func testAProductWithFewRowsIsThatOfDoubles() {
    // Rows from one block to many; sizes that fit the registers and sizes that do not.
    for (m, n, k) in [(2, 64, 16), (5, 128, 48), (13, 192, 32), (25, 100, 31), (64, 68, 80)] {
      for transposeB in [false, true] {
        let a = (0..<m * k).map { i in Float(i * 37 % 11) - 5 }
        let b = (0..<k * n).map { i in Float(i * 53 % 13) - 6 }
        for accumulate in [false, true] {
          var fast = [Float](repeating: 2, count: m * n)
          var exact = [Double](repeating: 2, count: m * n)
          Float.multiply(
            transposeB: transposeB, m: m, n: n, k: k, a, b, into: &fast, accumulate: accumulate)
          Double.multiply(
            transposeB: transposeB, m: m, n: n, k: k, a.map(Double.init), b.map(Double.init),
            into: &exact, accumulate: accumulate)
          // Small whole numbers: no rounding.
          XCTAssertEqual(fast.map(Double.init), exact, "\(m)×\(n)×\(k) \(transposeB)")
        }
      }
    }
  }
}
