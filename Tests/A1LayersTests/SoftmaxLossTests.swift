import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class SoftmaxLossTests: ExerciseTestCase {
  func testItComputesWhatPyTorchComputesHoweverLargeTheLogits() throws {
    let golden = try Golden("softmaxLoss")
    let logits: Tensor<Double> = try golden.tensor("logits")
    let labels = try golden.integers("labels")
    try expectClose("loss", to: golden.number("loss")) {
      try softmaxLoss(logits, labels: labels).loss
    }
    try expectClose("gradient", to: golden.tensor("gradient") as Tensor<Double>) {
      try softmaxLoss(logits, labels: labels).gradient
    }
  }

  func testItComputesWhatTheFormulaSays() throws {
    let logits = Tensor<Double>.randomNormal([4, 7], standardDeviation: 3, using: &random)
    let labels = Tensor<Int>.random([4], in: 0..<7, using: &random)
    try expectClose("loss", to: ReferenceLayers.softmaxLoss(logits, labels: labels)) {
      try softmaxLoss(logits, labels: labels).loss
    }
  }

  func testItsGradientIsTheNumericOne() throws {
    let logits = Tensor<Double>.randomNormal([3, 5], using: &random)
    let labels = Tensor<Int>.random([3], in: 0..<5, using: &random)
    try expectGradient(
      "gradient of logits", at: logits,
      others: NamedTensors([:], integers: ["labels": labels]),
      of: { Tensor(scalar: ReferenceLayers.softmaxLoss($0, labels: labels)) },
      { try softmaxLoss(logits, labels: labels).gradient })
  }

  func testWithoutAnyKnowledgeTheLossIsTheLogarithmOfTheNumberOfClasses() throws {
    let labels = Tensor<Int>.random([6], in: 0..<10, using: &random)
    try expectClose("loss of equal logits", to: 2.302585092994046) {
      try softmaxLoss(Tensor<Double>(repeating: 3, shape: [6, 10]), labels: labels).loss
    }
  }

  func testWhatIsAddedToAllLogitsOfASampleChangesNothing() throws {
    let logits = Tensor<Double>.randomNormal([3, 4], using: &random)
    let offset = Tensor<Double>.randomNormal([3, 1], standardDeviation: 50, using: &random)
    let labels = Tensor<Int>.random([3], in: 0..<4, using: &random)
    let shifted = try logits + offset
    try expectInvariant(
      "gradient of shifted logits", of: { $0 },
      isCloseTo: ReferenceLayers.softmaxGradient(logits, labels: labels)
    ) {
      try softmaxLoss(shifted, labels: labels).gradient
    }
    try expectInvariant(
      "sum of each sample's gradient", of: { try $0.sum(axis: 1) },
      isCloseTo: Tensor<Double>.zeros([3])
    ) {
      try softmaxLoss(logits, labels: labels).gradient
    }
  }

  func testItRunsInSinglePrecision() throws {
    let logits = Tensor<Float>.randomNormal([4, 3], standardDeviation: 30, using: &random)
    let labels = Tensor<Int>.random([4], in: 0..<3, using: &random)
    try expectClose("loss", to: ReferenceLayers.softmaxLoss(logits, labels: labels)) {
      try softmaxLoss(logits, labels: labels).loss
    }
    try expectClose("gradient", to: ReferenceLayers.softmaxGradient(logits, labels: labels)) {
      try softmaxLoss(logits, labels: labels).gradient
    }
  }

  func testItRefusesShapesAndLabelsThatDoNotFit() throws {
    let logits = Tensor<Double>.zeros([3, 4])
    try expectShapeError("two labels for three samples") {
      try softmaxLoss(logits, labels: Tensor([0, 1])).loss
    }
    try expectShapeError("a label that is no class") {
      try softmaxLoss(logits, labels: Tensor([0, 4, 1])).loss
    }
    try expectShapeError("no samples") {
      try softmaxLoss(Tensor<Double>.zeros([0, 4]), labels: Tensor([])).loss
    }
  }
}
