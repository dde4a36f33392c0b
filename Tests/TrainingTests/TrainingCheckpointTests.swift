import Exercises
import Foundation
import TensorFiles
import Tensors
import Training
import XCTest

final class TrainingCheckpointTests: XCTestCase {
  private var file = URL(fileURLWithPath: "")

  override func setUpWithError() throws {
    file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    addTeardownBlock { [file] in try? FileManager.default.removeItem(at: file) }
  }

  func testTrainingGoesOnBitForBit() throws {
    var whole = try trainer()
    try train(&whole, until: 25)
    for stop in [1, 7, 8, 20] {
      var first = try trainer()
      try train(&first, until: stop)
      try TrainingCheckpoint.write(first, settings: ["--batch": "4"], to: file)
      let checkpoint = try TrainingCheckpoint(contentsOf: file)
      XCTAssertEqual(checkpoint.iteration, stop)
      XCTAssertEqual(checkpoint.settings, ["--batch": "4"])
      var second = try trainer()
      try checkpoint.restore(&second)
      try train(&second, until: 25)
      XCTAssertEqual(second.parameters, whole.parameters)
      XCTAssertEqual(second.result, whole.result)
      XCTAssertEqual(second.best?.epoch, whole.best?.epoch)
      XCTAssertEqual(second.history.losses, whole.history.losses)
      XCTAssertEqual(second.history.validations, whole.history.validations)
    }
  }

  func testADamagedCheckpointIsRefusedWithAReason() throws {
    try expectError("“losses”") { $0.tensors["losses"] = .zeros([4]) }
    try expectError("“parameters.bias”") { $0.tensors["parameters.bias"] = .zeros([2]) }
    try expectError("“best.bias”") { $0.tensors["best.bias"] = nil }
    try expectError("“adam.bias”") { $0.tensors["adam.bias.powers"] = nil }
    try expectError("its progress cannot be read") { $0.metadata["progress"] = "{}" }
    try expectError("its settings cannot be read") { $0.metadata["settings"] = nil }
    try expectError("is not a checkpoint") { $0.metadata = [:] }
  }

  func testACheckpointThatCannotBeWrittenIsNamed() throws {
    let nowhere = file.appendingPathComponent("no/folder")
    XCTAssertThrowsError(try TrainingCheckpoint.write(trainer(), settings: [:], to: nowhere)) {
      XCTAssertTrue("\($0)".contains("cannot be written: opening"), "\($0)")
    }
  }

  private func expectError(
    _ words: String, line: UInt = #line, _ damage: (inout Safetensors) -> Void
  ) throws {
    var trainer = try trainer()
    try train(&trainer, until: 10)
    try TrainingCheckpoint.write(trainer, settings: [:], to: file)
    var contents = try Safetensors(contentsOf: file)
    damage(&contents)
    try contents.write(to: file)
    XCTAssertThrowsError(
      try TrainingCheckpoint(contentsOf: file).restore(&trainer), line: line
    ) {
      XCTAssertTrue("\($0)".contains(words), "\($0)", line: line)
    }
  }

  /// Eight iterations make an epoch.
  private func train(_ trainer: inout CaptionerTrainer, until iteration: Int) throws {
    let captions = try CaptionSet(
      features: Tensor(rows: [[0], [1]]),
      captions: Tensor(rows: (0..<30).map { [1, 3 + $0 % 3, 2] }),
      pictures: Tensor((0..<30).map { $0 % 2 }))
    while trainer.iteration < iteration {
      _ = try trainer.step(on: captions, exercises)
      guard trainer.isAtEndOfEpoch else { continue }
      try trainer.consider(.init(loss: abs(Float(trainer.epoch) - 2.1) / 3, cider: nil))
    }
  }

  /// A loss that depends on the minibatch and the dropped features.
  private var exercises: CaptionerExercises {
    CaptionerExercises(parts: .unused) { features, captions, parameters, _ in
      var gradients = parameters
      let factor = features.mean() + Float(captions[0, 1])
      for (_, path) in CaptionerParameters<Float>.named { gradients[keyPath: path] *= factor }
      return (factor, gradients)
    }
  }

  private func trainer() throws -> CaptionerTrainer {
    var settings = CaptionerTraining(epochs: 5, batchSize: 4, learningRate: 0.1, seed: 9)
    (settings.dropout, settings.learningRateDecay) = (0.3, 0.7)
    var generator = SeededGenerator(seed: 1)
    return CaptionerTrainer(
      settings,
      parameters: CaptionerParameters(
        cell: .lstm, featureSize: 1, embeddingSize: 2, hiddenSize: 3, vocabularySize: 6,
        using: &generator), captionCount: 30)
  }
}
