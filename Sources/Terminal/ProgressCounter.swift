import Synchronization

/// A progress bar for work that several threads do at the same time.
public final class ProgressCounter: Sendable {
  private let total: Int
  private let things: String
  private let state = Mutex((bar: ProgressBar(), count: 0))

  /// - Parameter things: What is counted, in the plural: `pictures`.
  public init(of total: Int, _ things: String) { (self.total, self.things) = (total, things) }

  /// Counts one that is done. May be called from any thread.
  public func step() {
    state.withLock {
      $0.count += 1
      $0.bar.show($0.count, of: total, "\($0.count) of \(total) \(things)")
    }
  }
}
