import Captions
import Foundation
import Images
import Training
import XCTest

final class DrawnScenesTests: StudioTestCase {
  func testScenesAreDrawnLearnedAndCaptioned() throws {
    XCTAssertEqual(try studio("draw", "--scenes", "30", "--output", "drawn").status, 0)
    for (part, count) in [("train", 30), ("val", 3), ("novel", 3)] {
      let captions = try CaptionedImages(contentsOf: file("drawn/\(part).json"))
      XCTAssertEqual(captions.images.filter { $0.scene?.isNovel == (part == "novel") }.count, count)
      XCTAssertEqual(captions.annotations.count, 5 * count)
    }
    let picture = try Image(contentsOf: file("drawn/train/000030.png"))
    XCTAssertEqual([picture.width, picture.height], [Scene.side, Scene.side])
    for name in ["content.png", "style.png"] {
      XCTAssertGreaterThanOrEqual(try Image(contentsOf: file("drawn/\(name)")).height, 192)
    }

    for cell in ["rnn", "lstm"] {
      let train = try studio(
        "train", "--cell", cell, "--captions", "drawn/train.json", "--images", "drawn/train",
        "--output", "model", "--hidden", "32", "--embedding", "16", "--epochs", "2",
        "--log", "log.jsonl")
      XCTAssertEqual(train.status, 0, train.errors)
      XCTAssertTrue(train.output.contains("150 captions of 30 pictures"), train.output)
      let log = try trainingLog("log.jsonl")
      XCTAssertEqual(log.compactMap { $0["iteration"] }, (1...12).map(Double.init))
      let losses = log.compactMap { $0["loss"] }
      XCTAssertLessThan(losses.suffix(6).reduce(0, +), losses.prefix(6).reduce(0, +))
      XCTAssertEqual(try CaptionerModel(contentsOf: file("model")).cell.rawValue, cell)

      let caption = try studio(
        "caption", "--model", "model", "--captions", "drawn/val.json", "drawn/val/000001.png",
        "drawn/val/000003.png")
      XCTAssertEqual(caption.status, 0, caption.errors)
      XCTAssertTrue(caption.output.contains("drawn/val/000001.png: "), caption.output)
      XCTAssertEqual(caption.output.components(separatedBy: "true: ").count, 11)
      XCTAssertTrue(caption.output.contains("of 2 captions are true of their pictures"))
    }
  }

  func testTheSeedDecidesWhatIsDrawn() throws {
    for (name, seed) in [("a", "1"), ("b", "1"), ("c", "2")] {
      let run = try studio("draw", "--scenes", "3", "--output", name, "--seed", seed)
      XCTAssertEqual(run.status, 0)
    }
    func data(_ path: String) throws -> Data { try Data(contentsOf: file(path)) }
    for name in ["train.json", "train/000002.png", "val/000001.png"] {
      XCTAssertEqual(try data("a/" + name), try data("b/" + name))
      XCTAssertNotEqual(try data("a/" + name), try data("c/" + name))
    }
  }

  func testAFolderThatCannotBeMadeIsNamed() throws {
    try Data().write(to: file("taken"))
    expectError(try studio("draw", "--output", "taken"), "taken", "cannot be made")
    XCTAssertEqual(try studio("draw", "--scenes", "0", "--output", "x").status, 64)
  }
}
