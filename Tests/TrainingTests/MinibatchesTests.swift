import Training
import XCTest

final class MinibatchesTests: XCTestCase {
  func testAnEpochVisitsEverySampleOnce() {
    var batches = Minibatches(count: 10, batchSize: 4, seed: 1)
    XCTAssertEqual(batches.perEpoch, 3)
    var orders: [[Int]] = []
    for _ in 0..<2 {
      let epoch = (0..<3).compactMap { _ in batches.next() }
      XCTAssertEqual(epoch.map(\.count), [4, 4, 2])
      orders.append(epoch.flatMap { $0 })
      XCTAssertEqual(orders.last?.sorted(), Array(0..<10))
    }
    XCTAssertNotEqual(orders[0], orders[1])
  }

  func testTheSeedDecidesTheOrder() {
    func first(_ seed: UInt64) -> [[Int]] {
      Array(Minibatches(count: 50, batchSize: 25, seed: seed).prefix(6))
    }
    XCTAssertEqual(first(7), first(7))
    XCTAssertNotEqual(first(7), first(8))
  }

  func testABatchLargerThanTheDataHoldsAllOfIt() {
    var batches = Minibatches(count: 3, batchSize: 25, seed: 1)
    XCTAssertEqual(batches.next()?.sorted(), [0, 1, 2])
    XCTAssertEqual(batches.perEpoch, 1)
  }
}
