import Captions
import Foundation
import XCTest

/// The captioners at the sizes of the CS231n assignment, on photographs that are not part of the
/// package.
final class PhotographsTests: StudioTestCase {
  func testAnRNNLearnsFiftyCaptionsWordForWord() throws {
    try check(cell: "rnn", lossBelow: 0.1)
  }

  func testAnLSTMLearnsFiftyCaptionsWordForWord() throws {
    try check(cell: "lstm", lossBelow: 0.5)
  }

  private func check(cell: String, lossBelow limit: Double) throws {
    let captions = try sharedData("coco/captions_150.json")
    let images = try sharedData("coco/images")
    let weights = try sharedData("weights/squeezenet1_1.safetensors").path
    let train = try studio(
      "train", "--cell", cell, "--captions", captions.path, "--images", images.path,
      "--weights", weights, "--output", "model", "--max-captions", "50", "--epochs", "50",
      "--batch", "25", "--hidden", "512", "--embedding", "256", "--learning-rate", "5e-3",
      "--log", "log.jsonl")
    XCTAssertEqual(train.status, 0, train.errors)
    let log = try trainingLog("log.jsonl")
    XCTAssertEqual(log.count, 100)
    XCTAssertLessThan(log.last?["loss"] ?? .nan, limit)

    let source = try CaptionedImages(contentsOf: captions)
    let learned = source.selection(limit: 50).map { source.annotations[$0] }
    let names = Dictionary(
      source.images.map { ($0.id, $0.fileName) }, uniquingKeysWith: { first, _ in first })
    let paths = learned.map { images.appendingPathComponent(names[$0.imageID] ?? "").path }
    let said = try studio(["caption", "--model", "model", "--weights", weights] + paths)
    XCTAssertEqual(
      said.output.split(separator: "\n").map(String.init),
      zip(paths, learned).map {
        "\($0): \(Tokenizer.words(of: $1.caption).joined(separator: " "))"
      })
  }
}
