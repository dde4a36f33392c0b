import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class TemporalSoftmaxLossTests: ExerciseTestCase {
  private let everywhere = Tensor(repeating: true, shape: [2, 3])

  func testLossAndGradientArePyTorchs() throws {
    let golden = try Golden("TemporalSoftmaxLoss")
    let logits: Tensor<Double> = try golden.tensor("logits")
    let targets = try golden.integers("targets")
    let mask = try golden.integers("mask") .!= 0
    try expectClose("loss", to: golden.number("loss")) {
      try temporalSoftmaxLoss(logits, targets: targets, mask: mask).loss
    }
    try expectClose("gradient", to: golden.tensor("grad_logits") as Tensor<Double>) {
      try temporalSoftmaxLoss(logits, targets: targets, mask: mask).gradient
    }
  }

  func testLossAndGradientFollowTheFormula() throws {
    let (logits, targets, mask) = randomScores()
    let expected = referenceTemporalSoftmaxLoss(logits, targets, mask)
    try expectClose("loss", to: expected.loss) {
      try temporalSoftmaxLoss(logits, targets: targets, mask: mask).loss
    }
    try expectClose("gradient in Float", to: expected.gradient) {
      try temporalSoftmaxLoss(logits.cast(to: Float.self), targets: targets, mask: mask).gradient
    }
  }

  func testTheGradientIsTheNumericOne() throws {
    let (logits, targets, mask) = randomScores()
    try expectGradient(
      "gradient", at: logits,
      of: { Tensor(scalar: referenceTemporalSoftmaxLoss($0, targets, mask).loss) }
    ) {
      try temporalSoftmaxLoss(logits, targets: targets, mask: mask).gradient
    }
  }

  func testMaskedPlacesHaveNoGradient() throws {
    let (logits, targets, mask) = randomScores()
    let masked = mask.cast(to: Double.self).map { 1 - $0 }
    try expectInvariant(
      "sum of the gradient's absolute values where the mask is false",
      of: { try ($0.absolute().sum(axis: 2) * masked).sum(axes: [0, 1]) }, isCloseTo: 0.0
    ) {
      try temporalSoftmaxLoss(logits, targets: targets, mask: mask).gradient
    }
  }

  func testWhatIsMaskedDoesNotChangeTheLoss() throws {
    let (logits, targets, mask) = randomScores()
    let expected = referenceTemporalSoftmaxLoss(logits, targets, mask).loss
    let other = try Tensor.where(mask.expandingAxis(at: 2), logits, logits * -3 + 7)
    try expectClose("loss with other logits at masked places", to: expected) {
      try temporalSoftmaxLoss(other, targets: targets, mask: mask).loss
    }
    try expectClose("loss with other targets at masked places", to: expected) {
      try temporalSoftmaxLoss(
        logits, targets: .where(mask, targets, targets.map { ($0 + 1) % 5 }), mask: mask
      ).loss
    }
  }

  func testTheMaskDecidesAndNotTheTarget() throws {
    let logits = Tensor<Double>.randomNormal([2, 3, 5], using: &random)
    let targets = Tensor(repeating: SpecialToken.null, shape: [2, 3])
    let expected = referenceTemporalSoftmaxLoss(logits, targets, everywhere)
    try expectClose("loss where <NULL> is a target and not masked", to: expected.loss) {
      try temporalSoftmaxLoss(logits, targets: targets, mask: everywhere).loss
    }
  }

  func testTheLossIsSummedOverTimeAndAveragedOverSamples() throws {
    let targets = Tensor<Int>.random([2, 3], in: 0..<5, using: &random)
    let logarithm = Tensor<Double>([5.0]).log().sum()
    try expectClose("loss of equal logits, 3·log 5", to: 3 * logarithm) {
      try temporalSoftmaxLoss(Tensor<Double>.zeros([2, 3, 5]), targets: targets, mask: everywhere)
        .loss
    }
    let half = try Tensor(rows: [[true, true, false], [true, false, false]])
    try expectClose("the same with 3 of 6 places masked, 3/2·log 5", to: 1.5 * logarithm) {
      try temporalSoftmaxLoss(Tensor<Double>.zeros([2, 3, 5]), targets: targets, mask: half).loss
    }
  }

  func testTheGradientOfEachPlaceSumsToZero() throws {
    let (logits, targets, mask) = randomScores()
    try expectInvariant(
      "sum of the gradient over the vocabulary",
      of: { try $0.sum(axis: 2) }, isCloseTo: Tensor<Double>.zeros([2, 3])
    ) {
      try temporalSoftmaxLoss(logits, targets: targets, mask: mask).gradient
    }
  }

  func testHugeLogitsDoNotOverflow() throws {
    let (logits, targets, mask) = randomScores()
    let huge = logits * 1000 + 5000
    let expected = referenceTemporalSoftmaxLoss(huge, targets, mask)
    try expectClose("loss of logits in the thousands", to: expected.loss) {
      try temporalSoftmaxLoss(huge, targets: targets, mask: mask).loss
    }
    try expectClose("gradient of logits in the thousands", to: expected.gradient) {
      try temporalSoftmaxLoss(huge, targets: targets, mask: mask).gradient
    }
  }

  func testWrongShapesAreRefused() throws {
    let (logits, targets, mask) = randomScores()
    try expectShapeError("logits of shape [6, 5]") {
      try temporalSoftmaxLoss(logits.reshaped([6, 5]), targets: targets, mask: mask).loss
    }
    try expectShapeError("targets of shape [3, 2]") {
      try temporalSoftmaxLoss(logits, targets: targets.reshaped([3, 2]), mask: mask).loss
    }
    try expectShapeError("mask of shape [6]") {
      try temporalSoftmaxLoss(logits, targets: targets, mask: mask.flattened()).loss
    }
    try expectShapeError("target 5 of 5 words") {
      try temporalSoftmaxLoss(logits, targets: targets.map { _ in 5 }, mask: mask).loss
    }
  }

  /// Logits `[2, 3, 5]` and targets, of which four of six count.
  private func randomScores() -> (Tensor<Double>, Tensor<Int>, Tensor<Bool>) {
    let logits = Tensor<Double>.randomNormal([2, 3, 5], standardDeviation: 2, using: &random)
    let targets = Tensor<Int>.random([2, 3], in: 0..<5, using: &random)
    var mask = everywhere
    (mask[0, 2], mask[1, Int.random(in: 0..<3, using: &random)]) = (false, false)
    return (logits, targets, mask)
  }
}
