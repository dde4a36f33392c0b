import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class MomentumUpdateTests: ExerciseTestCase {
  func testItGoesWherePyTorchGoes() throws {
    let golden = try Golden("updateRules")
    let start: Tensor<Double> = try golden.tensor("start")
    let gradients: Tensor<Double> = try golden.tensor("gradients")
    try expectClose("five steps", to: golden.tensor("momentum") as Tensor<Double>) {
      var (parameter, velocity) = (start, Tensor<Double>.zeros(start.shape))
      var path: [Tensor<Double>] = []
      for gradient in try gradients.unstacked() {
        (parameter, velocity) = try momentumUpdate(
          parameter, gradient: gradient, velocity: velocity, learningRate: 0.03, momentum: 0.8)
        path.append(parameter)
      }
      return try Tensor.stacking(path)
    }
  }

  func testItComputesWhatTheFormulaSays() throws {
    let x = Tensor<Double>.randomNormal([2, 3, 4], using: &random)
    let gradient = Tensor<Double>.randomNormal([2, 3, 4], using: &random)
    let velocity = Tensor<Double>.randomNormal([2, 3, 4], using: &random)
    let newVelocity = try Tensor(
      zip(velocity.elements, gradient.elements).map { 0.7 * $0 - 0.1 * $1 }, shape: x.shape)
    func step() throws -> (parameter: Tensor<Double>, velocity: Tensor<Double>) {
      try momentumUpdate(
        x, gradient: gradient, velocity: velocity, learningRate: 0.1, momentum: 0.7)
    }
    try expectClose("velocity", to: newVelocity) { try step().velocity }
    try expectClose("parameter", to: x + newVelocity) { try step().parameter }
  }

  func testWithoutMomentumItIsPlainGradientDescent() throws {
    let gradient = Tensor<Double>.randomNormal([3, 4], using: &random)
    try expectInvariant(
      "step divided by the learning rate", of: { $0 / -0.25 }, isCloseTo: gradient
    ) {
      try momentumUpdate(
        .zeros([3, 4]), gradient: gradient, velocity: .ones([3, 4]), learningRate: 0.25,
        momentum: 0
      ).parameter
    }
  }

  func testItRunsInSinglePrecision() throws {
    try expectClose("parameter", to: Tensor<Float>([1.3, -0.5])) {
      try momentumUpdate(
        Tensor<Float>([1, 0]), gradient: Tensor([2, 5]), velocity: Tensor([1, 0]),
        learningRate: 0.1, momentum: 0.5
      ).parameter
    }
  }

  func testItRefusesShapesThatDiffer() throws {
    try expectShapeError("a gradient with fewer rows") {
      try momentumUpdate(
        Tensor<Double>.ones([3, 4]), gradient: .ones([1, 4]), velocity: .ones([3, 4])
      ).parameter
    }
    try expectShapeError("a velocity for another parameter") {
      try momentumUpdate(
        Tensor<Double>.ones([3, 4]), gradient: .ones([3, 4]), velocity: .ones([4])
      ).parameter
    }
  }
}
