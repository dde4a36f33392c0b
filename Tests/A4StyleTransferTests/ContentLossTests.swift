import A4StyleTransfer
import ExerciseTesting
import Tensors

final class ContentLossTests: ExerciseTestCase {
  func testLossAndGradientAreThoseOfAnIndependentImplementation() throws {
    let golden = try Golden("style")
    let features: Tensor<Double> = try golden.tensor("content.features")
    let target: Tensor<Double> = try golden.tensor("content.target")
    try expectClose("loss", to: golden.number("content.loss")) {
      try contentLoss(features, target: target, weight: 0.7).loss
    }
    try expectClose("gradient", to: golden.tensor("content.gradient") as Tensor<Double>) {
      try contentLoss(features, target: target, weight: 0.7).gradient
    }
  }

  func testTheLossIsItsDefinitionInBothPrecisions() throws {
    let features = Tensor<Float>.randomNormal([1, 4, 3, 2], using: &random)
    let target = Tensor<Float>.randomNormal([1, 4, 3, 2], using: &random)
    try expectClose(
      "loss in Float", to: ReferenceStyle.contentLoss(features, target: target, weight: 1.5)
    ) {
      try contentLoss(features, target: target, weight: 1.5).loss
    }
  }

  func testTheGradientIsTheNumericOne() throws {
    let features = Tensor<Double>.randomNormal([2, 3, 2, 4], using: &random)
    let target = Tensor<Double>.randomNormal([2, 3, 2, 4], using: &random)
    try expectGradient(
      "gradient", at: features,
      of: { Tensor(scalar: ReferenceStyle.contentLoss($0, target: target, weight: 0.3)) }
    ) {
      try contentLoss(features, target: target, weight: 0.3).gradient
    }
  }

  func testAPictureIsAtNoDistanceFromItself() throws {
    let features = Tensor<Double>.randomNormal([1, 3, 4, 2], using: &random)
    try expectClose("loss", to: 0.0) {
      try contentLoss(features, target: features, weight: 5).loss
    }
    try expectClose("gradient", to: Tensor<Double>.zeros([1, 3, 4, 2])) {
      try contentLoss(features, target: features, weight: 5).gradient
    }
  }

  func testFeaturesOfDifferentShapesAreRefused() throws {
    try expectShapeError("a target of another size") {
      try contentLoss(Tensor<Double>.ones([1, 3, 4, 2]), target: .ones([1, 3, 2, 4]), weight: 1)
        .loss
    }
    try expectShapeError("features without a sample axis") {
      try contentLoss(Tensor<Double>.ones([3, 4, 2]), target: .ones([3, 4, 2]), weight: 1).loss
    }
  }
}
