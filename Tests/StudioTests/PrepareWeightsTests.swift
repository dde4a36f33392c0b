import Captions
import Foundation
import Images
import Networks
import Pretrained
import TensorFiles
import Tensors
import XCTest

/// Which weights `studio prepare` sees pictures by.
final class PrepareWeightsTests: StudioTestCase {
  override func setUpWithError() throws {
    try super.setUpWithError()
    try Image(pixels: .ones([3, 20, 24])).writePNG(to: file("1.png"))
    try CaptionedImages(
      images: [.init(id: 1, fileName: "1.png")],
      annotations: [.init(id: 1, imageID: 1, caption: "White.")]
    ).write(to: file("captions.json"))
  }

  func testThePublishedNameOfFetchedWeightsMeansTheirFile() throws {
    environment["XDG_CACHE_HOME"] = file("cache").path
    expectError(try prepare("out", "squeezenet1_1"), "backprop weights fetch squeezenet1_1")
    XCTAssertFalse(exists("out"))
    let name = try PublishedWeights.named("squeezenet1_1").fileName
    try FileManager.default.createDirectory(
      at: file("cache/backprop"), withIntermediateDirectories: true)
    try writeWeights("cache/backprop/\(name)", of: .squeezeNet1_1)
    let run = try prepare("out", "squeezenet1_1")
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertEqual(
      try prepare("out", "cache/backprop/\(name)").status, 0, "the same weights by their path")
  }

  func testWeightsOfAnotherNetworkAndIncompleteOnesAreRefusedBeforeTheFolderIsMade() throws {
    try writeWeights("vgg", of: .vgg16)
    expectError(try prepare("out", "vgg"), "vgg", "weights of vgg16", "squeezenet1_1")
    try writeWeights("short", of: .squeezeNet1_1, leavingOut: 1)
    expectError(try prepare("out", "short"), "short", "features.12.expand3x3")
    XCTAssertFalse(exists("out"))
  }

  func testTrainingAndValidationDataByDifferentWeightsAreRefused() throws {
    for (number, name) in ["a", "b"].enumerated() {
      try writeWeights("weights-\(name)", of: .squeezeNet1_1, value: 0.01 * Float(number + 1))
      let run = try prepare(name, "weights-\(name)")
      XCTAssertEqual(run.status, 0, run.errors)
    }
    let train = ["train", "--cell", "rnn", "--epochs", "1", "--hidden", "4", "--output", "model"]
    expectError(
      try studio(train + ["--data", "a", "--validation", "b"]), "--validation", "other weights")
    XCTAssertEqual(try studio(train + ["--data", "a", "--validation", "a"]).status, 0)
  }

  // MARK: -

  /// Writes weights that are all the same; without the last layers where so many are left out.
  private func writeWeights(
    _ name: String, of architecture: Architecture, value: Float = 0.01, leavingOut count: Int = 0
  ) throws {
    var tensors: [String: Tensor<Float>] = [:]
    for (name, shape) in architecture.convolutionShapes.dropLast(count) {
      tensors[name + ".weight"] = Tensor(repeating: value, shape: shape)
      tensors[name + ".bias"] = .zeros([shape[0]])
    }
    try Safetensors(tensors: tensors).write(to: file(name))
  }

  private func prepare(_ output: String, _ weights: String) throws -> Run {
    try studio(
      "prepare", "--captions", "captions.json", "--images", ".", "--weights", weights, "--output",
      output)
  }
}
