import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class AdamUpdateTests: ExerciseTestCase {
  func testItGoesWherePyTorchGoes() throws {
    let golden = try Golden("updateRules")
    let start: Tensor<Double> = try golden.tensor("start")
    let gradients: Tensor<Double> = try golden.tensor("gradients")
    try expectClose("five steps", to: golden.tensor("adam") as Tensor<Double>) {
      var (parameter, state) = (start, AdamState<Double>(shape: start.shape))
      var path: [Tensor<Double>] = []
      for gradient in try gradients.unstacked() {
        (parameter, state) = try adamUpdate(
          parameter, gradient: gradient, state: state, learningRate: 0.05, beta1: 0.85,
          beta2: 0.99, epsilon: 1e-7)
        path.append(parameter)
      }
      return try Tensor.stacking(path)
    }
  }

  func testItComputesWhatTheFormulaSays() throws {
    let x = Tensor<Double>.randomNormal([2, 3, 4], using: &random)
    let g = Tensor<Double>.randomNormal([2, 3, 4], using: &random)
    let state = AdamState<Double>(
      mean: .randomNormal([2, 3, 4], using: &random),
      meanSquare: .randomUniform([2, 3, 4], in: 0.5..<2, using: &random), stepCount: 2)
    let mean = try Tensor(
      zip(state.mean.elements, g.elements).map { 0.5 * $0 + 0.5 * $1 }, shape: x.shape)
    let meanSquare = try Tensor(
      zip(state.meanSquare.elements, g.elements).map { 0.8 * $0 + 0.2 * $1 * $1 },
      shape: x.shape)
    // This is the third step: 1 − 0.5³ = 0.875 and 1 − 0.8³ = 0.488.
    let parameter = try Tensor(
      x.elements.indices.map {
        x.elements[$0] - 0.1 * mean.elements[$0] / 0.875
          / ((meanSquare.elements[$0] / 0.488).squareRoot() + 0.01)
      }, shape: x.shape)
    func step() throws -> (parameter: Tensor<Double>, state: AdamState<Double>) {
      try adamUpdate(
        x, gradient: g, state: state, learningRate: 0.1, beta1: 0.5, beta2: 0.8, epsilon: 0.01)
    }
    try expectClose("mean", to: mean) { try step().state.mean }
    try expectClose("mean square", to: meanSquare) { try step().state.meanSquare }
    try expectClose("step count", to: 3) { try step().state.stepCount }
    try expectClose("parameter", to: parameter) { try step().parameter }
  }

  func testTheFirstStepIsAsLongAsTheLearningRateWhateverTheGradient() throws {
    let gradient = Tensor<Double>.randomUniform([3, 4], in: 1..<1000, using: &random)
    try expectInvariant(
      "first step", of: { -$0 }, isCloseTo: Tensor<Double>(repeating: 0.1, shape: [3, 4])
    ) {
      try adamUpdate(
        .zeros([3, 4]), gradient: gradient, state: AdamState(shape: [3, 4]), learningRate: 0.1,
        epsilon: 0
      ).parameter
    }
  }

  func testItRunsInSinglePrecision() throws {
    try expectClose("parameter", to: Tensor<Float>([0.9, -0.9])) {
      try adamUpdate(
        Tensor<Float>([1, -1]), gradient: Tensor([2, -6]), state: AdamState(shape: [2]),
        learningRate: 0.1
      ).parameter
    }
  }

  func testItRefusesShapesThatDiffer() throws {
    try expectShapeError("a gradient with fewer rows") {
      try adamUpdate(
        Tensor<Double>.ones([3, 4]), gradient: .ones([1, 4]), state: AdamState(shape: [3, 4])
      ).parameter
    }
    try expectShapeError("a state for another parameter") {
      try adamUpdate(
        Tensor<Double>.ones([3, 4]), gradient: .ones([3, 4]), state: AdamState(shape: [4])
      ).parameter
    }
  }
}
