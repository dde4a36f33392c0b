import Captions
import Foundation
import TensorFiles
import Tensors
import Training
import XCTest

/// Training on features that are there already.
final class TrainFromDataTests: StudioTestCase {
  func testAPreparedFolderTrainsTheSameModelAsItsPictures() throws {
    let drawn = try studio("draw", "--scenes", "12", "--output", ".")
    XCTAssertEqual(drawn.status, 0, drawn.errors)
    for part in ["train", "val"] {
      let run = try studio(
        "prepare", "--captions", "\(part).json", "--images", part, "--output", "\(part)-data",
        "--minimum-count", "1")
      XCTAssertEqual(run.status, 0, run.errors)
    }
    let prepared = try train(
      ["--data", "train-data", "--validation", "val-data", "--output", "a"])
    XCTAssertEqual(prepared.status, 0, prepared.errors)
    let pictures = try train(
      ["--captions", "train.json", "--images", "train", "--validation", "val.json"]
        + ["--validation-images", "val", "--output", "b"])
    XCTAssertEqual(pictures.status, 0, pictures.errors)
    XCTAssertEqual(
      try CaptionerModel(contentsOf: file("a")), try CaptionerModel(contentsOf: file("b")))
    XCTAssertEqual(
      try studio("caption", "--model", "a", "val/000001.png").output,
      try studio("caption", "--model", "b", "val/000001.png").output)

    let fromPictures = try studio(
      "caption", "--model", "a", "--images", "val", "--captions", "val.json", "--json", "one.json")
    let fromFeatures = try studio(
      "caption", "--model", "a", "--data", "val-data", "--json", "two.json")
    XCTAssertEqual(fromFeatures.status, 0, fromFeatures.errors)
    XCTAssertEqual(
      try String(contentsOf: file("one.json"), encoding: .utf8),
      try String(contentsOf: file("two.json"), encoding: .utf8))
    XCTAssertEqual(
      fromFeatures.output, fromPictures.output.replacingOccurrences(of: "val/", with: ""))
    expectError(
      try studio("caption", "--model", "a", "--data", "val"), "val", "studio prepare")
    XCTAssertEqual(
      try studio("caption", "--model", "a", "--data", "val-data", "val/000001.png").status, 64)
  }

  func testTheArraysOfTheCourseAreReadWithTheirWords() throws {
    try writeArrays()
    try Data(
      #"{"word_to_idx": {"a": 4}, "idx_to_word": ["<NULL>","<START>","<END>","<UNK>","a","cat"]}"#
        .utf8
    )
    .write(to: file("coco2014_vocab.json"))
    let run = try train(["--data", "arrays", "--validation", "arrays", "--output", "model"])
    XCTAssertEqual(run.status, 0, run.errors)
    let model = try CaptionerModel(contentsOf: file("model"))
    XCTAssertEqual(model.vocabulary.words, Vocabulary.specialTokens + ["a", "cat"])
    XCTAssertEqual(model.featureMean.elements, [1, 2.5])
    expectError(
      try studio("caption", "--model", "model", "x.png"), "model", "came without pictures")
  }

  func testDataThatDoesNotFitIsNamed() throws {
    expectError(try train(["--data", "none", "--output", "m"]), "none", "studio prepare")
    try writeArrays()
    expectError(try train(["--data", "arrays", "--output", "m"]), "idx_to_word")
    try Data(#"{"idx_to_word": ["a"]}"#.utf8).write(to: file("vocab.json"))
    expectError(try train(["--data", "arrays", "--output", "m"]), "vocab.json", "<NULL>")
    try Safetensors(tensors: ["x": .zeros([2])]).write(to: file("arrays"))
    expectError(try train(["--data", "arrays", "--output", "m"]), "arrays", "“train_captions”")
    let both = ["--data", "arrays", "--images", ".", "--output", "m"]
    XCTAssertEqual(try train(both).status, 64)
    XCTAssertEqual(try train(["--output", "m"]).status, 64)
  }

  private func writeArrays() throws {
    try Safetensors(tensors: [
      "train_captions": Tensor([1, 4, 5, 2, 1, 5, 2, 0, 1, 4, 2, 0], shape: [3, 4]),
      "train_image_idxs": Tensor([0, 1, 1]),
      "train_features": Tensor([0, 2, 2, 3], shape: [2, 2]),
      "val_captions": Tensor([1, 3, 2], shape: [1, 3]),
      "val_image_idxs": Tensor([0]), "val_features": Tensor([5, 6], shape: [1, 2]),
    ]).write(to: file("arrays"))
  }

  private func train(_ arguments: [String]) throws -> Run {
    try studio(
      ["train", "--cell", "rnn", "--epochs", "2", "--hidden", "8", "--embedding", "4"] + arguments)
  }
}
