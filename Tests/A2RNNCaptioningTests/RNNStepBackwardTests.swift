import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class RNNStepBackwardTests: ExerciseTestCase {
  func testTheGradientsArePyTorchs() throws {
    let golden = try Golden("RNNStep")
    let cache = RNNStepCache<Double>(
      x: try golden.tensor("x"), previousHidden: try golden.tensor("previousHidden"),
      inputWeight: try golden.tensor("inputWeight"),
      hiddenWeight: try golden.tensor("hiddenWeight"), hidden: try golden.tensor("hidden"))
    for part in RNNStepGradients<Double>.all {
      let expected: Tensor<Double> = try golden.tensor("grad_\(part.name)")
      try expectClose("gradient of \(part.name)", to: expected) {
        try rnnStepBackward(golden.tensor("upstream"), cache: cache)[keyPath: part.gradient]
      }
    }
  }

  func testEveryGradientIsTheNumericOne() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    let cache = try cache(inputs)
    for part in RNNStepGradients<Double>.all {
      try expectGradient(
        "gradient of \(part.name)", at: inputs[keyPath: part.input], upstream: inputs.upstream,
        of: { try self.cache(inputs.replacing(part.input, with: $0)).hidden }
      ) {
        try rnnStepBackward(inputs.upstream, cache: cache)[keyPath: part.gradient]
      }
    }
  }

  func testItWorksInSinglePrecision() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    let expected = try referenceRNNStepBackward(inputs.upstream, cache(inputs))
    let single = inputs.singlePrecision
    let singleCache = try cache(single)
    for (part, exact) in zip(RNNStepGradients<Float>.all, RNNStepGradients<Double>.all) {
      try expectClose("gradient of \(part.name) in Float", to: expected[keyPath: exact.gradient]) {
        try rnnStepBackward(single.upstream, cache: singleCache)[keyPath: part.gradient]
      }
    }
  }

  func testAStateThatIsSaturatedLetsNoGradientThrough() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    var cache = try cache(inputs)
    // tanh is flat where it has reached 1 or −1.
    cache.hidden = cache.hidden.map { $0 < 0 ? -1 : 1 }
    for part in RNNStepGradients<Double>.all {
      let zero = Tensor.zeros(like: inputs[keyPath: part.input])
      try expectClose("gradient of \(part.name) where |h| = 1", to: zero) {
        try rnnStepBackward(inputs.upstream, cache: cache)[keyPath: part.gradient]
      }
    }
  }

  func testTwiceTheUpstreamGradientGivesTwiceTheGradients() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    let cache = try cache(inputs)
    for part in RNNStepGradients<Double>.all {
      try expectInvariant(
        "a backward pass is linear: gradient of \(part.name) for 2·upstream − 2·for upstream",
        of: { try $0[1, .all] - $0[0, .all] * 2 },
        isCloseTo: Tensor.zeros(like: inputs[keyPath: part.input])
      ) {
        try Tensor.stacking(
          [1, 2].map {
            try rnnStepBackward(inputs.upstream * $0, cache: cache)[keyPath: part.gradient]
          })
      }
    }
  }

  func testAnUpstreamGradientOfTheWrongShapeIsRefused() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    let cache = try cache(inputs)
    for shape in [[5, 3], [3, 4], [1, 5], [3, 5, 1]] {
      try expectShapeError("upstream of shape \(shape), hidden state [3, 5]") {
        try rnnStepBackward(.ones(shape), cache: cache).x
      }
    }
  }

  private func cache<Scalar: TensorScalar>(
    _ inputs: RecurrenceInputs<Scalar>
  ) throws -> RNNStepCache<Scalar> {
    try referenceRNNStepForward(
      inputs.x, inputs.hidden, inputs.inputWeight, inputs.hiddenWeight, inputs.bias
    ).cache
  }
}
