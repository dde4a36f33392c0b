import Foundation
import XCTest

/// Training that is interrupted, by Ctrl-C or worse, and goes on.
final class TrainResumeTests: StudioTestCase {
  private let settings = [
    "train", "--cell", "lstm", "--captions", "train.json", "--images", "train", "--hidden", "96",
    "--embedding", "48", "--epochs", "2", "--batch", "10", "--dropout", "0.3", "--word-dropout",
    "0.1", "--scheduled-sampling", "0.3", "--clip", "3", "--hold-out", "0.2", "--checkpoint-every",
    "3",
  ]

  override func setUpWithError() throws {
    try super.setUpWithError()
    XCTAssertEqual(try studio("draw", "--scenes", "50", "--output", ".").status, 0)
  }

  func testATrainingThatIsKilledEndsAsIfItHadNotBeen() throws {
    let whole = try studio(settings + ["--output", "whole", "--log", "whole.jsonl"])
    XCTAssertEqual(whole.status, 0, whole.errors)

    let arguments = settings + ["--output", "broken", "--log", "broken.jsonl", "--resume"]
    for signal in [SIGKILL, SIGTERM, SIGKILL, SIGINT] {
      let before = checkpointDate
      let process = try start(arguments)
      // Once it has saved something new, at a moment that nobody chose.
      while process.isRunning, checkpointDate == before { usleep(500) }
      usleep(UInt32.random(in: 0..<20_000))
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      if process.terminationReason == .exit, process.terminationStatus != 0 {
        XCTAssertEqual(process.terminationStatus, 128 + signal)
      }
    }
    let end = try studio(arguments)
    XCTAssertEqual(end.status, 0, end.errors)
    XCTAssertEqual(
      try Data(contentsOf: file("broken")), try Data(contentsOf: file("whole")), end.errors)
    let (log, expected) = (try trainingLog("broken.jsonl"), try trainingLog("whole.jsonl"))
    XCTAssertEqual(log.count, 40)
    for (entry, expected) in zip(log, expected) {
      for key in ["iteration", "loss", "gradient_norm", "learning_rate", "validation_loss"] {
        XCTAssertEqual(entry[key], expected[key], "\(key) of \(entry)")
      }
    }
    XCTAssertFalse(exists("broken.checkpoint"))
    XCTAssertFalse(exists("broken.checkpoint.partial"))
  }

  func testSettingsThatDisagreeAreNamed() throws {
    try interrupt()
    let other = settings.map { $0 == "96" ? "97" : $0 } + ["--output", "model", "--resume"]
    expectError(
      try studio(other + ["--seed", "5"]), "model.checkpoint", "--hidden was 96, is 97",
      "--seed was 231, is 5")
    expectError(
      try studio(settings + ["--output", "model"]), "model.checkpoint", "not finished", "--resume")
    // The way out of a training that broke down.
    let slower = try studio(
      settings + ["--output", "model", "--resume", "--learning-rate", "1e-4"])
    XCTAssertEqual(slower.status, 0, slower.errors)
    XCTAssertTrue(slower.errors.contains("--learning-rate was 0.005, is 0.0001"), slower.errors)
  }

  func testATrainingThatBreaksDownIsExplained() throws {
    let run = try studio(
      "train", "--cell", "rnn", "--captions", "train.json", "--images", "train", "--hidden", "8",
      "--embedding", "8", "--epochs", "2", "--learning-rate", "1e38", "--checkpoint-every", "1",
      "--output", "model")
    expectError(
      run, "broke down in iteration 2", "the parameter projectionWeight is", "since iteration 1",
      "learning rate is", "--clip")
    XCTAssertFalse(exists("model"))
  }

  private var checkpointDate: Date? {
    try? FileManager.default.attributesOfItem(atPath: file("broken.checkpoint").path)[
      .modificationDate] as? Date
  }

  /// Stops a training of `model` as soon as there is a checkpoint.
  private func interrupt() throws {
    let process = try start(settings + ["--output", "model"])
    while process.isRunning, !exists("model.checkpoint") { usleep(500) }
    process.interrupt()
    process.waitUntilExit()
    guard exists("model.checkpoint") else { throw XCTSkip("no checkpoint was written") }
  }

  private func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("studio")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}
