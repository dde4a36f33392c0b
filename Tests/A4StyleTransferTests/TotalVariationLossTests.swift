import A4StyleTransfer
import ExerciseTesting
import Tensors

final class TotalVariationLossTests: ExerciseTestCase {
  func testLossAndGradientAreThoseOfAnIndependentImplementation() throws {
    let golden = try Golden("style")
    let image: Tensor<Double> = try golden.tensor("tv.image")
    try expectClose("loss", to: golden.number("tv.loss")) {
      try totalVariationLoss(image, weight: 0.3).loss
    }
    try expectClose("gradient", to: golden.tensor("tv.gradient") as Tensor<Double>) {
      try totalVariationLoss(image, weight: 0.3).gradient
    }
  }

  func testTheLossIsItsDefinitionInBothPrecisions() throws {
    let image = Tensor<Float>.randomNormal([1, 2, 5, 3], using: &random)
    try expectClose(
      "loss in Float", to: ReferenceStyle.totalVariationLoss(image, weight: 0.5)
    ) {
      try totalVariationLoss(image, weight: 0.5).loss
    }
  }

  func testTheGradientIsTheNumericOne() throws {
    let image = Tensor<Double>.randomNormal([2, 2, 3, 4], using: &random)
    try expectGradient(
      "gradient", at: image,
      of: { Tensor(scalar: ReferenceStyle.totalVariationLoss($0, weight: 0.7)) }
    ) {
      try totalVariationLoss(image, weight: 0.7).gradient
    }
  }

  func testAPlainPictureHasNoVariation() throws {
    let plain = Tensor<Double>(repeating: 0.4, shape: [1, 3, 4, 5])
    try expectClose("loss", to: 0.0) { try totalVariationLoss(plain, weight: 3).loss }
  }

  func testBrighteningThePictureChangesNothingSoTheGradientSumsToZero() throws {
    let image = Tensor<Double>.randomNormal([1, 3, 4, 5], using: &random)
    try expectInvariant(
      "sum of the gradient", of: { Tensor(scalar: $0.sum()) }, isCloseTo: 0.0
    ) {
      try totalVariationLoss(image, weight: 2).gradient
    }
  }

  func testAnImageWithoutFourAxesIsRefused() throws {
    try expectShapeError("image [3, 4, 5]") {
      try totalVariationLoss(Tensor<Double>.ones([3, 4, 5]), weight: 1).loss
    }
  }
}
