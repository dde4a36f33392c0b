import Foundation
import Kernels
import XCTest

final class KernelsTests: XCTestCase {
  /// Numbers without a pattern, the same every time.
  private func numbers(_ count: Int) -> [Double] {
    (0..<count).map { sin(Double($0 * $0) + 0.5) }
  }

  private let geometries = [
    WindowGeometry(channels: 2, height: 5, width: 7, windowHeight: 3, windowWidth: 2),
    WindowGeometry(
      channels: 3, height: 6, width: 4, windowHeight: 3, windowWidth: 3, stride: 2, padding: 1),
    WindowGeometry(
      channels: 1, height: 4, width: 9, windowHeight: 2, windowWidth: 5, stride: 3, padding: 4),
    WindowGeometry(channels: 2, height: 3, width: 3, windowHeight: 1, windowWidth: 1, stride: 2),
  ]

  func testIm2colPutsEveryWindowInItsColumn() {
    for g in geometries {
      let image = numbers(g.channels * g.height * g.width)
      var columns = [Double](repeating: .nan, count: g.patchLength * g.patchCount)
      im2col(image, g, into: &columns)
      var index = 0
      for c in 0..<g.channels {
        for windowY in 0..<g.windowHeight {
          for windowX in 0..<g.windowWidth {
            for outputY in 0..<g.outputHeight {
              for outputX in 0..<g.outputWidth {
                let y = outputY * g.stride + windowY - g.padding
                let x = outputX * g.stride + windowX - g.padding
                let inside = y >= 0 && y < g.height && x >= 0 && x < g.width
                XCTAssertEqual(
                  columns[index], inside ? image[(c * g.height + y) * g.width + x] : 0)
                index += 1
              }
            }
          }
        }
      }
      XCTAssertEqual(index, columns.count)
    }
  }

  func testCol2imIsTheAdjointOfIm2col() {
    for g in geometries {
      let image = numbers(g.channels * g.height * g.width)
      let upstream = numbers(g.patchLength * g.patchCount).reversed() as [Double]
      var columns = [Double](repeating: 0, count: upstream.count)
      im2col(image, g, into: &columns)
      var gradient = [Double](repeating: 0, count: image.count)
      col2im(upstream, g, addingTo: &gradient)
      let forward = zip(columns, upstream).reduce(0) { $0 + $1.0 * $1.1 }
      let backward = zip(image, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      XCTAssertEqual(forward, backward, accuracy: 1e-12)
    }
  }

  func testTheProductOfMatricesIsItsDefinitionInEveryTransposition() {
    let (m, n, k) = (5, 7, 3)
    let (a, b) = (numbers(m * k), numbers(k * n).reversed() as [Double])
    for transposeA in [false, true] {
      for transposeB in [false, true] {
        var c = [Double](repeating: 1, count: m * n)
        Double.multiply(
          transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, a, b, into: &c,
          accumulate: true)
        for i in 0..<m {
          for j in 0..<n {
            let sum = (0..<k).reduce(1.0) {
              $0 + (transposeA ? a[$1 * m + i] : a[i * k + $1])
                * (transposeB ? b[j * k + $1] : b[$1 * n + j])
            }
            XCTAssertEqual(c[i * n + j], sum, accuracy: 1e-13)
          }
        }
      }
    }
  }

  func testSumsOfManyNumbersKeepTheirPrecision() {
    let values = [Float](repeating: 0.1, count: 1_000_003)
    var total: Float = 0
    reduce(.sum, values, outer: 1, length: values.count, inner: 1, into: &total)
    XCTAssertEqual(total / 100_000.3, 1, accuracy: 1e-3)
  }

  func testOpenBLASUsesAFastCoreWhereTheProcessorHasOne() throws {
    let processor = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    try XCTSkipUnless(processor.contains(" avx2 "), "this processor has no AVX2")
    XCTAssertFalse(BLAS.isFallback, "OpenBLAS fell back to \(BLAS.core)")
  }
}
