import COpenBLAS
import Dispatch
import Synchronization

/// Work spread over the processor's cores.
public enum Parallel {
  /// The number of pieces that work is cut into: the number of cores, or `OPENBLAS_NUM_THREADS`.
  ///
  /// OpenBLAS itself is left with one thread: its own wait for work by spinning, on cores that are
  /// needed for what stands between two products.
  public static let pieceCount = {
    let count = Int(openblas_get_num_threads())
    openblas_set_num_threads(1)
    return max(count, 1)
  }()

  /// How many calls have cut their work into pieces that are under way.
  private static let depth = Atomic(0)

  /// Calls `body` with ranges that together are `0..<count`, at the same time, and returns when all
  /// have returned. Within `body`, and while another thread is here, all goes in one piece.
  ///
  /// - Parameters:
  ///   - grain: The least number of items that are worth a thread of their own.
  ///   - body: Must write to nothing that belongs to another range.
  public static func forEachRange(
    of count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void
  ) {
    let pieces = min(pieceCount, count / max(grain, 1))
    guard pieces > 1,
      depth.compareExchange(expected: 0, desired: 1, ordering: .relaxed).exchanged
    else {
      if count > 0 { body(0..<count) }
      return
    }
    defer { depth.store(0, ordering: .relaxed) }
    // `concurrentPerform` returns after the last call, so nothing escapes to another thread.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: pieces) { piece in
      body(count * piece / pieces..<count * (piece + 1) / pieces)
    }
  }

  /// The values of `transform` at `0..<count`, in order, found at the same time.
  public static func map<Value: Sendable>(
    _ count: Int, _ transform: (Int) -> Value
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { target, initializedCount in
      guard let target = target.baseAddress else { return }
      forEachRange(of: count) { range in
        for index in range { (target + index).initialize(to: transform(index)) }
      }
      initializedCount = count
    }
  }
}
