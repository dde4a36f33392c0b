import A3LSTMCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class LSTMStepBackwardTests: ExerciseTestCase {
  func testTheGradientsArePyTorchs() throws {
    let golden = try Golden("LSTMStep")
    let cache = try referenceLSTMStepForward(
      golden.tensor("x") as Tensor<Double>, golden.tensor("previousHidden"),
      golden.tensor("previousCell"), golden.tensor("inputWeight"), golden.tensor("hiddenWeight"),
      golden.tensor("bias")
    ).cache
    for part in LSTMStepGradients<Double>.all {
      let expected: Tensor<Double> = try golden.tensor("grad_\(part.name)")
      try expectClose("gradient of \(part.name)", to: expected) {
        try lstmStepBackward(
          hiddenUpstream: golden.tensor("upstream"), cellUpstream: golden.tensor("cellUpstream"),
          cache: cache)[keyPath: part.gradient]
      }
    }
  }

  func testEveryGradientIsTheNumericOne() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    let cache = try forward(inputs).cache
    for part in LSTMStepGradients<Double>.all {
      try expectGradient(
        "gradient of \(part.name)", at: inputs[keyPath: part.input],
        upstream: .stacking([inputs.upstream, inputs.cellUpstream]),
        outputs: ["hidden", "cell"], blocks: part.gates,
        of: {
          let next = try self.forward(inputs.replacing(part.input, with: $0))
          return try .stacking([next.hidden, next.cell])
        }
      ) {
        try backward(inputs, cache)[keyPath: part.gradient]
      }
    }
  }

  func testEachOfTheTwoUpstreamGradientsCounts() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    let cache = try forward(inputs).cache
    for (name, path) in [
      ("hidden state", \RecurrenceInputs<Double>.cellUpstream), ("cell state", \.upstream),
    ] {
      let one = inputs.replacing(path, with: .zeros([3, 5]))
      let expected = try referenceLSTMStepBackward(one.upstream, one.cellUpstream, cache)
      for part in LSTMStepGradients<Double>.all {
        try expectClose(
          "gradient of \(part.name) where the loss sees the \(name) only",
          to: expected[keyPath: part.gradient]
        ) {
          try backward(one, cache)[keyPath: part.gradient]
        }
      }
    }
  }

  func testItWorksInSinglePrecision() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    let expected = try referenceLSTMStepBackward(
      inputs.upstream, inputs.cellUpstream, forward(inputs).cache)
    let single = inputs.singlePrecision
    let cache = try forward(single).cache
    for (part, exact) in zip(LSTMStepGradients<Float>.all, LSTMStepGradients<Double>.all) {
      try expectClose("gradient of \(part.name) in Float", to: expected[keyPath: exact.gradient]) {
        try backward(single, cache)[keyPath: part.gradient]
      }
    }
  }

  func testAnOpenForgetGatePassesTheCellsGradientOnAsItIs() throws {
    var inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    // f = 1 and o = 0: the cell remembers, and nobody looks.
    try inputs.bias.assign(50, at: 5..<10)
    try inputs.bias.assign(-50, at: 10..<15)
    let cache = try forward(inputs).cache
    try expectInvariant(
      "gradient of previousCell − upstream gradient of cell, where f = 1 and o = 0",
      of: { try $0 - inputs.cellUpstream }, isCloseTo: Tensor<Double>.zeros([3, 5])
    ) {
      try backward(inputs, cache).previousCell
    }
  }

  func testAnUpstreamGradientOfTheWrongShapeIsRefused() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, samples: 3, using: &random)
    let cache = try forward(inputs).cache
    for shape in [[5, 3], [3, 20], [1, 5]] {
      try expectShapeError("hiddenUpstream of shape \(shape), hidden state [3, 5]") {
        try backward(inputs.replacing(\.upstream, with: .ones(shape)), cache).x
      }
      try expectShapeError("cellUpstream of shape \(shape), cell state [3, 5]") {
        try backward(inputs.replacing(\.cellUpstream, with: .ones(shape)), cache).x
      }
    }
  }

  private func forward<Scalar: TensorScalar>(
    _ inputs: RecurrenceInputs<Scalar>
  ) throws -> (hidden: Tensor<Scalar>, cell: Tensor<Scalar>, cache: LSTMStepCache<Scalar>) {
    try referenceLSTMStepForward(
      inputs.x, inputs.hidden, inputs.cell, inputs.inputWeight, inputs.hiddenWeight, inputs.bias)
  }

  private func backward<Scalar: TensorScalar>(
    _ inputs: RecurrenceInputs<Scalar>, _ cache: LSTMStepCache<Scalar>
  ) throws -> LSTMStepGradients<Scalar> {
    try lstmStepBackward(
      hiddenUpstream: inputs.upstream, cellUpstream: inputs.cellUpstream, cache: cache)
  }
}
