import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class ReLUTests: ExerciseTestCase {
  func testItComputesWhatPyTorchComputes() throws {
    let golden = try Golden("relu")
    let x: Tensor<Double> = try golden.tensor("x")
    let upstream: Tensor<Double> = try golden.tensor("upstream")
    try expectClose("output", to: golden.tensor("output") as Tensor<Double>) {
      try reluForward(x).output
    }
    try expectClose("gradient of x", to: golden.tensor("grad_x") as Tensor<Double>) {
      try reluBackward(upstream, cache: ReLUCache(x: x))
    }
  }

  func testItCutsOffWhatIsNegativeInAnyShape() throws {
    for shape in [[7], [3, 4], [2, 3, 4, 5]] {
      let x = Tensor<Double>.randomNormal(shape, using: &random)
      try expectClose("output for \(shape)", to: ReferenceLayers.relu(x)) {
        try reluForward(x).output
      }
    }
  }

  func testItKeepsItsInputForTheBackwardPass() throws {
    let x = Tensor<Double>.randomNormal([3, 4], using: &random)
    try expectClose("cache.x", to: x) { try reluForward(x).cache.x }
  }

  func testItsGradientIsTheNumericOneAwayFromZero() throws {
    // An even number of evenly spaced values, so that none of them is near the kink.
    let x = try kinkFree([3, 2, 4], from: -2, to: 2, using: &random)
    let upstream = Tensor<Double>.randomNormal([3, 2, 4], using: &random)
    try expectGradient(
      "gradient of x", at: x, upstream: upstream, of: { ReferenceLayers.relu($0) },
      { try reluBackward(upstream, cache: ReLUCache(x: x)) })
  }

  func testNoGradientPassesAtZero() throws {
    try expectClose("gradient of x", to: Tensor<Double>([0, 0, 3])) {
      try reluBackward(Tensor<Double>([1, 2, 3]), cache: ReLUCache(x: Tensor([0, -0.0, 1e-300])))
    }
  }

  func testTheOutputsForAnInputAndItsOppositeDifferByTheInput() throws {
    let x = Tensor<Double>.randomNormal([5, 3], using: &random)
    try expectInvariant(
      "output(x) − output(−x)", of: { try $0[0, .all] - $0[1, .all] }, isCloseTo: x
    ) {
      try Tensor.stacking([reluForward(x).output, reluForward(-x).output])
    }
  }

  func testItRunsInSinglePrecision() throws {
    let x = Tensor<Float>.randomNormal([3, 4], using: &random)
    try expectClose("output", to: ReferenceLayers.relu(x)) { try reluForward(x).output }
    try expectClose("gradient of x", to: ReferenceLayers.relu(x)) {
      try reluBackward(x, cache: ReLUCache(x: x))
    }
  }

  func testItRefusesAnUpstreamGradientOfAnotherShape() throws {
    try expectShapeError("an upstream gradient with fewer columns") {
      try reluBackward(.zeros([3, 1]), cache: ReLUCache(x: Tensor<Double>.zeros([3, 4])))
    }
  }
}
