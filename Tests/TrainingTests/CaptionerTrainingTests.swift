import Exercises
import Synchronization
import Tensors
import Training
import XCTest

final class CaptionerTrainingTests: XCTestCase {
  private var settings = CaptionerTraining(epochs: 3, batchSize: 2, learningRate: 0.1, seed: 1)
  private let captions = Tensor<Int>.rows([
    [1, 4, 2, 0, 0], [1, 5, 4, 2, 0], [1, 2, 0, 0, 0], [1, 5, 2, 0, 0],
  ])

  func testEachBatchHoldsCaptionsWithTheirPicturesFeatures() throws {
    var lengths: Set<Int> = []
    var seen: [[Int]] = []
    try run { features, batch, _ in
      lengths.insert(batch.shape[1])
      for row in 0..<batch.shape[0] {
        let caption = try batch[row, .all].elements
        // The picture's number is its feature; captions 0 and 3 are of picture 1.
        let expected: Float = [[1, 4, 2], [1, 5, 2]].contains(Array(caption.prefix(3))) ? 1 : 0
        XCTAssertEqual(features[row, 0], expected, "\(caption)")
        seen.append(Array(caption.prefix(3)))
      }
      return 1
    }
    XCTAssertEqual(seen.count, 12)
    XCTAssertEqual(Set(seen).count, 4)
    XCTAssertTrue(lengths.allSatisfy { (3...4).contains($0) }, "\(lengths)")
  }

  func testTheLearningRateDecaysFromEpochToEpoch() throws {
    settings.learningRateDecay = 0.5
    XCTAssertEqual(try rates(), [0.1, 0.1, 0.05, 0.05, 0.025, 0.025])
    settings.decayEvery = 2
    XCTAssertEqual(try rates(), [0.1, 0.1, 0.1, 0.1, 0.05, 0.05])
  }

  func testTheLearningRateFollowsHalfACosine() throws {
    settings.followsCosine = true
    let expected = (0..<6).map { 0.05 * (1 + cos(Float.pi * Float($0) / 6)) }
    for (rate, expected) in zip(try rates(), expected) {
      XCTAssertEqual(rate, expected, accuracy: 1e-6)
    }
  }

  func testWeightsShrinkByTheirDecayAndBiasesDoNot() throws {
    let plain = try run { _, _, _ in 1 }.parameters
    settings.weightDecay = 0.5
    let shrunk = try run { _, _, _ in 1 }.parameters
    XCTAssertEqual(shrunk.bias, plain.bias)
    XCTAssertNotEqual(shrunk.inputWeight, plain.inputWeight)
  }

  func testALongGradientIsClippedAndItsLengthReported() throws {
    // Gradients of 1 everywhere: the norm is √count, and Adam's first step forgets the length.
    let trainer = try run { _, _, _ in 1 }
    let count = CaptionerParameters<Float>.named.reduce(0) {
      $0 + trainer.parameters[keyPath: $1.path].count
    }
    settings.clip = 0.5
    var norms: [Double] = []
    try run({ _, _, _ in 1 }) { norms.append($0.gradientNorm) }
    for norm in norms { XCTAssertEqual(norm, Double(count).squareRoot(), accuracy: 1e-9) }
    // With a length above the norm nothing changes.
    settings.clip = Float(count)
    XCTAssertEqual(try run { _, _, _ in 1 }.parameters, trainer.parameters)
  }

  func testWordsAreDroppedAsOftenAsIsSaidAndLessAndLessOftenWhereThatFades() throws {
    settings.epochs = 400
    settings.wordDropout = 0.8
    expect(try droppedShares(), near: [0.8, 0.8, 0.8, 0.8])
    settings.wordDropoutFades = true
    expect(try droppedShares(), near: [0.7, 0.5, 0.3, 0.1])
  }

  private func expect(_ shares: [Double], near expected: [Double], line: UInt = #line) {
    XCTAssertEqual(shares.count, expected.count, line: line)
    for (share, expected) in zip(shares, expected) {
      XCTAssertEqual(share, expected, accuracy: 0.06, line: line)
    }
  }

  /// The share of words that are read as `<UNK>` in each quarter of a training.
  private func droppedShares() throws -> [Double] {
    let read = Mutex<[Int]>([])
    var parts = CaptioningParts<Float>.unused
    parts.embedding = { words, table in
      let own = try words[.all, 1...].elements.filter { $0 != SpecialToken.null }
      read.withLock { $0 += own }
      return (table, { $0 })
    }
    let exercises = CaptionerExercises(parts: parts) { _, captions, parameters, parts in
      _ = try parts.embedding(
        captions[.all, 0..<captions.shape[1] - 1], parameters.embedding)
      return (1, parameters)
    }
    var trainer = try trainer()
    let set = try captionSet()
    while !trainer.isFinished { _ = try trainer.step(on: set, exercises) }
    let words = read.withLock(\.self)
    let size = words.count / 4
    return (0..<4).map { quarter in
      let part = words[quarter * size..<(quarter + 1) * size]
      return Double(part.count { $0 == SpecialToken.unknown }) / Double(size)
    }
  }

  func testALossThatIsNoNumberIsExplained() throws {
    settings.epochs = 2
    var iteration = 0
    XCTAssertThrowsError(
      try run { _, _, _ in
        iteration += 1
        return iteration == 3 ? .nan : 1
      }
    ) {
      for words in ["iteration 3 (epoch 2)", "the loss itself", "learning rate is 0.1", "--clip 5"]
      {
        XCTAssertTrue("\($0)".contains(words), "\($0)")
      }
    }
  }

  func testAGradientThatIsNoNumberIsNamed() throws {
    XCTAssertThrowsError(
      try run({ _, _, _ in 1 }, badGradient: \.hiddenWeight)
    ) {
      XCTAssertTrue("\($0)".contains("iteration 1 "), "\($0)")
      XCTAssertTrue("\($0)".contains("gradient is that of hiddenWeight, whose own norm"), "\($0)")
    }
  }

  func testTheBestValidationIsKeptAndPatienceEndsTraining() throws {
    settings.patience = 2
    settings.epochs = 20
    var trainer = try trainer()
    let set = try captionSet()
    let losses: [Float] = [3, 1, 2, 1.5, 9, 9]
    var best: CaptionerParameters<Float>?
    while !trainer.isFinished {
      _ = try trainer.step(on: set, exercises { _, _, _ in 1 })
      guard trainer.isAtEndOfEpoch else { continue }
      try trainer.consider(.init(loss: losses[trainer.epoch - 1]))
      if trainer.epoch == 2 { best = trainer.parameters }
    }
    XCTAssertEqual(trainer.epoch, 4)
    XCTAssertEqual(trainer.best?.epoch, 2)
    XCTAssertEqual(trainer.result, best)
  }

  func testAHigherCIDErIsBetterWhateverTheLoss() throws {
    var trainer = try trainer()
    try trainer.consider(.init(loss: 1, cider: 0.2))
    try trainer.consider(.init(loss: 2, cider: 0.3))
    try trainer.consider(.init(loss: 0.5, cider: 0.25))
    XCTAssertEqual(trainer.best?.validation, .init(loss: 2, cider: 0.3))
  }

  func testTheLossOfASetDoesNotDependOnTheBatches() throws {
    let set = try captionSet()
    let exercises = exercises { features, _, _ in features.mean() }
    let parameters = try trainer().parameters
    for size in 1...5 {
      XCTAssertEqual(
        try set.loss(of: parameters, exercises, batchSize: size), 0.5, accuracy: 1e-6)
    }
  }

  private func rates() throws -> [Float] {
    var rates: [Float] = []
    try run({ _, _, _ in 1 }) { rates.append($0.learningRate) }
    return rates
  }

  private typealias Loss = (
    Tensor<Float>, Tensor<Int>, CaptionerParameters<Float>
  ) throws -> Float

  /// Trains with gradients of one everywhere.
  @discardableResult
  private func run(
    _ loss: @escaping Loss,
    badGradient: WritableKeyPath<CaptionerParameters<Float>, Tensor<Float>>? = nil,
    report: (CaptionerTrainer.Step) -> Void = { _ in }
  ) throws -> CaptionerTrainer {
    var trainer = try trainer()
    let set = try captionSet()
    let exercises = exercises(loss, badGradient: badGradient)
    while !trainer.isFinished { report(try trainer.step(on: set, exercises)) }
    return trainer
  }

  private func trainer() throws -> CaptionerTrainer {
    var generator = SeededGenerator(seed: 1)
    return CaptionerTrainer(
      settings,
      parameters: CaptionerParameters(
        cell: .rnn, featureSize: 1, embeddingSize: 2, hiddenSize: 3, vocabularySize: 6,
        using: &generator), captionCount: captions.shape[0])
  }

  private func captionSet() throws -> CaptionSet {
    try CaptionSet(
      features: Tensor(rows: [[0], [1]]), captions: captions, pictures: Tensor([1, 0, 0, 1]))
  }

  private func exercises(
    _ loss: @escaping Loss,
    badGradient: WritableKeyPath<CaptionerParameters<Float>, Tensor<Float>>? = nil
  ) -> CaptionerExercises {
    CaptionerExercises(parts: .unused) { features, captions, parameters, _ in
      var gradients = parameters
      for (_, path) in CaptionerParameters<Float>.named {
        gradients[keyPath: path] = .ones(parameters[keyPath: path].shape)
      }
      if let badGradient { gradients[keyPath: badGradient][0, 0] = .infinity }
      return (try loss(features, captions, parameters), gradients)
    }
  }
}

private struct Unused: Error {}

extension CaptioningParts<Float> {
  /// For losses that use no parts.
  static var unused: CaptioningParts {
    CaptioningParts(
      affine: { _, _, _ in throw Unused() }, embedding: { _, _ in throw Unused() },
      recurrence: { _, _, _, _, _ in throw Unused() },
      temporalAffine: { _, _, _ in throw Unused() },
      temporalSoftmaxLoss: { _, _, _ in throw Unused() },
      step: { _, _, _, _, _ in throw Unused() })
  }
}

extension Tensor<Int> {
  fileprivate static func rows(_ rows: [[Int]]) -> Tensor {
    (try? Tensor(rows: rows)) ?? Tensor([])
  }
}
