import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class AffineForwardTests: ExerciseTestCase {
  func testItComputesWhatPyTorchComputes() throws {
    let golden = try Golden("affine")
    let (x, weight, bias): (Tensor<Double>, Tensor<Double>, Tensor<Double>) = (
      try golden.tensor("x"), try golden.tensor("weight"), try golden.tensor("bias")
    )
    try expectClose("output", to: golden.tensor("output") as Tensor<Double>) {
      try affineForward(x, weight: weight, bias: bias).output
    }
  }

  func testItComputesWhatTheFormulaSaysForAnySizes() throws {
    for shape in [[3, 5], [4, 2, 3], [2, 3, 1, 4]] {
      let x = Tensor<Double>.randomNormal(shape, using: &random)
      let size = shape.dropFirst().reduce(1, *)
      let weight = Tensor<Double>.randomNormal([size, 7], using: &random)
      let bias = Tensor<Double>.randomNormal([7], using: &random)
      try expectClose(
        "output for x \(shape)", to: ReferenceLayers.affine(x, weight: weight, bias: bias)
      ) {
        try affineForward(x, weight: weight, bias: bias).output
      }
    }
  }

  func testWithoutBiasTheOutputForASumIsTheSumOfTheOutputs() throws {
    let a = Tensor<Double>.randomNormal([3, 4], using: &random)
    let b = Tensor<Double>.randomNormal([3, 4], using: &random)
    let weight = Tensor<Double>.randomNormal([4, 2], using: &random)
    let sum = try a + b
    try expectInvariant(
      "output(a + b) − output(a) − output(b)", of: { try $0[0, .all] - $0[1, .all] - $0[2, .all] },
      isCloseTo: Tensor<Double>.zeros([3, 2])
    ) {
      try Tensor.stacking(
        [sum, a, b].map { try affineForward($0, weight: weight, bias: .zeros([2])).output })
    }
  }

  func testItKeepsItsInputsForTheBackwardPass() throws {
    let x = Tensor<Double>.randomNormal([3, 2, 2], using: &random)
    let weight = Tensor<Double>.randomNormal([4, 5], using: &random)
    try expectClose("cache.x", to: x) {
      try affineForward(x, weight: weight, bias: .zeros([5])).cache.x
    }
    try expectClose("cache.weight", to: weight) {
      try affineForward(x, weight: weight, bias: .zeros([5])).cache.weight
    }
  }

  func testItRunsInSinglePrecision() throws {
    let x = Tensor<Float>.randomNormal([3, 4], using: &random)
    let weight = Tensor<Float>.randomNormal([4, 2], using: &random)
    let bias = Tensor<Float>.randomNormal([2], using: &random)
    try expectClose("output", to: ReferenceLayers.affine(x, weight: weight, bias: bias)) {
      try affineForward(x, weight: weight, bias: bias).output
    }
  }

  func testItRefusesShapesThatDoNotFit() throws {
    let x = Tensor<Double>.zeros([3, 2, 2])
    try expectShapeError("a weight with too few rows") {
      try affineForward(x, weight: .zeros([3, 5]), bias: .zeros([5])).output
    }
    try expectShapeError("a bias of another size") {
      try affineForward(x, weight: .zeros([4, 5]), bias: .zeros([4])).output
    }
    try expectShapeError("a vector for x") {
      try affineForward(Tensor<Double>.zeros([4]), weight: .zeros([4, 5]), bias: .zeros([5])).output
    }
  }
}
