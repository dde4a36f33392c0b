import A3LSTMCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class LSTMStepForwardTests: ExerciseTestCase {
  func testHiddenStateAndCellStateArePyTorchs() throws {
    let golden = try Golden("LSTMStep")
    let step: () throws -> (Tensor<Double>, Tensor<Double>) = {
      let next = try lstmStepForward(
        golden.tensor("x") as Tensor<Double>, previousHidden: golden.tensor("previousHidden"),
        previousCell: golden.tensor("previousCell"), inputWeight: golden.tensor("inputWeight"),
        hiddenWeight: golden.tensor("hiddenWeight"), bias: golden.tensor("bias"))
      return (next.hidden, next.cell)
    }
    // Only the values can tell: a wrong cell update may have a right gradient.
    try expectClose("cell", to: golden.tensor("cell") as Tensor<Double>) { try step().1 }
    try expectClose("hidden", to: golden.tensor("hidden") as Tensor<Double>) { try step().0 }
  }

  func testBothStatesFollowTheFormula() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    try expectClose("cell", to: reference(inputs).cell) { try step(inputs).cell }
    try expectClose("hidden", to: reference(inputs).hidden) { try step(inputs).hidden }
  }

  func testItWorksInSinglePrecision() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    try expectClose("cell in Float", to: reference(inputs).cell) {
      try step(inputs.singlePrecision).cell
    }
    try expectClose("hidden in Float", to: reference(inputs).hidden) {
      try step(inputs.singlePrecision).hidden
    }
  }

  func testTheCacheKeepsWhatTheBackwardPassNeeds() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    let expected = try reference(inputs).cache
    let fields: [(String, KeyPath<LSTMStepCache<Double>, Tensor<Double>>)] = [
      ("x", \.x), ("previousHidden", \.previousHidden), ("previousCell", \.previousCell),
      ("inputWeight", \.inputWeight), ("hiddenWeight", \.hiddenWeight),
      ("inputGate", \.inputGate), ("forgetGate", \.forgetGate), ("outputGate", \.outputGate),
      ("candidate", \.candidate), ("cell", \.cell),
    ]
    for (name, field) in fields {
      try expectClose("cache.\(name)", to: expected[keyPath: field]) {
        try step(inputs).cache[keyPath: field]
      }
    }
  }

  func testAnOpenForgetGateKeepsTheCell() throws {
    var inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    try set(&inputs, input: -50, forget: 50)
    try expectClose("cell where f = 1 and i = 0", to: inputs.cell) { try step(inputs).cell }
  }

  func testAForgetGateThatIsShutKeepsNothing() throws {
    var inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    try set(&inputs, input: -50, forget: -50)
    try expectClose("cell where f = 0 and i = 0", to: Tensor<Double>.zeros([3, 5])) {
      try step(inputs).cell
    }
  }

  func testAnOutputGateThatIsShutHidesTheCell() throws {
    var inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    try inputs.bias.assign(-50, at: 10..<15)
    try expectClose("hidden where o = 0", to: Tensor<Double>.zeros([3, 5])) {
      try step(inputs).hidden
    }
    try expectClose("cell where o = 0", to: reference(inputs).cell) { try step(inputs).cell }
  }

  func testTheHiddenStateIsNeverOutsideMinusOneToOne() throws {
    var inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    (inputs.x, inputs.cell) = (inputs.x * 100, inputs.cell * 100)
    try expectInvariant(
      "how far |hidden| is above 1 for inputs in the hundreds",
      of: { Tensor(scalar: max(0, $0.absolute().max() - 1)) }, isCloseTo: 0.0
    ) {
      try step(inputs).hidden
    }
  }

  func testWrongShapesAreRefused() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, using: &random)
    for (name, input) in [
      ("x", \RecurrenceInputs<Double>.x), ("previousHidden", \.hidden), ("previousCell", \.cell),
      ("inputWeight", \.inputWeight), ("hiddenWeight", \.hiddenWeight), ("bias", \.bias),
    ] {
      try expectShapeError("\(name) of shape [3, 3]") {
        try step(inputs.replacing(input, with: .ones([3, 3]))).hidden
      }
    }
  }

  /// Biases that decide the input gate and the forget gate, whatever is read.
  private func set(
    _ inputs: inout RecurrenceInputs<Double>, input: Double, forget: Double
  ) throws {
    try inputs.bias.assign(input, at: 0..<5)
    try inputs.bias.assign(forget, at: 5..<10)
  }

  private func step<Scalar: TensorScalar>(
    _ inputs: RecurrenceInputs<Scalar>
  ) throws -> (hidden: Tensor<Scalar>, cell: Tensor<Scalar>, cache: LSTMStepCache<Scalar>) {
    try lstmStepForward(
      inputs.x, previousHidden: inputs.hidden, previousCell: inputs.cell,
      inputWeight: inputs.inputWeight, hiddenWeight: inputs.hiddenWeight, bias: inputs.bias)
  }

  private func reference(
    _ inputs: RecurrenceInputs<Double>
  ) throws -> (hidden: Tensor<Double>, cell: Tensor<Double>, cache: LSTMStepCache<Double>) {
    try referenceLSTMStepForward(
      inputs.x, inputs.hidden, inputs.cell, inputs.inputWeight, inputs.hiddenWeight, inputs.bias)
  }
}
