import A3LSTMCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class SampledCaptionsTests: ExerciseTestCase {
  /// Far enough from a probability's share of 3000 draws (5 standard deviations) for no seed to
  /// fail a right sampler.
  private let chance = Tolerance(relative: 0, absolute: 0.05)

  func testWordsComeAsOftenAsPyTorchSays() throws {
    let golden = try Golden("FirstWord")
    let parameters = try golden.captionerParameters() as CaptionerParameters<Double>
    let features: Tensor<Double> = try golden.tensor("features")
    for (name, temperature) in [("half", 0.5), ("one", 1.0), ("two", 2.0)] {
      for photograph in 0..<2 {
        let share = try (golden.tensor(name) as Tensor<Double>)[photograph, .all]
        try expectInvariant(
          "share of each word among 3000 first words at temperature \(temperature)",
          of: { shares($0.flattened(), count: 6) }, isCloseTo: share, tolerance: chance
        ) {
          try sampledCaptions(
            features: features.gathering(Tensor(repeating: photograph, shape: [3000])),
            parameters: parameters, maximumLength: 1, temperature: temperature,
            parts: referenceCaptioningParts(.lstm), using: &random)
        }
      }
    }
  }

  func testEachWordIsReadBeforeTheNextIsDrawn() throws {
    let captioner = randomCaptioner(vocabularySize: 5)
    let features = Tensor<Double>.randomNormal([1, 3], using: &random)
    let photograph = try features[0, .all]
    let first = try captioner.logProbabilities(after: [], features: photograph)
    let pairs = try first.indices.map { word in
      // Nothing but <NULL> comes after <END>.
      word == SpecialToken.end
        ? [1, 0, 0, 0, 0].map { $0 * Scalar.exp(first[word]) }
        : try captioner.logProbabilities(after: [word], features: photograph)
          .map { Scalar.exp(first[word] + $0) }
    }
    try expectInvariant(
      "share of each pair of first words among 3000 captions",
      of: { captions in
        let numbers = try captions[.all, 0] * 5 + captions[.all, 1]
        return try shares(numbers, count: 25).reshaped([5, 5])
      }, isCloseTo: Tensor(rows: pairs), tolerance: chance
    ) {
      try sample(captioner, features.broadcast(to: [3000, 3]), length: 2, temperature: 1)
    }
  }

  func testInTheColdItIsGreedy() throws {
    let captioner = randomCaptioner(vocabularySize: 7)
    let features = Tensor<Double>.randomNormal([4, 3], using: &random)
    let expected = try features.unstacked().map {
      try captioner.greedyCaption(features: $0, maximumLength: 6)
    }
    for temperature in [1e-7, 1e-300] {
      try expectClose("captions at temperature \(temperature)", to: Tensor(rows: expected)) {
        try sample(captioner, features, length: 6, temperature: temperature)
      }
    }
  }

  func testInTheHeatAllWordsAreEquallyLikely() throws {
    let captioner = randomCaptioner(vocabularySize: 7)
    try expectInvariant(
      "share of each word among 3000 first words at temperature 1e9",
      of: { shares($0.flattened(), count: 7) },
      isCloseTo: Tensor<Double>(repeating: 1 / 7, shape: [7]), tolerance: chance
    ) {
      try sample(captioner, .ones([3000, 3]), length: 1, temperature: 1e9)
    }
  }

  func testTheSameSeedGivesTheSameCaptionsAndTheNextDrawOthers() throws {
    let captioner = randomCaptioner(vocabularySize: 7)
    let seed = random.next()
    func draw() throws -> Tensor<Double> {
      var generator = SeededGenerator(seed: seed)
      let draws = try (0..<2).map { _ in
        try sampledCaptions(
          features: Tensor<Double>.ones([20, 3]), parameters: captioner.parameters,
          maximumLength: 6, temperature: 5, parts: referenceCaptioningParts(.lstm),
          using: &generator
        ).map { Double($0) }
      }
      return try .stacking(draws)
    }
    try expectInvariant(
      "captions drawn with one seed twice, differences",
      of: { try $0[0, .all] - $0[1, .all] }, isCloseTo: Tensor<Double>.zeros([2, 20, 6])
    ) {
      try Tensor.stacking([draw(), draw()])
    }
    try expectInvariant(
      "whether 20 captions and the 20 drawn next are different",
      of: { Tensor(scalar: try $0[0, .all] == $0[1, .all] ? 0 : 1) }, isCloseTo: 1.0
    ) {
      try draw()
    }
  }

  func testItStopsAtTheEndAndSaysNothingAfterIt() throws {
    let zoo = try TalkingZoo()
    for (length, expected) in [
      (6, [[4, 5, 7, 2, 0, 0], [4, 6, 8, 2, 0, 0]]), (3, [[4, 5, 7], [4, 6, 8]]), (1, [[4], [4]]),
    ] {
      try expectClose("captions of at most \(length), almost cold", to: Tensor(rows: expected)) {
        try sampledCaptions(
          features: zoo.features, parameters: zoo.captioner.parameters, maximumLength: length,
          temperature: 0.05, parts: referenceCaptioningParts(.rnn), using: &random)
      }
    }
    try expectInvariant(
      "words after <END> in 200 captions at temperature 3",
      of: { captions in
        var count = 0
        for caption in try captions.unstacked().map(\.elements) {
          guard let end = caption.firstIndex(of: Double(SpecialToken.end)) else { continue }
          count += caption[(end + 1)...].filter { $0 != Double(SpecialToken.null) }.count
        }
        return Tensor(scalar: Double(count))
      }, isCloseTo: 0.0
    ) {
      try sampledCaptions(
        features: zoo.features.gathering(Tensor((0..<200).map { $0 % 2 })),
        parameters: zoo.captioner.parameters, maximumLength: 8, temperature: 3,
        parts: referenceCaptioningParts(.rnn), using: &random)
    }
  }

  func testItWorksInSinglePrecision() throws {
    let zoo = try TalkingZoo()
    // So cold that the scores themselves, divided, would overflow.
    try expectClose("captions in Float", to: Tensor(rows: [[4, 5, 7, 2, 0], [4, 6, 8, 2, 0]])) {
      try sampledCaptions(
        features: zoo.features.cast(to: Float.self),
        parameters: zoo.captioner.parameters.singlePrecision, maximumLength: 5,
        temperature: 1e-38, parts: referenceCaptioningParts(.rnn), using: &random)
    }
  }

  func testWrongShapesAreRefused() throws {
    let captioner = randomCaptioner(vocabularySize: 7)
    try expectShapeError("features of size 4 where 3 are projected") {
      try sample(captioner, .ones([2, 4]), length: 5, temperature: 1)
    }
    try expectShapeError("a maximum length of 0") {
      try sample(captioner, .ones([2, 3]), length: 0, temperature: 1)
    }
    for temperature in [0, -1, Double.nan] {
      try expectShapeError("temperature \(temperature)") {
        try sample(captioner, .ones([2, 3]), length: 5, temperature: temperature)
      }
    }
  }

  private typealias Scalar = Double

  private func randomCaptioner(vocabularySize: Int) -> ReferenceCaptioner {
    ReferenceCaptioner(
      random: .lstm, featureSize: 3, embeddingSize: 4, hiddenSize: 5,
      vocabularySize: vocabularySize, deviation: 1, using: &random)
  }

  private func sample(
    _ captioner: ReferenceCaptioner, _ features: Tensor<Double>, length: Int, temperature: Double
  ) throws -> Tensor<Int> {
    try sampledCaptions(
      features: features, parameters: captioner.parameters, maximumLength: length,
      temperature: temperature, parts: referenceCaptioningParts(.lstm), using: &random)
  }
}

/// How often each number from `0..<count` is among the given ones, as a share of all.
private func shares(_ numbers: Tensor<Double>, count: Int) -> Tensor<Double> {
  var result = Tensor<Double>.zeros([count])
  for number in numbers.elements {
    guard let index = Int(exactly: number), (0..<count).contains(index) else { continue }
    result[index] += 1 / Double(numbers.count)
  }
  return result
}
