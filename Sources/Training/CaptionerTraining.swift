import Exercises
import Foundation
import Tensors

/// How a captioner is trained: Adam on minibatches, the learning rate falling from epoch to epoch.
public struct CaptionerTraining: Sendable {
  /// Where training has come to.
  public struct Progress: Sendable {
    /// From 1 to `iterations`.
    public var iteration, iterations: Int
    /// Of the minibatch just seen, summed over time and averaged over its captions.
    public var loss: Float
    public var captionsPerSecond: Double
    public var secondsLeft: Double
  }

  public var epochs, batchSize: Int
  public var learningRate: Float
  /// The learning rate is multiplied by this after every epoch.
  public var learningRateDecay: Float
  public var seed: UInt64

  public init(
    epochs: Int, batchSize: Int, learningRate: Float, learningRateDecay: Float, seed: UInt64
  ) {
    (self.epochs, self.batchSize) = (epochs, batchSize)
    (self.learningRate, self.learningRateDecay) = (learningRate, learningRateDecay)
    self.seed = seed
  }

  /// The loss of a minibatch and its gradients: features `[N, D]`, captions `[N, T + 1]`.
  public typealias Loss = (
    _ features: Tensor<Float>, _ captions: Tensor<Int>, _ parameters: CaptionerParameters<Float>
  ) throws -> (loss: Float, gradients: CaptionerParameters<Float>)

  /// Trains `parameters` in place.
  /// - Parameters:
  ///   - features: Of every picture, `[P, D]`.
  ///   - captions: `[N, T + 1]`.
  ///   - pictures: Which picture each caption describes, from `0..<P`, `[N]`.
  ///   - report: Called after every iteration.
  /// - Throws: `TrainingError` when the loss is no longer a number, and what `loss` throws.
  public func run(
    _ parameters: inout CaptionerParameters<Float>, features: Tensor<Float>,
    captions: Tensor<Int>, pictures: Tensor<Int>, loss: Loss, report: (Progress) -> Void
  ) throws {
    var adam = Adam<Float>(learningRate: learningRate)
    var batches = Minibatches(count: captions.shape[0], batchSize: batchSize, seed: seed)
    let iterations = epochs * batches.perEpoch
    let start = Date()
    var seen = 0
    for iteration in 1...max(1, iterations) {
      guard let batch = batches.next() else { break }
      let rows = Tensor(batch)
      let (value, gradients) = try loss(
        features.gathering(pictures.gathering(rows)), trimmed(captions.gathering(rows)), parameters)
      guard value.isFinite else {
        throw TrainingError(
          "the loss became \(value) in iteration \(iteration); try a smaller learning rate "
            + "than \(learningRate)")
      }
      for (name, path) in CaptionerParameters<Float>.named {
        try adam.update(
          &parameters[keyPath: path], gradient: gradients[keyPath: path], name: name)
      }
      if iteration % batches.perEpoch == 0 { adam.learningRate *= learningRateDecay }
      seen += batch.count
      let seconds = max(Date().timeIntervalSince(start), 1e-9)
      report(
        Progress(
          iteration: iteration, iterations: iterations, loss: value,
          captionsPerSecond: Double(seen) / seconds,
          secondsLeft: seconds / Double(iteration) * Double(iterations - iteration)))
    }
  }

  /// Without the columns that hold only `<NULL>`: nothing is learned from them.
  private func trimmed(_ captions: Tensor<Int>) throws -> Tensor<Int> {
    let length = captions.shape[1]
    let used =
      captions.elements.indices.lazy.filter { captions.elements[$0] != SpecialToken.null }
      .map { $0 % length + 1 }.max() ?? length
    return try captions[.all, 0..<used]
  }
}

/// Why training stopped.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
