import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class RMSPropUpdateTests: ExerciseTestCase {
  func testItGoesWherePyTorchGoes() throws {
    let golden = try Golden("updateRules")
    let start: Tensor<Double> = try golden.tensor("start")
    let gradients: Tensor<Double> = try golden.tensor("gradients")
    try expectClose("five steps", to: golden.tensor("rmsProp") as Tensor<Double>) {
      var (parameter, meanSquare) = (start, Tensor<Double>.zeros(start.shape))
      var path: [Tensor<Double>] = []
      for gradient in try gradients.unstacked() {
        (parameter, meanSquare) = try rmsPropUpdate(
          parameter, gradient: gradient, meanSquare: meanSquare, learningRate: 0.02, decay: 0.95,
          epsilon: 1e-7)
        path.append(parameter)
      }
      return try Tensor.stacking(path)
    }
  }

  func testItComputesWhatTheFormulaSays() throws {
    let x = Tensor<Double>.randomNormal([2, 3, 4], using: &random)
    let gradient = Tensor<Double>.randomNormal([2, 3, 4], using: &random)
    let meanSquare = Tensor<Double>.randomUniform([2, 3, 4], in: 0.5..<2, using: &random)
    let newMeanSquare = try Tensor(
      zip(meanSquare.elements, gradient.elements).map { 0.7 * $0 + 0.3 * $1 * $1 },
      shape: x.shape)
    let parameter = try Tensor(
      x.elements.indices.map {
        x.elements[$0] - 0.1 * gradient.elements[$0]
          / (newMeanSquare.elements[$0].squareRoot() + 0.01)
      }, shape: x.shape)
    func step() throws -> (parameter: Tensor<Double>, meanSquare: Tensor<Double>) {
      try rmsPropUpdate(
        x, gradient: gradient, meanSquare: meanSquare, learningRate: 0.1, decay: 0.7,
        epsilon: 0.01)
    }
    try expectClose("mean square", to: newMeanSquare) { try step().meanSquare }
    try expectClose("parameter", to: parameter) { try step().parameter }
  }

  func testTheSizeOfTheGradientDoesNotMatterFromTheStart() throws {
    let gradient = Tensor<Double>.randomUniform([3, 4], in: 1..<2, using: &random)
    let size = Tensor<Double>.randomUniform([3, 4], in: 1..<1000, using: &random)
    let scaled = try gradient * size
    // √((1 − ρ)·g²) = g/2 with ρ = 3/4: every step is twice the learning rate.
    try expectInvariant(
      "first steps", of: { -$0 }, isCloseTo: Tensor<Double>(repeating: 0.2, shape: [3, 4])
    ) {
      try rmsPropUpdate(
        .zeros([3, 4]), gradient: scaled, meanSquare: .zeros([3, 4]), learningRate: 0.1,
        decay: 0.75, epsilon: 0
      ).parameter
    }
  }

  func testItRunsInSinglePrecision() throws {
    try expectClose("parameter", to: Tensor<Float>([0.9, -1.2])) {
      try rmsPropUpdate(
        Tensor<Float>([1, -1]), gradient: Tensor([2, 6]), meanSquare: Tensor([4, 0]),
        learningRate: 0.1, decay: 0.75, epsilon: 0
      ).parameter
    }
  }

  func testItRefusesShapesThatDiffer() throws {
    try expectShapeError("a gradient with fewer rows") {
      try rmsPropUpdate(
        Tensor<Double>.ones([3, 4]), gradient: .ones([1, 4]), meanSquare: .ones([3, 4])
      ).parameter
    }
    try expectShapeError("a mean square for another parameter") {
      try rmsPropUpdate(
        Tensor<Double>.ones([3, 4]), gradient: .ones([3, 4]), meanSquare: .ones([4])
      ).parameter
    }
  }
}
