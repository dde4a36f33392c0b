import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class RNNForwardTests: ExerciseTestCase {
  func testTheHiddenStatesArePyTorchs() throws {
    let golden = try Golden("RNN")
    try expectClose("hidden", to: golden.tensor("hidden") as Tensor<Double>) {
      try rnnForward(
        golden.tensor("x"), initialHidden: golden.tensor("initialHidden"),
        inputWeight: golden.tensor("inputWeight"), hiddenWeight: golden.tensor("hiddenWeight"),
        bias: golden.tensor("bias"), step: referenceRNNStepForward
      ).hidden as Tensor<Double>
    }
  }

  func testTheHiddenStatesFollowTheFormula() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, steps: 3, using: &random)
    try expectClose("hidden", to: reference(inputs).hidden) { try forward(inputs).hidden }
  }

  func testItWorksInSinglePrecision() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, steps: 3, using: &random)
    try expectClose("hidden in Float", to: reference(inputs).hidden) {
      try forward(inputs.singlePrecision).hidden
    }
  }

  func testTheCachesAreThoseOfTheStepsInTheirOrder() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, steps: 3, using: &random)
    let expected = try reference(inputs).caches
    try expectClose("x of all caches", to: Tensor.stacking(expected.map(\.x))) {
      try Tensor.stacking(forward(inputs).caches.map(\.x))
    }
    try expectClose(
      "previous hidden states of all caches", to: Tensor.stacking(expected.map(\.previousHidden))
    ) {
      try Tensor.stacking(forward(inputs).caches.map(\.previousHidden))
    }
    try expectClose("hidden states of all caches", to: Tensor.stacking(expected.map(\.hidden))) {
      try Tensor.stacking(forward(inputs).caches.map(\.hidden))
    }
  }

  func testEveryStepGoesOnFromTheStepBefore() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, steps: 3, using: &random)
    let expected = try Tensor.stacking((1...3).map { inputs.hidden + Double($0) }, axis: 1)
    try expectClose("hidden, with a step that adds 1 to the hidden state", to: expected) {
      try rnnForward(
        inputs.x, initialHidden: inputs.hidden, inputWeight: inputs.inputWeight,
        hiddenWeight: inputs.hiddenWeight, bias: inputs.bias,
        step: { x, hidden, inputWeight, hiddenWeight, _ in
          let next = hidden + 1
          let cache = RNNStepCache(
            x: x, previousHidden: hidden, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
            hidden: next)
          return (next, cache)
        }
      ).hidden
    }
  }

  func testTheFutureDoesNotChangeThePast() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, steps: 3, using: &random)
    var other = inputs
    try other.x.assign(5, at: .all, 2)
    try expectInvariant(
      "first two hidden states, before and after a change of the third input",
      of: { try $0[0, .all] - $0[1, .all] }, isCloseTo: Tensor<Double>.zeros([2, 2, 5])
    ) {
      try Tensor.stacking([inputs, other].map { try forward($0).hidden[.all, 0..<2] })
    }
  }

  func testWrongShapesAreRefused() throws {
    let inputs = RecurrenceInputs<Double>(random: .rnn, steps: 3, using: &random)
    for (name, input) in [
      ("x", \RecurrenceInputs<Double>.x), ("initialHidden", \.hidden),
      ("inputWeight", \.inputWeight), ("hiddenWeight", \.hiddenWeight), ("bias", \.bias),
    ] {
      try expectShapeError("\(name) of shape [3, 3]") {
        try forward(inputs.replacing(input, with: .ones([3, 3]))).hidden
      }
    }
  }

  private func forward<Scalar: TensorScalar>(
    _ inputs: RecurrenceInputs<Scalar>
  ) throws -> (hidden: Tensor<Scalar>, caches: [RNNStepCache<Scalar>]) {
    try rnnForward(
      inputs.x, initialHidden: inputs.hidden, inputWeight: inputs.inputWeight,
      hiddenWeight: inputs.hiddenWeight, bias: inputs.bias, step: referenceRNNStepForward)
  }

  private func reference(
    _ inputs: RecurrenceInputs<Double>
  ) throws -> (hidden: Tensor<Double>, caches: [RNNStepCache<Double>]) {
    try referenceRNNForward(
      inputs.x, inputs.hidden, inputs.inputWeight, inputs.hiddenWeight, inputs.bias)
  }
}
