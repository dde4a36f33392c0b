import A3LSTMCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class LSTMCaptionerLossTests: ExerciseTestCase {
  private let parts: CaptioningParts<Double> = referenceCaptioningParts(.lstm)

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
    let example = try CaptioningExample(random: .lstm, using: &random)
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
    let example = try CaptioningExample(random: .lstm, using: &random)
    try expectClose("loss", to: example.referenceLoss()) { try loss(example).loss }
    try expectClose("loss in Float", to: example.referenceLoss()) {
      try captionerLoss(
        features: example.features.cast(to: Float.self), captions: example.captions,
        parameters: example.parameters.singlePrecision, parts: referenceCaptioningParts(.lstm)
      ).loss
    }
  }

  func testOnlyWordsThatCountAreScored() throws {
    let example = try CaptioningExample(random: .lstm, using: &random)
    try expectClose("rows of hidden states that were scored, 4 + 2 + 3 words", to: 9) {
      let counter = RowCounter()
      var counting = parts
      let (affine, temporalAffine) = (parts.affine, parts.temporalAffine)
      let vocabularyShape = example.parameters.vocabularyWeight.shape
      counting.affine = { x, weight, bias in
        if weight.shape == vocabularyShape { counter.rows += x.shape[0] }
        return try affine(x, weight, bias)
      }
      counting.temporalAffine = { x, weight, bias in
        if weight.shape == vocabularyShape { counter.rows += x.shape[0] * x.shape[1] }
        return try temporalAffine(x, weight, bias)
      }
      _ = try captionerLoss(
        features: example.features, captions: example.captions, parameters: example.parameters,
        parts: counting)
      return counter.rows
    }
  }

  func testWhatFollowsTheEndDoesNotCount() throws {
    let example = try CaptioningExample(random: .lstm, using: &random)
    var longer = example
    longer.captions = try example.captions.padded([(0, 0), (0, 2)], with: SpecialToken.null)
    try expectClose("loss with two more <NULL> after each caption", to: example.referenceLoss()) {
      try loss(longer).loss
    }
    try expectInvariant(
      "gradient of hiddenWeight, with two more <NULL> and without",
      of: { try $0[0, .all] - $0[1, .all] }, isCloseTo: Tensor<Double>.zeros([5, 20])
    ) {
      try Tensor.stacking([example, longer].map { try loss($0).gradients.hiddenWeight })
    }
  }

  func testTheLossIsAveragedOverTheMinibatch() throws {
    let example = try CaptioningExample(random: .lstm, using: &random)
    var twice = example
    twice.features = try .concatenating([example.features, example.features])
    twice.captions = try .concatenating([example.captions, example.captions])
    try expectClose("loss of every photograph twice", to: example.referenceLoss()) {
      try loss(twice).loss
    }
  }

  func testWrongShapesAreRefused() throws {
    let example = try CaptioningExample(random: .lstm, using: &random)
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

/// Counts within one call, on one thread.
private final class RowCounter: @unchecked Sendable {
  var rows = 0
}
