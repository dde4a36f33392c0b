import A4StyleTransfer
import ExerciseTesting
import Tensors

final class StyleLossTests: ExerciseTestCase {
  func testLossAndGradientsAreThoseOfAnIndependentImplementation() throws {
    let golden = try Golden("style")
    let features: [Tensor<Double>] = try (0...1).map { try golden.tensor("style.features\($0)") }
    let targets: [Tensor<Double>] = try (0...1).map { try golden.tensor("style.target\($0)") }
    func result() throws -> (loss: Double, gradients: [Tensor<Double>]) {
      try styleLoss(
        features, targets: targets, weights: [300, 2], parts: ReferenceStyle.gramParts())
    }
    try expectClose("loss", to: golden.number("style.loss")) { try result().loss }
    for layer in 0...1 {
      try expectClose(
        "gradient of layer \(layer)",
        to: golden.tensor("style.gradient\(layer)") as Tensor<Double>
      ) {
        try element(layer, of: result().gradients)
      }
    }
  }

  func testEveryLayersGradientIsTheNumericOne() throws {
    let features = [[1, 3, 2, 4], [1, 2, 3, 3]].map {
      Tensor<Double>.randomNormal($0, using: &random)
    }
    let targets = [[1, 3, 3], [1, 2, 2]].map { Tensor<Double>.randomNormal($0, using: &random) }
    for layer in 0...1 {
      try expectGradient(
        "gradient of layer \(layer)", at: features[layer],
        of: { moved in
          var all = features
          all[layer] = moved
          return Tensor(
            scalar: ReferenceStyle.styleLoss(all, targets: targets, weights: [0.5, 2]))
        }
      ) {
        let result = try styleLoss(
          features, targets: targets, weights: [0.5, 2], parts: ReferenceStyle.gramParts())
        return try element(layer, of: result.gradients)
      }
    }
  }

  func testAPictureHasItsOwnStyle() throws {
    let features = Tensor<Float>.randomNormal([1, 3, 4, 5], using: &random)
    let gram = ReferenceStyle.gram(features, normalized: true)
    try expectClose("loss", to: Float(0)) {
      try styleLoss([features], targets: [gram], weights: [9], parts: ReferenceStyle.gramParts())
        .loss
    }
  }

  func testTheLossIsTheWeightedSumOverLayers() throws {
    let features = [[1, 2, 3, 4], [1, 3, 2, 2]].map {
      Tensor<Float>.randomNormal($0, using: &random)
    }
    let targets = [[1, 2, 2], [1, 3, 3]].map { Tensor<Float>.randomNormal($0, using: &random) }
    try expectClose(
      "loss in Float",
      to: ReferenceStyle.styleLoss(features, targets: targets, weights: [2, 0.25])
    ) {
      try styleLoss(
        features, targets: targets, weights: [2, 0.25], parts: ReferenceStyle.gramParts()
      ).loss
    }
  }

  func testListsOfDifferentLengthsAndWrongTargetsAreRefused() throws {
    let features = Tensor<Double>.ones([1, 3, 2, 2])
    try expectShapeError("one layer and no target") {
      try styleLoss([features], targets: [], weights: [1], parts: ReferenceStyle.gramParts()).loss
    }
    try expectShapeError("a target for 4 channels") {
      try styleLoss(
        [features], targets: [.ones([1, 4, 4])], weights: [1], parts: ReferenceStyle.gramParts()
      ).loss
    }
  }
}
