import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class GreedyCaptionsTests: ExerciseTestCase {
  private let parts: CaptioningParts<Double> = referenceCaptioningParts(.rnn)

  func testTheCaptionsArePyTorchs() throws {
    let golden = try Golden("GreedyCaptions")
    try expectClose("captions", to: golden.integers("captions")) {
      try greedyCaptions(
        features: golden.tensor("features"), parameters: golden.captionerParameters(),
        maximumLength: 7, parts: parts)
    }
  }

  func testItSaysWhatIsInTheTwoPhotographs() throws {
    let zoo = try TalkingZoo()
    // a cat sleeps <END>; a dog barks <END>
    let expected = try Tensor(rows: [[4, 5, 7, 2, 0, 0], [4, 6, 8, 2, 0, 0]])
    try expectClose("captions of a cat and a dog", to: expected) {
      try captions(zoo.captioner, zoo.features, maximumLength: 6)
    }
  }

  func testNothingComesAfterTheEnd() throws {
    let zoo = try TalkingZoo()
    try expectInvariant(
      "words after <END>",
      of: { try $0[.all, 4...].sum(axis: 1) }, isCloseTo: Tensor<Double>.zeros([2])
    ) {
      try captions(zoo.captioner, zoo.features, maximumLength: 9)
    }
  }

  func testItStopsAtTheMaximumLength() throws {
    let zoo = try TalkingZoo()
    for (length, expected) in [(1, [[4], [4]]), (3, [[4, 5, 7], [4, 6, 8]])] {
      try expectClose("captions of at most \(length)", to: Tensor(rows: expected)) {
        try captions(zoo.captioner, zoo.features, maximumLength: length)
      }
    }
  }

  func testItTakesTheLikeliestWordEachTime() throws {
    let captioner = randomCaptioner()
    let features = Tensor<Double>.randomNormal([4, 3], using: &random)
    let expected = try features.unstacked().map {
      try captioner.greedyCaption(features: $0, maximumLength: 6)
    }
    try expectClose("captions", to: Tensor(rows: expected)) {
      try captions(captioner, features, maximumLength: 6)
    }
  }

  func testAnLSTMCanSpeakToo() throws {
    let captioner = ReferenceCaptioner(
      random: .lstm, featureSize: 3, embeddingSize: 4, hiddenSize: 5, vocabularySize: 7,
      deviation: 1, using: &random)
    let features = Tensor<Double>.randomNormal([4, 3], using: &random)
    let expected = try features.unstacked().map {
      try captioner.greedyCaption(features: $0, maximumLength: 6)
    }
    try expectClose("captions by an LSTM, whose state has a cell", to: Tensor(rows: expected)) {
      try greedyCaptions(
        features: features, parameters: captioner.parameters, maximumLength: 6,
        parts: referenceCaptioningParts(.lstm))
    }
  }

  func testItWorksInSinglePrecision() throws {
    let zoo = try TalkingZoo()
    try expectClose("captions in Float", to: Tensor(rows: [[4, 5, 7, 2, 0], [4, 6, 8, 2, 0]])) {
      try greedyCaptions(
        features: zoo.features.cast(to: Float.self),
        parameters: zoo.captioner.parameters.singlePrecision, maximumLength: 5,
        parts: referenceCaptioningParts(.rnn))
    }
  }

  func testWrongShapesAreRefused() throws {
    let captioner = randomCaptioner()
    try expectShapeError("features of size 4 where 3 are projected") {
      try captions(captioner, .ones([2, 4]), maximumLength: 5)
    }
    try expectShapeError("features of shape [3]") {
      try captions(captioner, .ones([3]), maximumLength: 5)
    }
    try expectShapeError("a maximum length of 0") {
      try captions(captioner, .ones([2, 3]), maximumLength: 0)
    }
  }

  private func randomCaptioner() -> ReferenceCaptioner {
    ReferenceCaptioner(
      random: .rnn, featureSize: 3, embeddingSize: 4, hiddenSize: 5, vocabularySize: 7,
      deviation: 1, using: &random)
  }

  private func captions(
    _ captioner: ReferenceCaptioner, _ features: Tensor<Double>, maximumLength: Int
  ) throws -> Tensor<Int> {
    try greedyCaptions(
      features: features, parameters: captioner.parameters, maximumLength: maximumLength,
      parts: parts)
  }
}
