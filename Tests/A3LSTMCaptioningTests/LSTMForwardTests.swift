import A3LSTMCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class LSTMForwardTests: ExerciseTestCase {
  func testHiddenStatesAndCellStatesArePyTorchs() throws {
    let golden = try Golden("LSTM")
    let forward: () throws -> (hidden: Tensor<Double>, caches: [LSTMStepCache<Double>]) = {
      try lstmForward(
        golden.tensor("x"), initialHidden: golden.tensor("initialHidden"),
        inputWeight: golden.tensor("inputWeight"), hiddenWeight: golden.tensor("hiddenWeight"),
        bias: golden.tensor("bias"), step: referenceLSTMStepForward)
    }
    try expectClose("hidden", to: golden.tensor("hidden") as Tensor<Double>) {
      try forward().hidden
    }
    try expectClose("cell states of all caches", to: golden.tensor("cell") as Tensor<Double>) {
      try Tensor.stacking(forward().caches.map(\.cell), axis: 1)
    }
  }

  func testTheHiddenStatesFollowTheFormula() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    try expectClose("hidden", to: reference(inputs).hidden) { try forward(inputs).hidden }
  }

  func testItWorksInSinglePrecision() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    try expectClose("hidden in Float", to: reference(inputs).hidden) {
      try forward(inputs.singlePrecision).hidden
    }
  }

  func testTheCachesAreThoseOfTheStepsInTheirOrder() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    let expected = try reference(inputs).caches
    let fields: [(String, KeyPath<LSTMStepCache<Double>, Tensor<Double>>)] = [
      ("x", \.x), ("previousHidden", \.previousHidden), ("previousCell", \.previousCell),
      ("cell", \.cell),
    ]
    for (name, field) in fields {
      try expectClose(
        "\(name) of all caches", to: Tensor.stacking(expected.map { $0[keyPath: field] })
      ) {
        try Tensor.stacking(forward(inputs).caches.map { $0[keyPath: field] })
      }
    }
  }

  func testTheFirstCellStateIsZero() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    try expectClose("previousCell of the first cache", to: Tensor<Double>.zeros([2, 5])) {
      try Tensor.stacking(forward(inputs).caches.prefix(1).map(\.previousCell))[0, .all]
    }
  }

  func testEveryStepGoesOnFromBothStatesOfTheStepBefore() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    // The cell counts 1, 2, 3 and is added to the hidden state: h₀ + 1, + 3, + 6.
    let expected = try Tensor.stacking([1, 3, 6].map { inputs.hidden + $0 }, axis: 1)
    try expectClose("hidden, with a step whose cell counts", to: expected) {
      try lstmForward(
        inputs.x, initialHidden: inputs.hidden, inputWeight: inputs.inputWeight,
        hiddenWeight: inputs.hiddenWeight, bias: inputs.bias,
        step: { x, hidden, cell, inputWeight, hiddenWeight, bias in
          var cache = try referenceLSTMStepForward(
            x, hidden, cell, inputWeight, hiddenWeight, bias
          ).cache
          cache.cell = cell + 1
          return (try hidden + cache.cell, cache.cell, cache)
        }
      ).hidden
    }
  }

  func testTheFutureDoesNotChangeThePast() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
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
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
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
  ) throws -> (hidden: Tensor<Scalar>, caches: [LSTMStepCache<Scalar>]) {
    try lstmForward(
      inputs.x, initialHidden: inputs.hidden, inputWeight: inputs.inputWeight,
      hiddenWeight: inputs.hiddenWeight, bias: inputs.bias, step: referenceLSTMStepForward)
  }

  private func reference(
    _ inputs: RecurrenceInputs<Double>
  ) throws -> (hidden: Tensor<Double>, caches: [LSTMStepCache<Double>]) {
    try referenceLSTMForward(
      inputs.x, inputs.hidden, inputs.inputWeight, inputs.hiddenWeight, inputs.bias)
  }
}
