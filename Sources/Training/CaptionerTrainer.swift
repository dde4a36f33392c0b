import Exercises
import Tensors

/// A captioner in training, one iteration at a time.
///
/// Everything follows from the settings and the data: chance is drawn anew in every iteration from
/// the seed and the iteration's number.
public struct CaptionerTrainer: Sendable {
  /// What one iteration did.
  public struct Step: Sendable {
    /// From 1.
    public var iteration, epoch: Int
    /// Of the minibatch, summed over time and averaged over its captions.
    public var loss: Float
    public var learningRate: Float
    /// `√Σg²` over all parameters, before it was clipped.
    public var gradientNorm: Double
    /// How many captions the minibatch had.
    public var captions: Int
  }

  /// How well the captioner does on pictures that it is not trained on.
  public struct Validation: Codable, Equatable, Sendable {
    /// Summed over time, averaged over the captions.
    public var loss: Float
    /// CIDEr-D of the greedy captions, where they were scored.
    public var cider: Double?

    public init(loss: Float, cider: Double? = nil) { (self.loss, self.cider) = (loss, cider) }

    /// Higher CIDEr-D, or lower loss where that is not known.
    func isBetter(than other: Validation) -> Bool {
      guard let cider, let otherCIDEr = other.cider else { return loss < other.loss }
      return cider > otherCIDEr
    }
  }

  /// A captioner that was judged, and the epoch after which it was.
  public struct Best: Sendable {
    public var parameters: CaptionerParameters<Float>
    public var epoch: Int
    public var validation: Validation
  }

  /// The losses of all iterations, and all validations.
  public struct History: Sendable {
    public struct Entry: Codable, Equatable, Sendable {
      public var iteration: Int
      public var validation: Validation
    }

    public internal(set) var losses: [Float] = []
    public internal(set) var validations: [Entry] = []
  }

  public let settings: CaptionerTraining
  public internal(set) var parameters: CaptionerParameters<Float>
  /// How many iterations are done.
  public internal(set) var iteration = 0
  public let iterationsPerEpoch: Int
  /// The parameters with the best validation so far, and the epoch after which they were that.
  public internal(set) var best: Best?
  public internal(set) var history = History()
  /// How long the training has taken, for those who report it.
  public var seconds = 0.0
  var adam: Adam<Float>
  private var batches: Minibatches

  /// - Parameters:
  ///   - parameters: The initial values.
  ///   - captionCount: How many captions there are to train on, at least 1.
  public init(
    _ settings: CaptionerTraining, parameters: CaptionerParameters<Float>, captionCount: Int
  ) {
    (self.settings, self.parameters) = (settings, parameters)
    adam = Adam(learningRate: settings.learningRate)
    batches = Minibatches(count: captionCount, batchSize: settings.batchSize, seed: settings.seed)
    iterationsPerEpoch = batches.perEpoch
  }

  /// How many iterations all epochs have.
  public var iterations: Int { settings.epochs * iterationsPerEpoch }

  /// The epoch of the last iteration, from 1; 0 before the first.
  public var epoch: Int { (iteration + iterationsPerEpoch - 1) / iterationsPerEpoch }

  /// Whether the last iteration was the last of its epoch.
  public var isAtEndOfEpoch: Bool { iteration > 0 && iteration % iterationsPerEpoch == 0 }

  /// Whether `patience` is exhausted.
  public var isStoppedEarly: Bool {
    guard let patience = settings.patience, let best else { return false }
    return epoch - best.epoch >= patience && isAtEndOfEpoch
  }

  public var isFinished: Bool { iteration >= iterations || isStoppedEarly }

  /// The parameters to keep: the best ones by validation, or the last ones without any.
  public var result: CaptionerParameters<Float> { best?.parameters ?? parameters }

  /// Trains on one minibatch.
  /// - Throws: `TrainingError` when the loss or a gradient is no longer a number, with the
  ///   parameters as they were before; and what the exercises throw.
  public mutating func step(
    on data: CaptionSet, _ exercises: CaptionerExercises
  ) throws -> Step {
    let rows = batches.next() ?? []
    let number = iteration + 1
    var (features, captions) = try data.batch(rows)
    var generator = generator(of: number)
    if settings.dropout > 0 {
      try features *= CaptionerNoise.mask(
        features.shape, dropping: settings.dropout, using: &generator)
    }
    let noise = try noise(features, captions, exercises.parts, number, using: &generator)
    var (loss, gradients) = try exercises.loss(
      features, captions, parameters, exercises.parts.adding(noise))
    let norms = gradients.norms
    let norm = norms.reduce(0) { $0 + $1.norm * $1.norm }.squareRoot()
    adam.learningRate = settings.learningRate(
      iteration: number, of: iterations, perEpoch: iterationsPerEpoch)
    guard loss.isFinite, norm.isFinite else { throw divergence(number, loss, norms) }

    if let clip = settings.clip, norm > Double(clip) {
      gradients.scale(by: clip / Float(norm))
    }
    for (name, path) in CaptionerParameters<Float>.named {
      if settings.weightDecay > 0, parameters[keyPath: path].rank > 1 {
        parameters[keyPath: path] *= 1 - adam.learningRate * settings.weightDecay
      }
      try adam.update(&parameters[keyPath: path], gradient: gradients[keyPath: path], name: name)
    }
    iteration = number
    history.losses.append(loss)
    return Step(
      iteration: number, epoch: epoch, loss: loss, learningRate: adam.learningRate,
      gradientNorm: norm, captions: rows.count)
  }

  /// Takes note of a validation after an epoch and keeps the parameters if it is the best.
  /// - Throws: `TrainingError` when its loss is no number.
  public mutating func consider(_ validation: Validation) throws {
    guard validation.loss.isFinite else {
      throw TrainingError(
        "the validation loss became \(validation.loss) after epoch \(epoch), iteration "
          + "\(iteration); the learning rate is \(adam.learningRate): try a smaller one")
    }
    history.validations.append(.init(iteration: iteration, validation: validation))
    if let best, !validation.isBetter(than: best.validation) { return }
    best = Best(parameters: parameters, epoch: epoch, validation: validation)
  }

  /// Whether every parameter is a number, so that it is worth keeping.
  public var isSound: Bool { parameters.norms.allSatisfy { $0.norm.isFinite } }

  /// - Throws: `TrainingError` where it is not.
  public func requireSound() throws {
    if !isSound { throw divergence(iteration + 1, history.losses.last ?? 0, []) }
  }

  /// Continues after so many iterations.
  mutating func skip(iterations: Int) {
    for _ in 0..<iterations { _ = batches.next() }
    iteration = iterations
  }

  /// For all that chance decides in an iteration.
  private func generator(of iteration: Int) -> SeededGenerator {
    // A number of the sequence makes neighbouring iterations' seeds far apart.
    var seeds = SeededGenerator(seed: settings.seed &+ UInt64(iteration))
    return SeededGenerator(seed: seeds.next())
  }

  private func noise(
    _ features: Tensor<Float>, _ captions: Tensor<Int>, _ parts: CaptioningParts<Float>,
    _ iteration: Int, using generator: inout SeededGenerator
  ) throws -> CaptionerNoise<Float> {
    var noise = CaptionerNoise<Float>()
    let words = try captions[.all, 0..<captions.shape[1] - 1]
    if settings.dropout > 0 {
      func mask(_ shape: [Int]) -> Tensor<Float> {
        CaptionerNoise.mask(shape, dropping: settings.dropout, using: &generator)
      }
      noise.vectors = mask(words.shape + [parameters.embedding.shape[1]])
      noise.states = mask(words.shape + [parameters.hiddenWeight.shape[0]])
    }
    let progress = Float(iteration) / Float(iterations)
    let sampled = settings.scheduledSampling * progress
    let dropped = settings.wordDropout * (settings.wordDropoutFades ? 1 - progress : 1)
    guard sampled > 0 || dropped > 0 else { return noise }
    let own =
      try sampled > 0
      ? parts.predictions(features: features, words: words, parameters: parameters) : words
    noise.words = replaced(words, by: own, sampled, dropping: dropped, using: &generator)
    return noise
  }

  /// Input words, some of them the model's own, some of them `<UNK>`. `<START>` and what follows
  /// `<END>` stays.
  private func replaced(
    _ words: Tensor<Int>, by own: Tensor<Int>, _ share: Float, dropping dropped: Float,
    using generator: inout SeededGenerator
  ) -> Tensor<Int> {
    var result = words
    for n in 0..<words.shape[0] {
      for t in 1..<max(1, words.shape[1]) where words[n, t] != SpecialToken.null {
        if generator.uniform() < Double(share) { result[n, t] = own[n, t - 1] }
        if generator.uniform() < Double(dropped) {
          result[n, t] = SpecialToken.unknown
        }
      }
    }
    return result
  }

  /// Says where the first number went wrong.
  private func divergence(
    _ iteration: Int, _ loss: Float, _ gradients: [(name: String, norm: Double)]
  ) -> TrainingError {
    func text(_ number: Double) -> String { number.isNaN ? "nan" : "\(Float(number))" }
    let norms = parameters.norms
    let place: String
    if let bad = norms.first(where: { !$0.norm.isFinite }) {
      place = "the parameter \(bad.name) is \(text(bad.norm)) since iteration \(iteration - 1)"
    } else if let bad = gradients.first(where: { !$0.norm.isFinite }), loss.isFinite {
      let norm = norms.first { $0.name == bad.name }?.norm ?? 0
      place =
        "the first bad gradient is that of \(bad.name), whose own norm is \(text(norm)), "
        + "and the loss \(loss)"
    } else {
      let largest = norms.max { $0.norm < $1.norm }
      place =
        "the loss itself is \(loss); no parameter is bad, the largest is "
        + "\(largest?.name ?? "") with norm \(text(largest?.norm ?? 0))"
    }
    let advice = settings.clip.map { "a --clip below \($0)" } ?? "--clip 5"
    let epoch = (iteration - 1) / iterationsPerEpoch + 1
    return TrainingError(
      "training broke down in iteration \(iteration) (epoch \(epoch)): \(place); the learning rate "
        + "is \(adam.learningRate): try a smaller --learning-rate, or \(advice)")
  }
}
