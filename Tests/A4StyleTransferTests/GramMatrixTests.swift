import A4StyleTransfer
import ExerciseTesting
import Tensors

final class GramMatrixTests: ExerciseTestCase {
  func testTheMatrixIsThatOfAnIndependentImplementation() throws {
    let golden = try Golden("style")
    let features: Tensor<Double> = try golden.tensor("gram.features")
    try expectClose("normalised", to: golden.tensor("gram.normalized") as Tensor<Double>) {
      try gramMatrix(features, normalized: true)
    }
    try expectClose("not normalised", to: golden.tensor("gram.raw") as Tensor<Double>) {
      try gramMatrix(features, normalized: false)
    }
  }

  func testTheMatrixIsItsDefinitionInBothPrecisions() throws {
    let features = Tensor<Double>.randomNormal([3, 2, 5, 4], using: &random)
    try expectClose("in Double", to: ReferenceStyle.gram(features, normalized: true)) {
      try gramMatrix(features)
    }
    let single = features.cast(to: Float.self)
    try expectClose("in Float", to: ReferenceStyle.gram(single, normalized: false)) {
      try gramMatrix(single, normalized: false)
    }
  }

  func testTheMatrixIsSymmetric() throws {
    let features = Tensor<Double>.randomNormal([2, 3, 4, 5], using: &random)
    try expectInvariant(
      "the matrix minus its transpose", of: { try $0 - $0.permuted(0, 2, 1) },
      isCloseTo: Tensor<Double>.zeros([2, 3, 3])
    ) {
      try gramMatrix(features)
    }
  }

  func testWhereSomethingIsInThePictureDoesNotMatter() throws {
    let features = Tensor<Double>.randomNormal([1, 3, 4, 5], using: &random)
    let turned = try features.permuted(0, 1, 3, 2)
    try expectClose(
      "the matrix of the picture on its side", to: ReferenceStyle.gram(features, normalized: true)
    ) {
      try gramMatrix(turned)
    }
  }

  func testFeaturesWithoutFourAxesAreRefused() throws {
    try expectShapeError("features [3, 4, 5]") {
      try gramMatrix(Tensor<Double>.ones([3, 4, 5]))
    }
  }
}
