import A3LSTMCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class BeamSearchTests: ExerciseTestCase {
  func testTheCaptionsAreThoseOfAnotherBeamSearch() throws {
    let golden = try Golden("BeamSearch")
    for (suffix, exponent) in [("", 0.0), ("Normalized", 0.5)] {
      for (name, width) in [("beam1", 1), ("beam2", 2), ("beam3", 3)] {
        try expectGolden(golden, name + suffix, width: width, lengthNormalization: exponent)
      }
    }
  }

  func testABeamThatIsWideEnoughFindsTheBestOfAllCaptions() throws {
    let golden = try Golden("BeamSearch")
    // As many beginnings as there can be before the last of five words: 6 to the power of 4.
    try expectGolden(golden, "best", width: 1296, lengthNormalization: 0)
    try expectGolden(golden, "bestNormalized", width: 1296, lengthNormalization: 0.5)
  }

  func testARandomCaptionersBestCaptionIsFound() throws {
    let captioner = randomCaptioner()
    let features = Tensor<Double>.randomNormal([2, 3], using: &random)
    for exponent in [0, 0.7] {
      let best = try features.unstacked().map {
        try captioner.bestCaption(
          features: $0, maximumLength: 4, lengthNormalization: exponent)
      }
      try expectClose("captions of width 125", to: Tensor(rows: best.map(\.caption))) {
        try search(captioner, features, width: 125, length: 4, lengthNormalization: exponent)
          .captions
      }
      try expectClose("log p of the captions", to: best.map(\.logProbability)) {
        try search(captioner, features, width: 125, length: 4, lengthNormalization: exponent)
          .logProbabilities
      }
    }
  }

  func testWidthOneIsGreedy() throws {
    let captioner = randomCaptioner()
    let features = Tensor<Double>.randomNormal([4, 3], using: &random)
    let expected = try features.unstacked().map {
      try captioner.greedyCaption(features: $0, maximumLength: 6)
    }
    try expectClose("captions of width 1", to: Tensor(rows: expected)) {
      try search(captioner, features, width: 1, length: 6).captions
    }
  }

  func testABetterCaptionThatBeginsBadlyIsFound() throws {
    // Word 4 looks best at first (0.6 against 0.4), but nobody knows how to go on from it; from
    // word 5 the way is clear.
    var transitions = Tensor<Double>(repeating: -20, shape: [7, 7])
    try transitions.assign(Tensor([0.6, 0.4]).log(), at: SpecialToken.start, 4..<6)
    try transitions.assign(0, at: 4, 2..<7)
    transitions[4, SpecialToken.end] = 0.1
    transitions[5, SpecialToken.end] = 0
    transitions[6, SpecialToken.end] = 0
    let captioner = try ReferenceCaptioner(transitions: transitions, imageScores: .zeros([1, 7]))
    let features = Tensor<Double>.ones([1, 1])
    let best = try captioner.bestCaption(features: features[0, .all], maximumLength: 4)
    for (width, expected) in [(1, [4, 2, 0, 0]), (2, [5, 2, 0, 0]), (3, best.caption)] {
      try expectClose("caption of width \(width)", to: Tensor(rows: [expected])) {
        try beamSearchCaptions(
          features: features, parameters: captioner.parameters, width: width, maximumLength: 4,
          parts: referenceCaptioningParts(.rnn)
        ).captions
      }
    }
  }

  func testLengthNormalizationFavoursLongerCaptions() throws {
    // <END> at once has p = 0.4; 4 5 <END> has 0.6·0.6·1, less, but more per word.
    var transitions = Tensor<Double>(repeating: -20, shape: [6, 6])
    (transitions[1, 2], transitions[1, 4]) = (Scalar.log(0.4), Scalar.log(0.6))
    (transitions[4, 5], transitions[4, 3]) = (Scalar.log(0.6), Scalar.log(0.4))
    (transitions[5, 2], transitions[3, 2]) = (0, 0)
    let captioner = try ReferenceCaptioner(transitions: transitions, imageScores: .zeros([1, 6]))
    for (exponent, expected) in [(0.0, [2, 0, 0, 0]), (1.0, [4, 5, 2, 0])] {
      try expectClose(
        "caption with length normalization \(exponent)", to: Tensor(rows: [expected])
      ) {
        try beamSearchCaptions(
          features: Tensor<Double>.ones([1, 1]), parameters: captioner.parameters, width: 4,
          maximumLength: 4, lengthNormalization: exponent, parts: referenceCaptioningParts(.rnn)
        ).captions
      }
    }
  }

  func testItStopsAtTheEndAndAtTheMaximumLength() throws {
    let zoo = try TalkingZoo()
    for (length, expected) in [
      (6, [[4, 5, 7, 2, 0, 0], [4, 6, 8, 2, 0, 0]]), (3, [[4, 5, 7], [4, 6, 8]]), (1, [[4], [4]]),
    ] {
      try expectClose("captions of at most \(length)", to: Tensor(rows: expected)) {
        try beamSearchCaptions(
          features: zoo.features, parameters: zoo.captioner.parameters, width: 3,
          maximumLength: length, parts: referenceCaptioningParts(.rnn)
        ).captions
      }
    }
  }

  func testTheLogProbabilityIsThatOfTheCaptionsWords() throws {
    let captioner = randomCaptioner()
    let features = Tensor<Double>.randomNormal([3, 3], using: &random)
    try expectInvariant(
      "log p as returned − log p of the caption's words, <END> included",
      of: { found in
        // Each row holds a caption and its log p.
        let differences = try found.unstacked().enumerated().map { n, row in
          var caption = row.elements.dropLast().map { Int($0) }
          if let end = caption.firstIndex(of: SpecialToken.end) {
            caption.removeSubrange((end + 1)...)
          }
          let expected = try captioner.logProbability(of: caption, features: features[n, .all])
          return (row.elements.last ?? .nan) - expected
        }
        return Tensor(differences)
      }, isCloseTo: Tensor<Double>.zeros([3])
    ) {
      let found = try search(captioner, features, width: 2, length: 5, lengthNormalization: 0.5)
      return try Tensor.concatenating(
        [found.captions.map { Double($0) }, found.logProbabilities.expandingAxis(at: 1)], axis: 1)
    }
  }

  func testItWorksInSinglePrecision() throws {
    let zoo = try TalkingZoo()
    try expectClose("captions in Float", to: Tensor(rows: [[4, 5, 7, 2, 0], [4, 6, 8, 2, 0]])) {
      try beamSearchCaptions(
        features: zoo.features.cast(to: Float.self),
        parameters: zoo.captioner.parameters.singlePrecision, width: 3, maximumLength: 5,
        parts: referenceCaptioningParts(.rnn)
      ).captions
    }
  }

  func testWrongShapesAreRefused() throws {
    let captioner = randomCaptioner()
    try expectShapeError("features of size 4 where 3 are projected") {
      try search(captioner, .ones([2, 4]), width: 2, length: 5).captions
    }
    try expectShapeError("a width of 0") {
      try search(captioner, .ones([2, 3]), width: 0, length: 5).captions
    }
    try expectShapeError("a maximum length of 0") {
      try search(captioner, .ones([2, 3]), width: 2, length: 0).captions
    }
  }

  private typealias Scalar = Double

  private func randomCaptioner() -> ReferenceCaptioner {
    ReferenceCaptioner(
      random: .lstm, featureSize: 3, embeddingSize: 4, hiddenSize: 6, vocabularySize: 5,
      deviation: 1, using: &random)
  }

  private func search(
    _ captioner: ReferenceCaptioner, _ features: Tensor<Double>, width: Int, length: Int,
    lengthNormalization: Double = 0
  ) throws -> (captions: Tensor<Int>, logProbabilities: Tensor<Double>) {
    try beamSearchCaptions(
      features: features, parameters: captioner.parameters, width: width, maximumLength: length,
      lengthNormalization: lengthNormalization, parts: referenceCaptioningParts(.lstm))
  }

  /// Captions of five words and their log p are those that stand under a name in the file.
  private func expectGolden(
    _ golden: Golden, _ name: String, width: Int, lengthNormalization: Double
  ) throws {
    let captioner = try ReferenceCaptioner(golden.captionerParameters(), cell: .lstm)
    let features: Tensor<Double> = try golden.tensor("features")
    try expectClose("captions “\(name)”", to: golden.integers(name)) {
      try search(
        captioner, features, width: width, length: 5, lengthNormalization: lengthNormalization
      ).captions
    }
    let logProbabilities: Tensor<Double> = try golden.tensor("\(name)LogProbability")
    try expectClose("log p of the captions “\(name)”", to: logProbabilities) {
      try search(
        captioner, features, width: width, length: 5, lengthNormalization: lengthNormalization
      ).logProbabilities
    }
  }
}
