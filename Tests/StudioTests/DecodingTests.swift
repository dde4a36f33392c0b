import Foundation
import XCTest

/// Ways to choose words and to show captions.
final class DecodingTests: StudioTestCase {
  override func setUpWithError() throws {
    try super.setUpWithError()
    XCTAssertEqual(try studio("draw", "--scenes", "30", "--output", ".").status, 0)
    let train = try studio(
      "train", "--cell", "lstm", "--captions", "train.json", "--images", "train", "--output",
      "model", "--hidden", "32", "--embedding", "16", "--epochs", "4")
    XCTAssertEqual(train.status, 0, train.errors)
  }

  private func captions(_ options: String...) throws -> String {
    let run = try studio(["caption", "--model", "model", "--images", "val"] + options)
    XCTAssertEqual(run.status, 0, run.errors)
    return run.output
  }

  func testSamplingIsDecidedByItsSeedAndAmongOneWordIsGreedy() throws {
    let sampled = try captions("--decoding", "sample", "--seed", "1")
    XCTAssertEqual(sampled, try captions("--decoding", "sample", "--seed", "1"))
    XCTAssertNotEqual(sampled, try captions("--decoding", "sample", "--seed", "2"))
    let greedy = try captions("--decoding", "greedy")
    XCTAssertEqual(greedy, try captions("--decoding", "sample", "--top-k", "1"))
    XCTAssertEqual(greedy, try captions("--decoding", "sample", "--top-p", "0.000001"))
    XCTAssertEqual(greedy, try captions("--decoding", "sample", "--temperature", "0.0001"))
    XCTAssertEqual(greedy, try captions("--decoding", "beam", "--beam-width", "1"))
    XCTAssertEqual(
      sampled, try captions("--decoding", "sample", "--seed", "1", "--top-k", "1000000"))
  }

  func testBeamsThatAreComparedPerWordAreNotShorter() throws {
    let plain = try captions("--beam-width", "4")
    let normalized = try captions("--beam-width", "4", "--length-normalization", "1")
    XCTAssertGreaterThanOrEqual(
      normalized.split(separator: " ").count, plain.split(separator: " ").count)
  }

  func testOptionsThatDoNotFitAreRefused() throws {
    for options in [
      ["--top-k", "3"], ["--decoding", "sample", "--top-p", "1.5"], ["--beam-width", "0"],
      ["--decoding", "sample", "--temperature", "0"], ["--length-normalization", "-1"],
      ["--decoding", "greedy", "--beam-width", "3"],
      ["--decoding", "sample", "--length-normalization", "1"],
    ] {
      let run = try studio(["caption", "--model", "model", "--images", "val"] + options)
      XCTAssertEqual(run.status, 64, "\(options)")
    }
    XCTAssertEqual(try studio("caption", "--model", "model").status, 64)
  }

  func testPicturesAreNumberedByTheirCaptionsTheirDigitsOrTheirPlaces() throws {
    try FileManager.default.createDirectory(
      at: file("more"), withIntermediateDirectories: true)
    for name in ["x_000002.png", "7.png"] {
      try FileManager.default.copyItem(at: file("val/000001.png"), to: file("more/" + name))
    }
    func numbers(_ options: String...) throws -> [Int] {
      let run = try studio(
        ["caption", "--model", "model", "--images", "val", "--json", "results.json"] + options)
      XCTAssertEqual(run.status, 0, run.errors)
      let results = try JSONSerialization.jsonObject(with: Data(contentsOf: file("results.json")))
      return try XCTUnwrap(results as? [[String: Any]]).compactMap { $0["image_id"] as? Int }
    }
    XCTAssertEqual(try numbers(), [1, 2, 3])
    XCTAssertEqual(try numbers("more/7.png"), [7, 1, 2, 3])
    XCTAssertEqual(try numbers("more/x_000002.png"), [1, 2, 3, 4])
    XCTAssertEqual(try numbers("more/7.png", "--captions", "val.json"), [1, 2, 3])
    XCTAssertEqual(try numbers("val/000002.png", "--captions", "val.json"), [2, 1, 3])
  }

  func testNoCaptionSaysUnknown() throws {
    let train = try studio(
      "train", "--cell", "rnn", "--captions", "train.json", "--images", "train", "--output",
      "model", "--hidden", "32", "--embedding", "16", "--epochs", "4", "--minimum-count", "60")
    XCTAssertEqual(train.status, 0, train.errors)
    for decoding in ["greedy", "beam", "sample"] {
      XCTAssertFalse(try captions("--decoding", decoding).contains("<UNK>"))
    }
  }

  func testResultsCanBeEvaluatedAndLookedAt() throws {
    try Data("no picture".utf8).write(to: file("val/000009.png"))
    let run = try studio(
      "caption", "--model", "model", "--images", "val", "--captions", "val.json", "--json",
      "results.json", "--html", "page.html")
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertTrue(run.errors.contains("left out:"), run.errors)
    XCTAssertTrue(run.errors.contains("000009.png"), run.errors)
    let evaluation = try studio(
      "evaluate", "--results", "results.json", "--captions", "val.json")
    XCTAssertEqual(evaluation.status, 0, evaluation.errors)
    XCTAssertTrue(evaluation.output.contains("CIDEr-D"), evaluation.output)
    let page = try String(contentsOf: file("page.html"), encoding: .utf8)
    XCTAssertEqual(page.components(separatedBy: "<figure>").count, 4)
    XCTAssertEqual(page.components(separatedBy: "<li>").count, 16, "five true captions each")
    XCTAssertTrue(page.contains("data:image/png;base64,iVBOR"))
    let missing = try studio("caption", "--model", "model", "--images", "nowhere")
    expectError(missing, "nowhere", "cannot be read as a folder")
  }
}
