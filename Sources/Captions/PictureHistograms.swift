import Foundation
import Images
import Tensors

/// What can be said of a picture without any trained network: for each part of a grid over it how
/// much there is of each hue, and of edges in each direction.
///
/// Enough to tell the shapes of drawn scenes apart, not for photographs. Source: Dalal, Triggs,
/// "Histograms of Oriented Gradients for Human Detection", CVPR 2005, DOI 10.1109/CVPR.2005.177.
public enum PictureHistograms {
  /// How many numbers describe a picture.
  public static let count = 2 * bins * cells * cells

  private static let bins = 12
  private static let cells = 3
  /// Every picture is brought to this height and width first.
  private static let side = 64

  /// The description of a picture, `count` numbers: sums over each cell of chroma by hue and of edge
  /// strength by direction, `[2, bins, cells, cells]` in one row.
  public static func features(of image: Image) -> [Float] {
    let isRightSize = image.width == side && image.height == side
    let picture = isRightSize ? image : image.resized(width: side, height: side)
    let plane = side * side
    let pixels = picture.pixels.elements
    var histograms = [Float](repeating: 0, count: count)
    var saturation = [Float](repeating: 0, count: plane)
    for index in 0..<plane {
      let (r, g, b) = (pixels[index], pixels[plane + index], pixels[2 * plane + index])
      saturation[index] = max(r, g, b) - min(r, g, b)
      // The hue is the direction of the color seen along the grey axis.
      add(
        r - (g + b) / 2, Float(3).squareRoot() / 2 * (g - b), at: index, to: &histograms, offset: 0)
    }
    for y in 1..<side - 1 {
      for x in 1..<side - 1 {
        // Sobel's operator.
        func value(_ dx: Int, _ dy: Int) -> Float { saturation[(y + dy) * side + x + dx] }
        let right = value(1, -1) + 2 * value(1, 0) + value(1, 1)
        let left = value(-1, -1) + 2 * value(-1, 0) + value(-1, 1)
        let below = value(-1, 1) + 2 * value(0, 1) + value(1, 1)
        let above = value(-1, -1) + 2 * value(0, -1) + value(1, -1)
        add(
          right - left, below - above, at: y * side + x, to: &histograms,
          offset: bins * cells * cells)
      }
    }
    return histograms
  }

  /// Adds the length of the vector (x, y) to the two bins nearest to its direction.
  private static func add(
    _ x: Float, _ y: Float, at index: Int, to histograms: inout [Float], offset: Int
  ) {
    let length = (x * x + y * y).squareRoot()
    guard length > 0 else { return }
    let turn = Float(atan2(Double(y), Double(x)) / (2 * .pi)) + 1
    let position = turn * Float(bins)
    let share = position - position.rounded(.down)
    let bin = Int(position)
    let cell = (index / side * cells / side) * cells + index % side * cells / side
    histograms[offset + bin % bins * cells * cells + cell] += length * (1 - share)
    histograms[offset + (bin + 1) % bins * cells * cells + cell] += length * share
  }
}
