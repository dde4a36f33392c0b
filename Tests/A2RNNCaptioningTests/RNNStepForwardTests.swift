import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class RNNStepForwardTests: ExerciseTestCase {
  func testTheHiddenStateIsPyTorchs() throws {
    let golden = try Golden("RNNStep")
    try expectClose("hidden", to: golden.tensor("hidden") as Tensor<Double>) {
      try rnnStepForward(
        golden.tensor("x"), previousHidden: golden.tensor("previousHidden"),
        inputWeight: golden.tensor("inputWeight"), hiddenWeight: golden.tensor("hiddenWeight"),
        bias: golden.tensor("bias")
      ).hidden as Tensor<Double>
    }
  }

  func testTheHiddenStateFollowsTheFormula() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    try expectClose("hidden", to: reference(inputs).hidden) { try step(inputs).hidden }
  }

  func testItWorksInSinglePrecision() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    try expectClose("hidden in Float", to: reference(inputs).hidden) {
      try step(inputs.singlePrecision).hidden
    }
  }

  func testTheCacheKeepsWhatTheBackwardPassNeeds() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    try expectClose("cache.hidden", to: reference(inputs).hidden) {
      try step(inputs).cache.hidden
    }
    try expectClose("cache.x", to: inputs.x) { try step(inputs).cache.x }
    try expectClose("cache.previousHidden", to: inputs.hidden) {
      try step(inputs).cache.previousHidden
    }
    try expectClose("cache.inputWeight", to: inputs.inputWeight) {
      try step(inputs).cache.inputWeight
    }
    try expectClose("cache.hiddenWeight", to: inputs.hiddenWeight) {
      try step(inputs).cache.hiddenWeight
    }
  }

  func testWithNothingToReadAndNothingToRememberTheBiasSpeaks() throws {
    var inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    (inputs.x, inputs.hidden) = (.zeros(like: inputs.x), .zeros(like: inputs.hidden))
    let expected = try inputs.bias.tanh().broadcast(to: [3, 5])
    try expectClose("hidden for x = 0 and h₋ = 0", to: expected) { try step(inputs).hidden }
  }

  func testTheOtherSignOfEverythingGivesTheOtherSign() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, samples: 3, using: &random)
    var opposite = inputs
    (opposite.x, opposite.hidden, opposite.bias) = (-inputs.x, -inputs.hidden, -inputs.bias)
    try expectInvariant(
      "tanh is odd: hidden(x, h₋, b) + hidden(−x, −h₋, −b)",
      of: { try $0[0, .all] + $0[1, .all] }, isCloseTo: Tensor<Double>.zeros([3, 5])
    ) {
      try Tensor.stacking([step(inputs).hidden, step(opposite).hidden])
    }
  }

  func testWrongShapesAreRefused() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, using: &random)
    for (name, input) in [
      ("x", \RecurrenceInputs<Double>.x), ("previousHidden", \.hidden),
      ("inputWeight", \.inputWeight), ("hiddenWeight", \.hiddenWeight), ("bias", \.bias),
    ] {
      try expectShapeError("\(name) of shape [3, 3]") {
        try step(inputs.replacing(input, with: .ones([3, 3]))).hidden
      }
    }
  }

  private func step<Scalar: TensorScalar>(
    _ inputs: RecurrenceInputs<Scalar>
  ) throws -> (hidden: Tensor<Scalar>, cache: RNNStepCache<Scalar>) {
    try rnnStepForward(
      inputs.x, previousHidden: inputs.hidden, inputWeight: inputs.inputWeight,
      hiddenWeight: inputs.hiddenWeight, bias: inputs.bias)
  }

  private func reference(
    _ inputs: RecurrenceInputs<Double>
  ) throws -> (hidden: Tensor<Double>, cache: RNNStepCache<Double>) {
    try referenceRNNStepForward(
      inputs.x, inputs.hidden, inputs.inputWeight, inputs.hiddenWeight, inputs.bias)
  }
}
