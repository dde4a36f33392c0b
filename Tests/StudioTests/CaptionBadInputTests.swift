import Captions
import Exercises
import Foundation
import SceneEncoding
import TensorFiles
import Tensors
import Training
import XCTest

final class CaptionBadInputTests: StudioTestCase {
  override func setUpWithError() throws {
    try super.setUpWithError()
    let run = try studio("draw", "--scenes", "4", "--output", ".")
    XCTAssertEqual(run.status, 0, run.errors)
  }

  func testACaptionFileThatIsNotOneIsNamed() throws {
    expectError(try train(captions: "nothing.json"), "nothing.json", "no such file")
    expectError(try train(captions: "train"), "train", "is a folder")
    try write("bad.json", "{\"images\": [")
    expectError(try train(captions: "bad.json"), "bad.json", "not JSON")
    try write("bad.json", #"{"images": [{"id": 1, "file_name": "a"}], "annotations": []}"#)
    expectError(try train(captions: "bad.json"), "bad.json", "no captions")
    try write(
      "bad.json", #"{"images": [], "annotations": [{"id": 1, "image_id": 3, "caption": "x"}]}"#)
    expectError(try train(captions: "bad.json"), "bad.json", "image 3", "not in “images”")
  }

  func testAMissingFolderOrPictureIsNamed() throws {
    expectError(try train(images: "nowhere"), "nowhere", "no such folder")
    try FileManager.default.removeItem(at: file("train/000003.png"))
    expectError(try train(), "000003.png", "no such file")
  }

  func testADamagedPictureIsNamed() throws {
    let picture = file("train/000002.png")
    try Data(contentsOf: picture).prefix(100).write(to: picture)
    expectError(try train(), "000002.png", "damaged or truncated")
    try write("train/000002.png", "no picture")
    expectError(try train(), "000002.png", "not a PNG or JPEG")
  }

  func testWeightsThatAreNotSqueezeNetsAreNamed() throws {
    expectError(try train("--weights", "none"), "none", "no such file")
    try Safetensors(tensors: ["features.0.weight": .zeros([64, 3, 3, 4])]).write(to: file("wrong"))
    expectError(try train("--weights", "wrong"), "wrong", "features.0.weight")
    try Data(contentsOf: file("wrong")).dropLast(8).write(to: file("short"))
    expectError(try train("--weights", "short"), "short")
  }

  func testAnOutputThatCannotBeWrittenIsRefusedAtOnce() throws {
    expectError(try train(output: "no/model"), "no/model", "cannot be written")
    expectError(try train(output: "train"), "train", "cannot be written", "folder")
    expectError(try train("--log", "no/log"), "no/log", "cannot be written")
  }

  func testOutputsReplaceNeitherInputsNorOneAnotherNorDevices() throws {
    expectError(try train(output: "train.json"), "train.json", "read and written")
    expectError(try train("--log", "model"), "model", "written twice")
    expectError(try train("--checkpoint", "model"), "model", "written twice")
    expectError(try train("--plot", "/dev/null"), "/dev/null", "a device")
    try FileManager.default.createSymbolicLink(
      at: file("link"), withDestinationURL: file("elsewhere"))
    expectError(try train("--log", "link"), "link", "a link")
    try model(.scenes, featureSize: SceneEncoder.featureCount).write(to: file("m"))
    expectError(
      try studio("caption", "--model", "m", "--json", "m", "val/000001.png"), "read and written")
    expectError(
      try studio("evaluate", "--results", "r", "--captions", "c", "--json", "r"),
      "read and written")
  }

  func testAModelOfWhatIsNoNumberIsNeitherWrittenNorRead() throws {
    // One step whose result is infinite, and no further one to notice it.
    let run = try train("--learning-rate", "1e38", "--batch", "1000")
    expectError(run, "iteration", "try a smaller --learning-rate")
    var bad = model(.scenes, featureSize: SceneEncoder.featureCount)
    bad.parameters.bias[0] = .nan
    try bad.write(to: file("m"))
    expectError(try studio("caption", "--model", "m", "val/000001.png"), "m", "bias", "no numbers")
  }

  func testAModelIsKeptThoughItsPlotCannotBeWritten() throws {
    let run = try studio(
      "train", "--cell", "rnn", "--captions", "train.json", "--images", "train", "--output", "m",
      "--epochs", "1", "--hidden", "8", "--embedding", "4", "--plot",
      String(repeating: "p", count: 300))
    expectError(run, "cannot be written: File name too long")
    XCTAssertNoThrow(try CaptionerModel(contentsOf: file("m")))
  }

  func testPicturesThatAreBothTrainedOnAndValidatedWithAreTold() throws {
    let run = try studio(
      "train", "--cell", "rnn", "--captions", "train.json", "--images", "train", "--output", "m",
      "--epochs", "1", "--hidden", "8", "--embedding", "4", "--validation", "val.json")
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertTrue(run.errors.contains("warning: 1 pictures to validate with"), run.errors)
    XCTAssertTrue(run.errors.contains("000001.png"), run.errors)
  }

  func testWrongOptionsAreUsageErrors() throws {
    for option in [
      ["--epochs", "0"], ["--learning-rate", "0"], ["--cell", "gru"], ["--hidden", "x"],
      ["--hidden", "1000000"], ["--epochs", "9223372036854775807"], ["--forget-bias", "1"],
    ] {
      XCTAssertEqual(try train(option).status, 64)
    }
    XCTAssertEqual(try studio("caption", "--model", "m").status, 64)
  }

  func testAModelThatIsNotOneIsNamed() throws {
    let picture = "val/000001.png"
    expectError(try studio("caption", "--model", "none", picture), "none", "no such file")
    try write("text", "no model")
    expectError(try studio("caption", "--model", "text", picture), "text", "safetensors")
    try Safetensors(tensors: ["x": .zeros([2])]).write(to: file("other"))
    expectError(
      try studio("caption", "--model", "other", picture), "other", "not a captioner's model")
  }

  func testAModelAndWeightsMustGoTogether() throws {
    try model(.squeezeNet, featureSize: 512).write(to: file("m"))
    expectError(try studio("caption", "--model", "m", "val/000001.png"), "m", "--weights")
    try model(.scenes, featureSize: 5).write(to: file("m"))
    expectError(
      try studio("caption", "--model", "m", "--weights", "w", "val/000001.png"), "own encoder"
    )
    expectError(try studio("caption", "--model", "m", "val/000001.png"), "m", "5 features")
  }

  func testAPictureThatIsNotOneIsNamed() throws {
    try model(.scenes, featureSize: SceneEncoder.featureCount).write(to: file("m"))
    expectError(try studio("caption", "--model", "m", "none.png"), "none.png", "no such file")
    expectError(try studio("caption", "--model", "m", "train.json"), "train.json", "not a PNG")
  }

  private func model(_ encoder: CaptionerModel.Encoder, featureSize: Int) -> CaptionerModel {
    let vocabulary = Vocabulary(captions: [["a"]])
    var generator = SeededGenerator(seed: 1)
    return CaptionerModel(
      cell: .rnn, encoder: encoder, vocabulary: vocabulary, maximumLength: 4,
      featureMean: .zeros([featureSize]), featureDeviation: .ones([featureSize]),
      parameters: CaptionerParameters(
        cell: .rnn, featureSize: featureSize, embeddingSize: 3, hiddenSize: 4,
        vocabularySize: vocabulary.count, using: &generator))
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: file(name))
  }

  private func train(
    captions: String = "train.json", images: String = "train", output: String = "model",
    _ more: String...
  ) throws -> Run { try train(captions: captions, images: images, output: output, more) }

  /// Trains, and fails when there is an output afterwards.
  private func train(
    captions: String = "train.json", images: String = "train", output: String = "model",
    _ more: [String]
  ) throws -> Run {
    let run = try studio(
      ["train", "--cell", "rnn", "--captions", captions, "--images", images, "--output", output]
        + ["--epochs", "1", "--hidden", "8", "--embedding", "4"] + more)
    XCTAssertFalse(exists("model"), "a failed run left its output")
    return run
  }
}
