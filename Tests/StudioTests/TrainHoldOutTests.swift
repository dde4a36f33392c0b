import Captions
import Foundation
import Images
import TensorFiles
import Tensors
import Training
import XCTest

/// What a training may know of pictures that it does not train on, and which pictures those are.
final class TrainHoldOutTests: StudioTestCase {
  private let words = ["red", "green", "blue", "grey", "black"]

  func testWhatIsHeldOutCountsNeitherInTheVocabularyNorInTheStatistics() throws {
    // Picture i alone has feature i and shares its word with one other picture.
    let ones = (0..<100).map { Float($0 / 10 == $0 % 10 ? 1 : 0) }
    try Safetensors(tensors: [
      "train_captions": Tensor((0..<10).flatMap { [1, 4, Float(5 + $0 / 2), 2] }, shape: [10, 4]),
      "train_image_idxs": Tensor((0..<10).map { Float($0) }),
      "train_features": Tensor(ones, shape: [10, 10]),
    ]).write(to: file("arrays"))
    let list = (Vocabulary.specialTokens + ["a"] + words).map { "\"\($0)\"" }
    try Data("{\"idx_to_word\": [\(list.joined(separator: ","))]}".utf8)
      .write(to: file("vocabulary.json"))
    for (minimumCount, isKnown) in [(1, { $0 > 0 }), (2, { $0 > 1 })] as [(Int, (Int) -> Bool)] {
      let run = try train(
        "--data", "arrays", "--hold-out", "0.3", "--minimum-count", "\(minimumCount)",
        "--output", "model\(minimumCount)")
      XCTAssertEqual(run.status, 0, run.errors)
      XCTAssertTrue(run.output.contains("trained on 7 captions of 7 pictures"), run.output)
      let model = try CaptionerModel(contentsOf: file("model\(minimumCount)"))
      let mean = model.featureMean.elements
      let trained = mean.indices.filter { mean[$0] > 0 }
      XCTAssertEqual(trained.count, 7)
      for picture in trained { XCTAssertEqual(mean[picture], 1 / 7, accuracy: 1e-6) }
      XCTAssertEqual(
        Set(model.vocabulary.words.dropFirst(5)),
        Set(
          words.enumerated().filter { word in
            isKnown(trained.filter { $0 / 2 == word.offset }.count)
          }.map(\.element)))
    }
  }

  func testAPreparedFoldersMinimumCountHoldsForThePicturesThatAreLeft() throws {
    try writeCaptions { _ in "train" }
    let prepared = try studio(
      "prepare", "--captions", "captions.json", "--images", ".", "--output", "data", "--split",
      "train", "--minimum-count", "2")
    XCTAssertTrue(prepared.output.contains("10 words"), prepared.output + prepared.errors)
    let run = try train("--data", "data", "--hold-out", "0.1", "--output", "model")
    XCTAssertEqual(run.status, 0, run.errors)
    // The word that the held out picture shared occurs only once in the others.
    XCTAssertTrue(run.output.contains("9 captions of 9 pictures, 9 words"), run.output)
  }

  func testOfAKarpathySplitItsTrainingPartsAreTrainedOn() throws {
    try writeCaptions { ["train", "restval", "val", "test", "test"][$0 / 2] }
    let data = ["--captions", "captions.json", "--images", "."]
    let run = try train(data + ["--output", "model", "--validation", "captions.json"])
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertTrue(run.output.contains("trained on 4 captions of 4 pictures"), run.output)
    let model = try CaptionerModel(contentsOf: file("model"))
    XCTAssertEqual(Set(model.vocabulary.words.dropFirst(4)), ["a", "red", "green"])

    try writeCaptions { $0 < 3 ? "val" : "test" }
    expectError(
      try train(data + ["--output", "none"]), "captions.json", "train or restval",
      "test (7 pictures), val (3 pictures)")
    XCTAssertFalse(exists("none"))
  }

  func testPicturesAreFoundWithoutTheFolderThatAKarpathySplitNames() throws {
    try writeCaptions(saidToBeIn: #""filepath": "val2014", "#) { _ in "train" }
    let run = try train("--captions", "captions.json", "--images", ".", "--output", "model")
    XCTAssertEqual(run.status, 0, run.errors)
  }

  /// Ten pictures in Karpathy's format, each pair of them with a word of its own.
  private func writeCaptions(saidToBeIn place: String = "", split: (Int) -> String) throws {
    var generator = SeededGenerator(seed: 4)
    let images = try (0..<10).map { number in
      let picture = try Image(pixels: .randomUniform([3, 20, 24], in: 0..<1, using: &generator))
      try picture.writePNG(to: file("\(number).png"))
      return #"{\#(place)"filename": "\#(number).png", "imgid": \#(number), "#
        + #""split": "\#(split(number))", "#
        + #""sentences": [{"raw": "A \#(words[number / 2]).", "sentid": \#(number)}]}"#
    }
    try Data("{\"images\": [\(images.joined(separator: ","))]}".utf8)
      .write(to: file("captions.json"))
  }

  private func train(_ arguments: String...) throws -> Run { try train(arguments) }

  private func train(_ arguments: [String]) throws -> Run {
    try studio(
      ["train", "--cell", "rnn", "--epochs", "1", "--hidden", "8", "--embedding", "4"] + arguments)
  }
}
