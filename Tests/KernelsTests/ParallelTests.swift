import Kernels
import XCTest

final class ParallelTests: XCTestCase {
  func testValuesStandInTheirOrderHoweverManyThereAre() {
    for count in [0, 1, 2, 3, 1000] {
      XCTAssertEqual(Parallel.map(count) { "\($0 * $0)" }, (0..<count).map { "\($0 * $0)" })
    }
  }
}
