import A4StyleTransfer
import ExerciseTesting
import Exercises
import Tensors

final class TransferStepTests: ExerciseTestCase {
  func testTermsAndGradientAreThoseOfAnIndependentImplementation() throws {
    let golden = try Golden("style")
    let image: Tensor<Double> = try golden.tensor("step.image")
    let target = StyleTarget<Double>(
      contentLayer: 1, contentWeight: 0.5, contentFeatures: try golden.tensor("step.content"),
      styleLayers: [0, 1], styleWeights: [3, 4],
      styleGrams: try (0...1).map { try golden.tensor("step.target\($0)") },
      totalVariationWeight: 0.1)
    func step() throws -> StyleLoss<Double> {
      try transferStep(image, target: target, parts: ReferenceStyle.parts())
    }
    try expectClose("content", to: golden.number("step.loss.content")) { try step().content }
    try expectClose("style", to: golden.number("step.loss.style")) { try step().style }
    try expectClose("total variation", to: golden.number("step.loss.tv")) {
      try step().totalVariation
    }
    try expectClose("gradient", to: golden.tensor("step.gradient") as Tensor<Double>) {
      try step().gradient
    }
  }

  /// A target whose content layer is a style layer as well, or is not.
  private func target<Scalar: TensorScalar>(contentLayer: Int) -> StyleTarget<Scalar> {
    StyleTarget(
      contentLayer: contentLayer, contentWeight: 0.8,
      contentFeatures: .randomNormal([1, 3, 3, 4], using: &random), styleLayers: [0, 2],
      styleWeights: [1.5, 0.25],
      styleGrams: (0...1).map { _ in .randomNormal([1, 3, 3], using: &random) },
      totalVariationWeight: 0.2)
  }

  private func loss<Scalar: TensorScalar>(
    _ image: Tensor<Scalar>, _ target: StyleTarget<Scalar>
  ) throws -> Scalar {
    let values = ReferenceStyle.squaringNetwork(
      image, layers: Set(target.styleLayers + [target.contentLayer])
    ).values
    let content = try element(target.contentLayer, of: values)
    return ReferenceStyle.contentLoss(
      content, target: target.contentFeatures, weight: target.contentWeight)
      + ReferenceStyle.styleLoss(
        try target.styleLayers.map { try element($0, of: values) }, targets: target.styleGrams,
        weights: target.styleWeights)
      + ReferenceStyle.totalVariationLoss(image, weight: target.totalVariationWeight)
  }

  func testTheGradientIsTheNumericOneWhereALayerServesBothAndWhereItDoesNot() throws {
    for contentLayer in [1, 2] {
      let target: StyleTarget<Double> = target(contentLayer: contentLayer)
      let image = Tensor<Double>.randomNormal([1, 3, 3, 4], using: &random)
      try expectGradient(
        "gradient with content layer \(contentLayer)", at: image,
        of: { Tensor(scalar: try loss($0, target)) }
      ) {
        try transferStep(image, target: target, parts: ReferenceStyle.parts()).gradient
      }
    }
  }

  func testTheTotalIsTheSumOfItsTermsAlsoInFloat() throws {
    let target: StyleTarget<Float> = target(contentLayer: 1)
    let image = Tensor<Float>.randomNormal([1, 3, 3, 4], using: &random)
    try expectClose("total", to: try loss(image, target)) {
      try transferStep(image, target: target, parts: ReferenceStyle.parts()).total
    }
  }

  func testAnImageThatIsNoSinglePictureIsRefused() throws {
    let target: StyleTarget<Double> = target(contentLayer: 1)
    try expectShapeError("two pictures") {
      try transferStep(.ones([2, 3, 3, 4]), target: target, parts: ReferenceStyle.parts()).total
    }
  }
}
