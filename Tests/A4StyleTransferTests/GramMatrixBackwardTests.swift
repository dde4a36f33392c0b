import A4StyleTransfer
import ExerciseTesting
import Exercises
import Tensors

final class GramMatrixBackwardTests: ExerciseTestCase {
  func testTheGradientIsThatOfAnIndependentImplementation() throws {
    let golden = try Golden("style")
    let features: Tensor<Double> = try golden.tensor("gram.features")
    let upstream: Tensor<Double> = try golden.tensor("gram.upstream")
    try expectClose("normalised", to: golden.tensor("gram.normalized.gradient") as Tensor<Double>) {
      try gramMatrixBackward(upstream, features: features, normalized: true)
    }
    try expectClose("not normalised", to: golden.tensor("gram.raw.gradient") as Tensor<Double>) {
      try gramMatrixBackward(upstream, features: features, normalized: false)
    }
  }

  func testTheGradientIsTheNumericOneAlsoForAnUpstreamThatIsNotSymmetric() throws {
    let features = Tensor<Double>.randomNormal([2, 3, 2, 4], using: &random)
    let upstream = Tensor<Double>.randomNormal([2, 3, 3], using: &random)
    for normalized in [true, false] {
      try expectGradient(
        normalized ? "normalised" : "not normalised", at: features, upstream: upstream,
        of: { ReferenceStyle.gram($0, normalized: normalized) }
      ) {
        try gramMatrixBackward(upstream, features: features, normalized: normalized)
      }
    }
  }

  func testAnAntisymmetricUpstreamChangesNothing() throws {
    let features = Tensor<Double>.randomNormal([1, 3, 2, 5], using: &random)
    let any = Tensor<Double>.randomNormal([1, 3, 3], using: &random)
    let antisymmetric = try any - any.permuted(0, 2, 1)
    try expectClose("gradient", to: Tensor<Double>.zeros([1, 3, 2, 5])) {
      try gramMatrixBackward(antisymmetric, features: features)
    }
  }

  func testTheGradientIsRightInFloat() throws {
    let features = Tensor<Float>.randomNormal([1, 2, 3, 4], using: &random)
    let upstream = Tensor<Float>.randomNormal([1, 2, 2], using: &random)
    let parts = ReferenceStyle.gramParts() as GramParts<Float>
    try expectClose("gradient", to: parts.backward(upstream, features, true)) {
      try gramMatrixBackward(upstream, features: features)
    }
  }

  func testAnUpstreamThatIsNoGramMatrixIsRefused() throws {
    try expectShapeError("upstream [1, 4, 4] for 3 channels") {
      try gramMatrixBackward(.ones([1, 4, 4]), features: Tensor<Double>.ones([1, 3, 2, 2]))
    }
  }
}
