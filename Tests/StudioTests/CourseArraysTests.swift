import Captions
import Foundation
import TensorFiles
import Tensors
import Training
import XCTest

/// The arrays of CS231n's captioning assignment, as NumPy saves them.
final class CourseArraysTests: StudioTestCase {
  func testArraysThatAreSavedAllTogetherAreReadWithTheirWords() throws {
    // Numbers of 16 bits, features in Fortran's order, text and objects; no JSON file.
    let arrays = URL(fileURLWithPath: #filePath + "/../Fixtures/course.npz").standardizedFileURL
    try FileManager.default.copyItem(at: arrays, to: file("course.npz"))
    let run = try train("course.npz", "--validation", "course.npz")
    XCTAssertEqual(run.status, 0, run.errors)
    let model = try CaptionerModel(contentsOf: file("model"))
    XCTAssertEqual(model.vocabulary.words, Vocabulary.specialTokens + ["a", "cat"])
    XCTAssertEqual(model.featureMean.elements, [1, 2.5, 0])
  }

  func testNumbersThatNothingBelongsToAreNamedWithTheirRow() throws {
    let cases: [(array: String, values: [Float], error: [String])] = [
      ("captions", [1, 4, 2, 1, 6, 2], ["row 1 of train_captions", "number 6", "0 to 5"]),
      ("captions", [1, -1, 2, 1, 4, 2], ["row 0 of train_captions", "number -1"]),
      ("captions", [1, 4, 2, 1, 4.5, 2], ["row 1 of train_captions", "number 4.5"]),
      ("captions", [1, 4, 2, 1, .nan, 2], ["row 1 of train_captions", "nan"]),
      ("image_idxs", [0, 2], ["row 1 of train_image_idxs", "number 2", "0 to 1"]),
      ("image_idxs", [0, .infinity], ["row 1 of train_image_idxs", "inf"]),
      ("image_idxs", [0], ["train_image_idxs has 1 numbers", "2 rows"]),
      ("features", [0, 1, .nan, 2], ["row 1 of train_features", "nan"]),
      ("features", [-.infinity, 1, 0, 2], ["row 0 of train_features", "-inf"]),
    ]
    for (array, values, words) in cases {
      try writeArrays(["train_" + array: values])
      let run = try train("arrays")
      for word in ["arrays"] + words { expectError(run, word) }
    }
  }

  func testPicturesOfArraysAreCaptionedByTheirRows() throws {
    try writeArrays([:])
    XCTAssertEqual(try train("arrays").status, 0)
    let run = try studio("caption", "--model", "model", "--data", "arrays", "--json", "said.json")
    XCTAssertEqual(run.status, 0, run.errors)
    let said = try JSONDecoder().decode(
      [Result].self, from: Data(contentsOf: file("said.json")))
    XCTAssertEqual(said.map(\.image_id), [0, 1, 2])
    XCTAssertEqual(
      run.output.split(separator: "\n").map(String.init).prefix(7),
      [
        "0: \(said[0].caption)", "  (no true captions of it)",
        "1: \(said[1].caption)", "  true: a cat",
        "2: \(said[2].caption)", "  true: cat", "  true: a",
      ])
  }

  private struct Result: Decodable {
    var image_id: Int
    var caption: String
  }

  /// Writes arrays that fit, but for those given.
  private func writeArrays(_ others: [String: [Float]]) throws {
    let values: [String: [Float]] = [
      "train_captions": [1, 4, 2, 1, 5, 2], "train_image_idxs": [0, 1],
      "train_features": [0, 2, 2, 3], "val_captions": [1, 5, 2, 0, 1, 4, 5, 2, 1, 4, 2, 0],
      "val_image_idxs": [2, 1, 2], "val_features": [5, 6, 0, 1, 2, 2],
    ]
    let columns = [
      "train_captions": 3, "train_features": 2, "val_captions": 4, "val_features": 2,
    ]
    var arrays = Safetensors(tensors: [:])
    for (name, values) in values.merging(others, uniquingKeysWith: { $1 }) {
      let shape = columns[name].map { [values.count / $0, $0] } ?? [values.count]
      arrays.tensors[name] = try Tensor(values, shape: shape)
    }
    try arrays.write(to: file("arrays"))
    let words = (Vocabulary.specialTokens + ["a", "cat"]).map { "\"\($0)\"" }
    try Data("{\"idx_to_word\": [\(words.joined(separator: ","))]}".utf8)
      .write(to: file("vocabulary.json"))
  }

  private func train(_ data: String, _ more: String...) throws -> Run {
    try studio(
      ["train", "--cell", "rnn", "--epochs", "2", "--hidden", "8", "--embedding", "4", "--data"]
        + [data, "--output", "model"] + more)
  }
}
