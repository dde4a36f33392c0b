import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class DropoutTests: ExerciseTestCase {
  func testItComputesWhatPythonComputesFromTheSameRandomNumbers() throws {
    let golden = try Golden("dropout")
    let x: Tensor<Double> = try golden.tensor("x")
    try expectClose("output", to: golden.tensor("output") as Tensor<Double>) {
      var generator = SeededGenerator(seed: 231)
      return try dropoutForward(x, keepProbability: 0.7, using: &generator).output
    }
  }

  func testItDropsWhatTheGeneratorSaysAndKeepsTheMask() throws {
    for keepProbability in [0.2, 0.9, 1] {
      let x = Tensor<Double>.randomNormal([3, 4, 5], using: &random)
      let seed = random.next()
      var generator = SeededGenerator(seed: seed)
      let mask: Tensor<Double> = ReferenceLayers.dropoutMask(
        x.shape, keepProbability: keepProbability, using: &generator)
      try expectClose("output, keeping \(keepProbability)", to: x * mask) {
        var generator = SeededGenerator(seed: seed)
        return try dropoutForward(x, keepProbability: keepProbability, using: &generator).output
      }
      try expectClose("cache.mask, keeping \(keepProbability)", to: mask) {
        var generator = SeededGenerator(seed: seed)
        return try dropoutForward(x, keepProbability: keepProbability, using: &generator)
          .cache.mask
      }
    }
  }

  func testASecondMinibatchIsDroppedOtherwise() throws {
    let seed = random.next()
    var generator = SeededGenerator(seed: seed)
    let masks: [Tensor<Double>] = (0..<2).map { _ in
      ReferenceLayers.dropoutMask([4, 6], keepProbability: 0.5, using: &generator)
    }
    try expectClose("two outputs for ones, one after the other", to: Tensor.stacking(masks)) {
      var generator = SeededGenerator(seed: seed)
      return try Tensor.stacking(
        (0..<2).map { _ in
          try dropoutForward(Tensor<Double>.ones([4, 6]), keepProbability: 0.5, using: &generator)
            .output
        })
    }
  }

  func testItsGradientIsTheNumericOneForTheSameMask() throws {
    let x = Tensor<Double>.randomNormal([3, 4], using: &random)
    let upstream = Tensor<Double>.randomNormal([3, 4], using: &random)
    let mask: Tensor<Double> = ReferenceLayers.dropoutMask(
      [3, 4], keepProbability: 0.6, using: &random)
    try expectGradient(
      "gradient of x", at: x, upstream: upstream, of: { try $0 * mask },
      { try dropoutBackward(upstream, cache: DropoutCache(mask: mask)) })
  }

  func testOnAverageTheOutputIsTheInput() throws {
    let seed = random.next()
    // The mean of 40000 numbers that are 0 or 1/0.8 has a deviation of 0.0025.
    try expectInvariant(
      "mean output for ones", of: { Tensor(scalar: $0.mean()) }, isCloseTo: 1.0,
      tolerance: Tolerance(relative: 0, absolute: 0.02)
    ) {
      var generator = SeededGenerator(seed: seed)
      return try dropoutForward(
        Tensor<Double>.ones([200, 200]), keepProbability: 0.8, using: &generator
      ).output
    }
  }

  func testWhenUsedItChangesNothing() throws {
    let x = Tensor<Double>.randomNormal([3, 4], using: &random)
    try expectClose("output", to: x) { try dropoutInference(x) }
  }

  func testItRunsInSinglePrecision() throws {
    let x = Tensor<Float>.randomNormal([3, 4], using: &random)
    let seed = random.next()
    var generator = SeededGenerator(seed: seed)
    let mask: Tensor<Float> = ReferenceLayers.dropoutMask(
      [3, 4], keepProbability: 0.6, using: &generator)
    try expectClose("output", to: x * mask) {
      var generator = SeededGenerator(seed: seed)
      return try dropoutForward(x, keepProbability: 0.6, using: &generator).output
    }
    try expectClose("gradient of x", to: x * mask) {
      try dropoutBackward(x, cache: DropoutCache(mask: mask))
    }
  }

  func testItRefusesImpossibleProbabilitiesAndShapesThatDoNotFit() throws {
    for keepProbability in [0, -0.5, 1.5] {
      try expectShapeError("a probability of \(keepProbability)") {
        var generator = SeededGenerator(seed: 1)
        return try dropoutForward(
          Tensor<Double>.ones([3]), keepProbability: keepProbability, using: &generator
        ).output
      }
    }
    try expectShapeError("an upstream gradient with fewer columns") {
      try dropoutBackward(.ones([3, 1]), cache: DropoutCache(mask: Tensor<Double>.ones([3, 4])))
    }
  }
}
