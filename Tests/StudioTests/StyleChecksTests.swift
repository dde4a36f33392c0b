import A4StyleTransfer
import Foundation
import Images
import Networks
import Pretrained
import TensorFiles
import Tensors
import XCTest

/// The exercises of A4 on real features, against check values computed elsewhere in double
/// precision.
final class StyleChecksTests: StudioTestCase {
  private func features(_ image: Tensor<Double>, _ layers: Set<Int>) throws -> [Int: Tensor<Double>]
  {
    let network = try ConvolutionalNetwork<Double>(
      contentsOf: sharedData("weights/squeezenet1_1.safetensors"))
    return try network.features(image, layers: layers).values
  }

  private func picture(_ name: String) throws -> Tensor<Double> {
    let image = try Image(contentsOf: sharedData("style/\(name)_192.png"))
    return try ImageNet.normalized(image.pixels.cast(to: Double.self)).expandingAxis(at: 0)
  }

  private func expected(_ name: String) throws -> Tensor<Double> {
    let file = try sharedData("style/squeezenet1_1-style-checks.npz")
    return try XCTUnwrap(NumPyFile.arrays(inNPZ: file, as: Double.self)[name])
  }

  func testContentStyleAndVariationOfRealPicturesAreTheCheckValues() throws {
    guard ProcessInfo.processInfo.environment["EXERCISES"] == "solutions" else {
      throw XCTSkip("built from Assignments/, whose exercises throw; set EXERCISES=solutions")
    }
    let photograph = try picture("tubingen")
    let layers = [1, 4, 6, 7]
    let ofPhotograph = try features(photograph, Set(layers + [3]))
    let ofPainting = try features(picture("starry_night"), Set(layers + [5]))
    let ofNothing = try features(.zeros(like: photograph), [3])

    let content = try contentLoss(
      XCTUnwrap(ofNothing[3]), target: XCTUnwrap(ofPhotograph[3]), weight: 6e-2)
    XCTAssertEqual(try content.loss / expected("cl_out").scalar(), 1, accuracy: 1e-6)

    let style = try styleLoss(
      layers.map { try XCTUnwrap(ofPhotograph[$0]) },
      targets: layers.map { try gramMatrix(XCTUnwrap(ofPainting[$0])) },
      weights: [300_000, 1000, 15, 3], parts: gramParts())
    XCTAssertEqual(try style.loss / expected("sl_out").scalar(), 1, accuracy: 1e-6)

    let gram = try gramMatrix(XCTUnwrap(ofPainting[5]))
    XCTAssertLessThan(try (gram - expected("gm_out")).absolute().max(), 1e-6)

    let variation = try totalVariationLoss(photograph, weight: 2e-2)
    XCTAssertEqual(try variation.loss / expected("tv_out").scalar(), 1, accuracy: 1e-6)
  }
}
