import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class ConvolutionForwardTests: ExerciseTestCase {
  func testItComputesWhatPyTorchComputes() throws {
    for (name, stride, padding) in [("convolution", 1, 0), ("convolutionStridedPadded", 2, 1)] {
      let golden = try Golden(name)
      let (x, weight, bias): (Tensor<Double>, Tensor<Double>, Tensor<Double>) = (
        try golden.tensor("x"), try golden.tensor("weight"), try golden.tensor("bias")
      )
      try expectClose(
        "output with stride \(stride), padding \(padding)",
        to: golden.tensor("output") as Tensor<Double>
      ) {
        try convolutionForward(x, weight: weight, bias: bias, stride: stride, padding: padding)
          .output
      }
    }
  }

  func testItComputesWhatTheFormulaSaysForAnyStrideAndPadding() throws {
    let x = Tensor<Double>.randomNormal([2, 3, 7, 6], using: &random)
    let weight = Tensor<Double>.randomNormal([5, 3, 2, 4], using: &random)
    let bias = Tensor<Double>.randomNormal([5], using: &random)
    for (stride, padding) in [(1, 0), (1, 2), (2, 0), (3, 1)] {
      let output = ReferenceLayers.convolution(
        x, weight: weight, bias: bias, stride: stride, padding: padding)
      try expectClose("output with stride \(stride), padding \(padding)", to: output) {
        try convolutionForward(x, weight: weight, bias: bias, stride: stride, padding: padding)
          .output
      }
    }
  }

  /// Away from the border a convolution does not care where in the image something is.
  func testMovingTheImageMovesTheOutput() throws {
    let x = Tensor<Double>.randomNormal([1, 2, 5, 6], using: &random)
    let weight = Tensor<Double>.randomNormal([3, 2, 3, 3], using: &random)
    let right = try x.padded([(0, 0), (0, 0), (0, 0), (1, 0)], with: 0)
    try expectInvariant(
      "the output of an image moved to the right, against the output",
      of: { try $0[1, .all, .all, .all, 1..<5] - $0[0, .all, .all, .all, 0..<4] },
      isCloseTo: Tensor<Double>.zeros([1, 3, 3, 4])
    ) {
      let output = try convolutionForward(
        x, weight: weight, bias: .zeros([3]), stride: 1, padding: 0
      ).output
      let moved = try convolutionForward(
        right, weight: weight, bias: .zeros([3]), stride: 1, padding: 0
      ).output
      let wide = try output.padded([(0, 0), (0, 0), (0, 0), (0, 1)], with: 0)
      return try Tensor.stacking([wide, moved])
    }
  }

  func testItKeepsItsInputsForTheBackwardPass() throws {
    let x = Tensor<Double>.randomNormal([2, 1, 4, 5], using: &random)
    let weight = Tensor<Double>.randomNormal([3, 1, 2, 2], using: &random)
    func cache() throws -> ConvolutionCache<Double> {
      try convolutionForward(x, weight: weight, bias: .zeros([3]), stride: 2, padding: 1).cache
    }
    try expectClose("cache.x", to: x) { try cache().x }
    try expectClose("cache.weight", to: weight) { try cache().weight }
    try expectClose("cache.stride", to: 2) { try cache().stride }
    try expectClose("cache.padding", to: 1) { try cache().padding }
  }

  func testItRunsInSinglePrecision() throws {
    let x = Tensor<Float>.randomNormal([2, 3, 4, 5], using: &random)
    let weight = Tensor<Float>.randomNormal([4, 3, 3, 2], using: &random)
    let bias = Tensor<Float>.randomNormal([4], using: &random)
    let output = ReferenceLayers.convolution(
      x, weight: weight, bias: bias, stride: 1, padding: 1)
    try expectClose("output", to: output) {
      try convolutionForward(x, weight: weight, bias: bias, stride: 1, padding: 1).output
    }
  }

  func testItRefusesShapesThatDoNotFit() throws {
    func output(
      x: [Int] = [2, 3, 4, 5], weight: [Int] = [4, 3, 3, 2], bias: [Int] = [4], stride: Int = 1,
      padding: Int = 0
    ) throws -> Tensor<Double> {
      try convolutionForward(
        Tensor<Double>.zeros(x), weight: .zeros(weight), bias: .zeros(bias), stride: stride,
        padding: padding
      ).output
    }
    try expectShapeError("filters for two channels") { try output(weight: [4, 2, 3, 2]) }
    try expectShapeError("a bias of another size") { try output(bias: [3]) }
    try expectShapeError("an image without channels") { try output(x: [2, 4, 5]) }
    try expectShapeError("a filter larger than the image") { try output(weight: [4, 3, 5, 2]) }
    try expectShapeError("a stride of 0") { try output(stride: 0) }
    try expectShapeError("a negative padding") { try output(padding: -1) }
  }
}
