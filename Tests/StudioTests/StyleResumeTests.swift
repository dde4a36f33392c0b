import Foundation
import Images
import Tensors
import XCTest

/// Paintings that are interrupted and go on.
final class StyleResumeTests: StudioTestCase {
  private let settings = [
    "style", "content.png", "style.png", "--size", "64", "--pyramid", "2", "--iterations", "40",
    "--print-every", "1",
  ]

  override func setUpWithError() throws {
    try super.setUpWithError()
    var random = SeededGenerator(seed: 6)
    for name in ["content.png", "style.png"] {
      try Image(pixels: .randomUniform([3, 8, 9], using: &random)).resized(width: 72, height: 64)
        .writePNG(to: file(name))
    }
  }

  func testAnInterruptedPaintingIsWrittenAndGoesOnAsIfNothingHadHappened() throws {
    for optimizer in ["lbfgs", "adam"] {
      let arguments = settings + ["--optimizer", optimizer]
      let whole = try studio(arguments + ["-o", "whole.png", "--log", "whole.json"])
      XCTAssertEqual(whole.status, 0, whole.errors)

      let broken =
        arguments + [
          "-o", "broken.png", "--log", "broken.json", "--checkpoint", "checkpoint",
          "--checkpoint-every", "7", "--resume",
        ]
      for signal in [SIGINT, SIGKILL, SIGTERM] {
        let before = checkpointDate
        let process = try start(broken)
        while process.isRunning, checkpointDate == before { usleep(500) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        if process.terminationReason == .exit, process.terminationStatus != 0 {
          XCTAssertEqual(process.terminationStatus, 128 + signal)
          XCTAssertEqual(try Image(contentsOf: file("broken.png")).pixels.rank, 3)
        }
      }
      let end = try studio(broken)
      XCTAssertEqual(end.status, 0, end.errors)
      for ending in ["png", "json"] {
        XCTAssertEqual(
          try Data(contentsOf: file("broken." + ending)),
          try Data(contentsOf: file("whole." + ending)), "\(optimizer), \(ending)")
      }
      try FileManager.default.removeItem(at: file("checkpoint"))
    }
  }

  func testCtrlCWritesThePictureAndSaysHowToGoOn() throws {
    let errors = file("errors")
    try Data().write(to: errors)
    let process = try start(
      settings + ["-o", "o.png", "--iterations", "100000", "--frames", "film"],
      errors: try FileHandle(forWritingTo: errors))
    while process.isRunning, !exists("film/frame-000003.png") { usleep(500) }
    process.interrupt()
    process.waitUntilExit()
    XCTAssertEqual(process.terminationStatus, 130)
    XCTAssertNoThrow(try Image(contentsOf: file("o.png")))
    let text = try String(contentsOf: errors, encoding: .utf8)
    XCTAssertTrue(text.contains("interrupted after step") && text.contains("--init o.png"), text)
  }

  func testSettingsThatDisagreeAndBadCheckpointsAreNamed() throws {
    let begun = settings + ["-o", "o.png", "--checkpoint", "checkpoint", "--resume"]
    XCTAssertEqual(try studio(begun).status, 0)
    let finished = try studio(begun)
    XCTAssertEqual(finished.status, 0, finished.errors)
    expectError(
      try studio(begun + ["--content-weight", "3"]), "checkpoint", "--content-weight", "3.0")
    try FileManager.default.copyItem(at: file("content.png"), to: file("kept.png"))
    try Data(contentsOf: file("style.png")).write(to: file("content.png"))
    expectError(try studio(begun), "checkpoint", "pictures")
    try Data("nothing".utf8).write(to: file("checkpoint"))
    expectError(try studio(begun), "checkpoint", "safetensors")
  }

  private var checkpointDate: Date? {
    try? FileManager.default.attributesOfItem(atPath: file("checkpoint").path)[.modificationDate]
      as? Date
  }

  private func start(
    _ arguments: [String], errors: FileHandle = .nullDevice
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("studio")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    return process
  }
}
