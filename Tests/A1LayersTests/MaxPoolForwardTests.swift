import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class MaxPoolForwardTests: ExerciseTestCase {
  func testItComputesWhatPyTorchComputes() throws {
    let golden = try Golden("maxPool")
    let x: Tensor<Double> = try golden.tensor("x")
    try expectClose("output", to: golden.tensor("output") as Tensor<Double>) {
      try maxPoolForward(x, windowHeight: 3, windowWidth: 2, stride: 2).output
    }
  }

  func testItTakesTheLargestOfEachWindowForAnyWindowAndStride() throws {
    // All negative, so that a zero that was never in the image would be found out.
    let x = Tensor<Double>.randomNormal([2, 3, 6, 7], using: &random) - 10
    for (windowHeight, windowWidth, stride) in [(2, 2, 2), (3, 2, 1), (2, 3, 3), (6, 7, 1)] {
      let output = ReferenceLayers.maxPool(
        x, windowHeight: windowHeight, windowWidth: windowWidth, stride: stride)
      try expectClose("output of \(windowHeight)×\(windowWidth), stride \(stride)", to: output) {
        try maxPoolForward(
          x, windowHeight: windowHeight, windowWidth: windowWidth, stride: stride
        ).output
      }
    }
  }

  func testItKeepsWhatTheBackwardPassNeeds() throws {
    let x = Tensor<Double>.randomNormal([1, 2, 4, 5], using: &random)
    func cache() throws -> MaxPoolCache<Double> {
      try maxPoolForward(x, windowHeight: 2, windowWidth: 3, stride: 1).cache
    }
    try expectClose("cache.x", to: x) { try cache().x }
    try expectClose("cache's window and stride", to: [2, 3, 1]) {
      let cache = try cache()
      return [cache.windowHeight, cache.windowWidth, cache.stride]
    }
  }

  func testWhatIsAddedToAllPixelsIsAddedToTheOutput() throws {
    let x = Tensor<Double>.randomNormal([2, 1, 4, 6], using: &random)
    try expectInvariant(
      "output(x + 5) − output(x)", of: { try $0[0, .all] - $0[1, .all] },
      isCloseTo: Tensor<Double>(repeating: 5, shape: [2, 1, 2, 3])
    ) {
      try Tensor.stacking(
        [x + 5, x].map {
          try maxPoolForward($0, windowHeight: 2, windowWidth: 2, stride: 2).output
        })
    }
  }

  func testItRunsInSinglePrecision() throws {
    let x = Tensor<Float>.randomNormal([2, 3, 4, 5], using: &random)
    let output = ReferenceLayers.maxPool(x, windowHeight: 2, windowWidth: 3, stride: 1)
    try expectClose("output", to: output) {
      try maxPoolForward(x, windowHeight: 2, windowWidth: 3, stride: 1).output
    }
  }

  func testItRefusesWindowsThatDoNotFit() throws {
    let x = Tensor<Double>.zeros([2, 3, 4, 5])
    try expectShapeError("a window higher than the image") {
      try maxPoolForward(x, windowHeight: 5, windowWidth: 2, stride: 1).output
    }
    try expectShapeError("a window without width") {
      try maxPoolForward(x, windowHeight: 2, windowWidth: 0, stride: 1).output
    }
    try expectShapeError("a stride of 0") {
      try maxPoolForward(x, windowHeight: 2, windowWidth: 2, stride: 0).output
    }
    try expectShapeError("an image without channels") {
      try maxPoolForward(
        Tensor<Double>.zeros([2, 4, 5]), windowHeight: 2, windowWidth: 2, stride: 1
      ).output
    }
  }
}
