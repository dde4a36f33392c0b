import Captions
import Foundation
import Kernels
import Networks
import Synchronization
import Tensors
import Training

/// Trains an encoder on scenes that are drawn while it learns, so that it never sees one twice.
///
/// Adam, with a rate that falls to 0 along half a cosine. The same seed gives the same encoder,
/// however many cores there are: the pictures of a step are cut into pieces of a fixed size, whose
/// gradients are added in order.
public struct SceneEncoderTrainer {
  public let steps: Int
  public private(set) var step = 0
  public private(set) var encoder: SceneEncoder

  private let rate: Float
  private let draw: @Sendable (inout SeededGenerator) -> Scene
  private var optimizer: Adam<Float>
  private var generator: SeededGenerator

  /// How many pictures a piece of a step has, and how many pieces a step.
  private static let (pieceSize, pieceCount) = (8, 4)

  /// - Parameters:
  ///   - steps: How many times the weights are moved, by 32 scenes each time.
  ///   - learningRate: Adam's, at the beginning.
  ///   - seed: Decides the initial weights and what is drawn.
  ///   - draw: Draws a scene by lot.
  public init(
    steps: Int, learningRate: Float = 2e-3, seed: UInt64,
    draw: @escaping @Sendable (inout SeededGenerator) -> Scene
  ) throws {
    (self.steps, rate, self.draw) = (steps, learningRate, draw)
    encoder = try SceneEncoder(seed: seed)
    optimizer = Adam(learningRate: learningRate)
    generator = SeededGenerator(seed: seed &+ 1)
  }

  /// Makes a step and returns its loss, the mean over its scenes.
  public mutating func advance() throws -> Float {
    let seeds = (0..<Self.pieceCount).map { _ in generator.next() }
    let results = Mutex([Result<Piece, any Error>?](repeating: nil, count: seeds.count))
    let (encoder, draw) = (encoder, draw)
    Parallel.forEachRange(of: seeds.count) { range in
      for index in range {
        let result = Result { try Self.piece(encoder, seed: seeds[index], draw) }
        results.withLock { $0[index] = result }
      }
    }
    let pieces = try results.withLock { try $0.compactMap { try $0?.get() } }
    optimizer.learningRate =
      rate * Float(0.5 + 0.5 * cos(Double.pi * Double(step) / Double(steps)))
      // The first steps of Adam go far in directions that one minibatch chose.
      * min(1, Float(step + 1) / 100)
    var weights = encoder.weights
    let share = 1 / Float(Self.pieceSize * Self.pieceCount)
    for name in weights.keys.sorted() {
      guard var weight = weights[name], var gradient = pieces.first?.gradients[name] else {
        continue
      }
      for piece in pieces.dropFirst() {
        try gradient += piece.gradients[name] ?? .zeros(like: gradient)
      }
      try optimizer.update(&weight, gradient: share * gradient, name: name)
      weights[name] = weight
    }
    self.encoder = try SceneEncoder(weights: weights)
    step += 1
    return share * pieces.reduce(0) { $0 + $1.loss }
  }

  /// The summed loss of some scenes, and its gradients by all weights.
  private struct Piece {
    var loss: Float
    var gradients: [String: Tensor<Float>]
  }

  private static func piece(
    _ encoder: SceneEncoder, seed: UInt64, _ draw: (inout SeededGenerator) -> Scene
  ) throws -> Piece {
    var generator = SeededGenerator(seed: seed)
    let scenes = (0..<pieceSize).map { _ in draw(&generator) }
    let pictures = try Tensor.stacking(scenes.map { $0.drawn().pixels })
    let (maps, trunkGradients) = try encoder.trunk.training(ImageNet.normalized(pictures))
    let rows = try SceneEncoder.rows(maps)
    let logits = try encoder.heads(on: rows)
    let (loss, upstream) = try SceneHeads.loss(of: scenes, logits)
    var gradients = try trunkGradients(
      SceneEncoder.maps(upstream.matrixMultiplied(by: encoder.heads.weight)))
    gradients["heads.weight"] = try upstream.matrixMultiplied(by: rows, transposingSelf: true)
    gradients["heads.bias"] = try upstream.sum(axis: 0)
    return Piece(loss: loss, gradients: gradients)
  }
}
