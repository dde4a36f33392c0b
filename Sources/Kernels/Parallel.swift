import COpenBLAS
import Dispatch
import Foundation

/// Work spread over the processor's cores, as many as OpenBLAS would use.
public enum Parallel {
  /// The number of pieces that work is cut into: the number of cores, or `OPENBLAS_NUM_THREADS`.
  public static let pieceCount = max(BLAS.threadCount, 1)

  /// Calls `body` with ranges that together are `0..<count`, at the same time, and returns when all
  /// have returned. Products of matrices within `body` use one thread each.
  ///
  /// - Parameters:
  ///   - grain: The least number of items that are worth a thread of their own.
  ///   - body: Must write to nothing that belongs to another range.
  public static func forEachRange(
    of count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void
  ) {
    let pieces = min(pieceCount, max(count / max(grain, 1), 1))
    guard pieces > 1 else {
      if count > 0 { body(0..<count) }
      return
    }
    // `concurrentPerform` returns after the last call, so nothing escapes to another thread.
    nonisolated(unsafe) let body = body
    withSingleThreadedBLAS {
      DispatchQueue.concurrentPerform(iterations: pieces) { piece in
        let range = count * piece / pieces..<count * (piece + 1) / pieces
        if !range.isEmpty { body(range) }
      }
    }
  }

  /// How many calls of `withSingleThreadedBLAS` are under way.
  private static let lock = NSLock()
  nonisolated(unsafe) private static var depth = 0

  /// OpenBLAS' threads would wait for one another, and for cores that are busy.
  private static func withSingleThreadedBLAS(_ body: () -> Void) {
    lock.withLock {
      depth += 1
      if depth == 1 { openblas_set_num_threads(1) }
    }
    body()
    lock.withLock {
      depth -= 1
      if depth == 0 { openblas_set_num_threads(Int32(pieceCount)) }
    }
  }
}
