import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class RNNCaptionerLossTests: ExerciseTestCase {
  private let parts: CaptioningParts<Double> = referenceCaptioningParts(.rnn)

  func testLossAndGradientsArePyTorchs() throws {
    let golden = try Golden("Captioner")
    let parameters = try golden.captionerParameters() as CaptionerParameters<Double>
    let features: Tensor<Double> = try golden.tensor("features")
    let captions = try golden.integers("captions")
    try expectClose("loss", to: golden.number("loss")) {
      try captionerLoss(
        features: features, captions: captions, parameters: parameters, parts: parts
      ).loss
    }
    for (name, path) in CaptionerParameters<Double>.named {
      let expected: Tensor<Double> = try golden.tensor("grad_\(name)")
      try expectClose("gradient of \(name)", to: expected) {
        try captionerLoss(
          features: features, captions: captions, parameters: parameters, parts: parts
        ).gradients[keyPath: path]
      }
    }
  }

  func testEveryGradientIsTheNumericOne() throws {
    let example = try CaptioningExample(random: .rnn, using: &random)
    for (name, path) in CaptionerParameters<Double>.named {
      try expectGradient(
        "gradient of \(name)", at: example.parameters[keyPath: path],
        of: { try example.referenceLoss(replacing: path, with: $0) }
      ) {
        try loss(example).gradients[keyPath: path]
      }
    }
  }

  func testTheLossFollowsTheFormula() throws {
    let example = try CaptioningExample(random: .rnn, using: &random)
    try expectClose("loss", to: example.referenceLoss()) { try loss(example).loss }
    try expectClose("loss in Float", to: example.referenceLoss()) {
      try captionerLoss(
        features: example.features.cast(to: Float.self), captions: example.captions,
        parameters: example.parameters.singlePrecision, parts: referenceCaptioningParts(.rnn)
      ).loss
    }
  }

  func testWhatFollowsTheEndDoesNotCount() throws {
    let example = try CaptioningExample(random: .rnn, using: &random)
    var longer = example
    longer.captions = try example.captions.padded([(0, 0), (0, 2)], with: SpecialToken.null)
    try expectClose("loss with two more <NULL> after each caption", to: example.referenceLoss()) {
      try loss(longer).loss
    }
    try expectInvariant(
      "gradient of hiddenWeight, with two more <NULL> and without",
      of: { try $0[0, .all] - $0[1, .all] }, isCloseTo: Tensor<Double>.zeros([5, 5])
    ) {
      try Tensor.stacking([example, longer].map { try loss($0).gradients.hiddenWeight })
    }
  }

  func testAWordThatIsNeverReadKeepsItsVector() throws {
    let example = try CaptioningExample(random: .rnn, using: &random)
    // After <END> come only <NULL>s, which do not count; so neither is read to any effect.
    let unread = Tensor([SpecialToken.null, SpecialToken.end])
    try expectInvariant(
      "gradient of the vectors of <NULL> and <END>",
      of: { try $0.gathering(unread) }, isCloseTo: Tensor<Double>.zeros([2, 4])
    ) {
      try loss(example).gradients.embedding
    }
  }

  func testWhenAllWordsAreEquallyLikelyTheLossIsTheirLogarithm() throws {
    var example = try CaptioningExample(random: .rnn, using: &random)
    example.parameters.vocabularyWeight = example.parameters.vocabularyWeight * 0
    example.parameters.vocabularyBias = example.parameters.vocabularyBias * 0
    // The captions have 4, 2 and 3 words with <END>; the vocabulary has 7.
    let expected = 9 / 3 * Tensor<Double>([7]).log().sum()
    try expectClose("loss without a preference, 9/3·log 7", to: expected) {
      try loss(example).loss
    }
  }

  func testItIsBuiltFromItsParts() throws {
    let example = try CaptioningExample(random: .rnn, using: &random)
    var parts = parts
    parts.temporalSoftmaxLoss = { logits, _, _ in (42, .zeros(like: logits)) }
    try expectClose("loss with a loss layer that always says 42", to: 42.0) {
      try captionerLoss(
        features: example.features, captions: example.captions, parameters: example.parameters,
        parts: parts
      ).loss
    }
  }

  func testWrongShapesAreRefused() throws {
    let example = try CaptioningExample(random: .rnn, using: &random)
    var wrong = example
    wrong.captions = try example.captions[0..<2]
    try expectShapeError("two captions for three photographs") { try loss(wrong).loss }
    wrong = example
    wrong.captions = try example.captions[.all, 0..<1]
    try expectShapeError("captions of one word") { try loss(wrong).loss }
    for (name, path) in CaptionerParameters<Double>.named {
      wrong = example
      wrong.parameters[keyPath: path] = .ones([11, 13])
      try expectShapeError("\(name) of shape [11, 13]") { try loss(wrong).loss }
    }
  }

  private func loss(
    _ example: CaptioningExample
  ) throws -> (loss: Double, gradients: CaptionerParameters<Double>) {
    try captionerLoss(
      features: example.features, captions: example.captions, parameters: example.parameters,
      parts: parts)
  }
}
