import Captions
import Exercises
import Foundation
import TensorFiles
import Tensors
import Training
import XCTest

final class CaptionerModelTests: XCTestCase {
  private var file = URL(fileURLWithPath: "")

  override func setUpWithError() throws {
    file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    addTeardownBlock { [file] in try? FileManager.default.removeItem(at: file) }
  }

  func testAModelComesBackAsItWas() throws {
    for cell in RecurrentCell.allCases {
      let model = model(cell)
      try model.write(to: file)
      XCTAssertEqual(try CaptionerModel(contentsOf: file), model)
    }
  }

  func testTheForgetBiasIsThatOfAnLSTMsForgetGatesAlone() {
    for (cell, expected) in [
      (RecurrentCell.lstm, [0, 0, 1, 1, 0, 0, 0, 0]), (.rnn, [0, 0]),
    ] as [(RecurrentCell, [Float])] {
      var generator = SeededGenerator(seed: 1)
      let parameters = CaptionerParameters<Float>(
        cell: cell, featureSize: 5, embeddingSize: 3, hiddenSize: 2, vocabularySize: 7,
        forgetBias: 1, using: &generator)
      XCTAssertEqual(parameters.bias.elements, expected)
    }
  }

  func testFeaturesAreStandardized() throws {
    let features = try model(.rnn).standardized(Tensor(rows: [[5, 5, 5, 5, 5]]))
    for (feature, expected) in zip(features.elements, [2, 1.75, 1.5, 1.25, 1] as [Float]) {
      XCTAssertEqual(feature, expected, accuracy: 1e-6)
    }
  }

  func testADamagedModelIsRefusedWithAReason() throws {
    try expectError("no tensor “bias”") { $0.tensors["bias"] = nil }
    try expectError("hiddenWeight") { $0.tensors["hiddenWeight"] = .zeros([4, 15]) }
    try expectError("featureMean") { $0.tensors["featureMean"] = .zeros([2, 5]) }
    try expectError("featureDeviation") { $0.tensors["featureDeviation"] = .zeros([4]) }
    try expectError("embedding") { $0.metadata["vocabulary"] = Self.words(["a"]) }
    try expectError("metadata") { $0.metadata["vocabulary"] = "[]" }
    try expectError("metadata") { $0.metadata["cell"] = "gru" }
    try expectError("metadata") { $0.metadata["encoder"] = nil }
    try expectError("metadata") { $0.metadata["maximumLength"] = "0" }
    try expectError("trained on histograms") { $0.metadata["encoder"] = "histograms" }
    try expectError("not a captioner's model") { $0.metadata = [:] }
    // An RNN's weights do not make an LSTM.
    try expectError("hiddenWeight") { $0.metadata["cell"] = "rnn" }
  }

  private static func words(_ words: [String]) -> String {
    let data = (try? JSONEncoder().encode(Vocabulary(captions: [words]))) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  private func expectError(
    _ words: String, line: UInt = #line, _ damage: (inout Safetensors) -> Void
  ) throws {
    try model(.lstm).write(to: file)
    var contents = try Safetensors(contentsOf: file)
    damage(&contents)
    try contents.write(to: file)
    XCTAssertThrowsError(try CaptionerModel(contentsOf: file), line: line) {
      XCTAssertTrue("\($0)".hasPrefix("\(file.path): "), "\($0)", line: line)
      XCTAssertTrue("\($0)".contains(words), "\($0)", line: line)
    }
  }

  private func model(_ cell: RecurrentCell) -> CaptionerModel {
    let vocabulary = Vocabulary(captions: [["a", "“circle”", "n't"]])
    var generator = SeededGenerator(seed: 1)
    return CaptionerModel(
      cell: cell, encoder: .scenes, vocabulary: vocabulary, maximumLength: 9,
      featureMean: .arange(5), featureDeviation: Tensor([2.5, 16.0 / 7, 2, 1.6, 1]),
      parameters: CaptionerParameters(
        cell: cell, featureSize: 5, embeddingSize: 3, hiddenSize: 4,
        vocabularySize: vocabulary.count, using: &generator))
  }
}
