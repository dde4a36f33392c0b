import A3LSTMCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class LSTMBackwardTests: ExerciseTestCase {
  func testTheGradientsArePyTorchs() throws {
    let golden = try Golden("LSTM")
    let caches = try referenceLSTMForward(
      golden.tensor("x"), golden.tensor("initialHidden"), golden.tensor("inputWeight"),
      golden.tensor("hiddenWeight"), golden.tensor("bias") as Tensor<Double>
    ).caches
    for part in RecurrenceGradients<Double>.all {
      let expected: Tensor<Double> = try golden.tensor("grad_\(part.name)")
      try expectClose("gradient of \(part.name)", to: expected) {
        try backward(golden.tensor("upstream"), caches)[keyPath: part.gradient]
      }
    }
  }

  func testEveryGradientIsTheNumericOne() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    let caches = try forward(inputs).caches
    for part in RecurrenceGradients<Double>.all {
      try expectGradient(
        "gradient of \(part.name)", at: inputs[keyPath: part.input], upstream: inputs.upstream,
        blocks: part.gates,
        of: { try self.forward(inputs.replacing(part.input, with: $0)).hidden }
      ) {
        try backward(inputs.upstream, caches)[keyPath: part.gradient]
      }
    }
  }

  func testItWorksInSinglePrecision() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    let expected = try referenceLSTMBackward(inputs.upstream, forward(inputs).caches)
    let single = inputs.singlePrecision
    let caches = try forward(single).caches
    for (part, exact) in zip(RecurrenceGradients<Float>.all, RecurrenceGradients<Double>.all) {
      try expectClose("gradient of \(part.name) in Float", to: expected[keyPath: exact.gradient]) {
        try backward(single.upstream, caches)[keyPath: part.gradient]
      }
    }
  }

  func testALossOfOneStepDoesNotDependOnLaterInputs() throws {
    var inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    let caches = try forward(inputs).caches
    // The loss sees the second of three hidden states only.
    try inputs.upstream.assign(0, at: .all, 0)
    try inputs.upstream.assign(0, at: .all, 2)
    try expectInvariant(
      "gradient of the third input where the loss sees the second state only",
      of: { try $0[.all, 2] }, isCloseTo: Tensor<Double>.zeros([2, 4])
    ) {
      try backward(inputs.upstream, caches).x
    }
    try expectClose(
      "gradient of x where the loss sees the second state only",
      to: referenceLSTMBackward(inputs.upstream, caches).x
    ) {
      try backward(inputs.upstream, caches).x
    }
  }

  func testTheGradientOfTheCellTravelsBackToo() throws {
    var inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    // Without Wh the only way back from the last step to the first input is the cell.
    inputs.hiddenWeight = .zeros(like: inputs.hiddenWeight)
    try inputs.upstream.assign(0, at: .all, 0..<2)
    let caches = try forward(inputs).caches
    try expectGradient(
      "gradient of x where Wh = 0 and the loss sees the last state only", at: inputs.x,
      upstream: inputs.upstream,
      of: { try self.forward(inputs.replacing(\.x, with: $0)).hidden }
    ) {
      try backward(inputs.upstream, caches).x
    }
  }

  func testAnUpstreamGradientOfTheWrongShapeIsRefused() throws {
    let inputs = RecurrenceInputs<Double>(random: .lstm, steps: 3, using: &random)
    let caches = try forward(inputs).caches
    for shape in [[2, 5, 3], [2, 2, 5], [3, 2, 5], [2, 3], [2, 3, 20]] {
      try expectShapeError("upstream of shape \(shape), hidden states [2, 3, 5]") {
        try backward(Tensor<Double>.ones(shape), caches).x
      }
    }
    try expectShapeError("no caches") { try backward(Tensor<Double>.ones([2, 0, 5]), []).x }
  }

  private func forward<Scalar: TensorScalar>(
    _ inputs: RecurrenceInputs<Scalar>
  ) throws -> (hidden: Tensor<Scalar>, caches: [LSTMStepCache<Scalar>]) {
    try referenceLSTMForward(
      inputs.x, inputs.hidden, inputs.inputWeight, inputs.hiddenWeight, inputs.bias)
  }

  private func backward<Scalar: TensorScalar>(
    _ upstream: Tensor<Scalar>, _ caches: [LSTMStepCache<Scalar>]
  ) throws -> RecurrenceGradients<Scalar> {
    try lstmBackward(upstream, caches: caches, step: referenceLSTMStepBackward)
  }
}
