import A4StyleTransfer
import Foundation
import Images
import Networks
import Pretrained
import Tensors
import XCTest

/// Whether filters learned from two pictures serve, judged by a network that was not asked.
final class LearnedFiltersPaintingTests: StudioTestCase {
  private struct Judgement {
    /// Distance from the content at SqueezeNet's layer 3, and the style loss of the layers 1, 4, 6
    /// and 7.
    var distance, style: Float
  }

  private func judge(
    _ image: URL, content: URL, style: URL, by network: ConvolutionalNetwork<Float>
  ) throws -> Judgement {
    func features(_ file: URL) throws -> [Int: Tensor<Float>] {
      let pixels = try Image(contentsOf: file).resized(shortestSide: 96).pixels
      return try network.features(
        ImageNet.normalized(pixels).expandingAxis(at: 0), layers: [1, 3, 4, 6, 7]
      ).values
    }
    let (painted, content, style) = (
      try features(image), try features(content), try features(style)
    )
    var judgement = Judgement(distance: 0, style: 0)
    judgement.distance =
      try (XCTUnwrap(painted[3]) - XCTUnwrap(content[3])).squared().sum()
    for (layer, weight) in [(1, Float(3e5)), (4, 1e3), (6, 15), (7, 3)] {
      let difference =
        try gramMatrix(XCTUnwrap(painted[layer]), normalized: true)
        - gramMatrix(XCTUnwrap(style[layer]), normalized: true)
      judgement.style += weight * difference.squared().sum()
    }
    return judgement
  }

  func testSqueezeNetSeesMoreOfTheStyleAndOfTheContentThanWithRandomWeights() throws {
    let content = try sharedData("style/tubingen_192.png")
    let style = try sharedData("style/starry_night_192.png")
    let network = try ConvolutionalNetwork<Float>(
      contentsOf: sharedData("weights/squeezenet1_1.safetensors"))
    func painted(_ name: String, _ options: String...) throws -> Judgement {
      let run = try studio(
        [
          "style", content.path, style.path, "--output", name, "--size", "96", "--style-size", "96",
          "--iterations", "60", "--optimizer", "lbfgs",
        ] + options)
      XCTAssertEqual(run.status, 0, run.errors)
      return try judge(file(name), content: content, style: style, by: network)
    }
    let learned = try painted("learned.png", "--content-weight", "300")
    let random = try painted("random.png", "--weights", "random")
    XCTAssertLessThan(learned.distance, random.distance)
    XCTAssertLessThan(learned.style, 0.7 * random.style)
  }
}
