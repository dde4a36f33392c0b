import Tensors

/// Endless minibatches of sample numbers: each epoch visits every sample once, in a new order that
/// follows from the seed. The last batch of an epoch is smaller where the size does not divide the
/// count.
public struct Minibatches: Sequence, IteratorProtocol, Sendable {
  public let count: Int
  public let batchSize: Int
  private var generator: SeededGenerator
  private var order: [Int] = []
  private var position = 0

  /// - Parameters:
  ///   - count: How many samples there are, at least 1.
  ///   - batchSize: How many make a batch, at least 1.
  public init(count: Int, batchSize: Int, seed: UInt64) {
    precondition(count > 0 && batchSize > 0, "no batches of \(batchSize) from \(count) samples")
    (self.count, self.batchSize) = (count, batchSize)
    generator = SeededGenerator(seed: seed)
    order = Array(0..<count)
  }

  /// How many batches make an epoch.
  public var perEpoch: Int { (count + batchSize - 1) / batchSize }

  public mutating func next() -> [Int]? {
    if position == 0 { order.shuffle(using: &generator) }
    let end = Swift.min(position + batchSize, count)
    defer { position = end == count ? 0 : end }
    return Array(order[position..<end])
  }
}
