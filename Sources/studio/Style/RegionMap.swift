import Foundation
import Images
import Tensors

/// Which part of a picture belongs to which region: a picture painted in up to eight colours, black,
/// white, red, green, blue, yellow, magenta and cyan; any other colour counts as the nearest of them,
/// so that soft edges and JPEG do no harm.
struct RegionMap: Sendable {
  /// Red, green and blue above one half, as the bits 4, 2 and 1.
  typealias Region = UInt8

  private let width, height: Int
  private let regions: [Region]
  /// The regions with the share of the picture that each has; specks are left out.
  let shares: [Region: Float]
  private static let speck: Float = 0.002

  /// - Throws: `ImageError` where the file is no picture.
  init(contentsOf file: URL) throws { self.init(try readPicture(file)) }

  init(_ image: Image) {
    (width, height) = (image.width, image.height)
    let plane = width * height
    regions = image.pixels.withUnsafeElements { pixels in
      (0..<plane).map { i in
        (pixels[i] > 0.5 ? 4 : 0) | (pixels[plane + i] > 0.5 ? 2 : 0)
          | (pixels[2 * plane + i] > 0.5 ? 1 : 0)
      }
    }
    var counts: [Region: Int] = [:]
    for region in regions { counts[region, default: 0] += 1 }
    shares = counts.mapValues { Float($0) / Float(plane) }.filter { $0.value >= Self.speck }
  }

  static func name(_ region: Region) -> String {
    ["black", "blue", "green", "cyan", "red", "magenta", "yellow", "white"][Int(region)]
  }

  /// The region as a mask for features of a layer, `[1, 1, height, width]`; nil where the region is
  /// the whole picture.
  ///
  /// It is scaled so that the mean of its squares is 1: a Gram matrix divided by the layer's size
  /// is then that of the region alone, however large the region is. Source: Gatys et al.,
  /// "Controlling perceptual factors in neural style transfer", CVPR 2017, arXiv:1611.07865,
  /// section 4.1.
  func mask(of region: Region, height: Int, width: Int) throws -> Tensor<Float>? {
    if shares[region] == 1 { return nil }
    let plane = self.width * self.height
    let pixels = Tensor<Float>(unsafeUninitializedShape: [3, self.height, self.width]) { out in
      for i in 0..<3 * plane { out[i] = regions[i % plane] == region ? 1 : 0 }
    }
    let resized = try Image(pixels: pixels).resized(width: width, height: height).pixels
    let mask: Tensor<Float> = try resized[0..<1].expandingAxis(at: 0)
    let meanSquare = mask.squared().mean()
    return meanSquare > 0 ? mask / meanSquare.squareRoot() : mask
  }
}
