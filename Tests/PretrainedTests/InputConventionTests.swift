import Foundation
import Networks
import Pretrained
import TensorFiles
import Tensors
import XCTest

final class InputConventionTests: XCTestCase {
  func testCaffesConventionFoldedIntoTheWeightsIsTheSameNetwork() throws {
    var random = SeededGenerator(seed: 8)
    let weight = Tensor<Float>.randomNormal(
      [64, 3, 3, 3], standardDeviation: 0.01, using: &random)
    let bias = Tensor<Float>.randomNormal([64], using: &random)
    let network = try ConvolutionalNetwork<Float>(
      .vgg19, weights: ["features.0.weight": weight, "features.0.bias": bias],
      inputConvention: .bgr)
    let pixels = Tensor<Float>.randomUniform([1, 3, 33, 35], using: &random)
    // By hand: blue, green, red from 0 to 255 minus their means, with zeros around.
    let planes = try (0..<3).map { try pixels[.all, 2 - $0] }
    let means = try Tensor<Float>([103.939, 116.779, 123.68], shape: [3, 1, 1])
    let raw = try Tensor.stacking(planes, axis: 1) * 255 - means
    let expected = try ConvolutionReLU(weight: weight, bias: bias, padding: 1).forward(raw)
    let normalized = try ImageNet.normalized(pixels)
    let actual = try XCTUnwrap(network.features(normalized, layers: [0]).values[0])
    XCTAssertLessThan(try (actual - expected).absolute().max(), 1e-4 * expected.max())
  }

  func testTheFileSaysHowPicturesArePrepared() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("convention-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let tensors: [String: Tensor<Float>] = [
      "features.0.weight": .ones([64, 3, 3, 3]), "features.0.bias": .zeros([64]),
    ]
    for (text, expected) in [
      ("bgr, [0,255], mean 103.939 116.779 123.68", InputConvention.bgr), ("rgb, [0,1]", .rgb),
      (nil, .rgb),
    ] as [(String?, InputConvention)] {
      let file = folder.appendingPathComponent("weights.safetensors")
      try Safetensors(tensors: tensors, metadata: text.map { ["preprocessing": $0] } ?? [:])
        .write(to: file)
      XCTAssertEqual(
        try ConvolutionalNetwork<Float>(contentsOf: file).inputConvention, expected)
      XCTAssertEqual(
        try ConvolutionalNetwork<Float>(contentsOf: file, inputConvention: .bgr).inputConvention,
        .bgr)
    }
  }
}
