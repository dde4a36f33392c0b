import Captions
import Foundation
import Images
import Networks
import Pretrained
import Tensors
import Training

/// Turns pictures into what a captioner sees.
struct FeatureExtractor {
  /// Height and width of the pictures that SqueezeNet was trained on.
  private static let side = 224

  let encoder: CaptionerModel.Encoder
  private let network: ConvolutionalNetwork<Float>?

  /// SqueezeNet where there are weights for it, histograms otherwise.
  init(weights: String?) throws {
    encoder = weights == nil ? .histograms : .squeezeNet
    network = try weights.map { try ConvolutionalNetwork(contentsOf: URL(fileURLWithPath: $0)) }
  }

  /// The features of every picture, `[N, D]`.
  func features(of files: [URL], progress: ProgressLine) throws -> Tensor<Float> {
    var progress = progress
    let rows = try files.enumerated().map { number, file in
      let row = try features(of: readPicture(file))
      progress.show(
        "looked at \(number + 1) of \(files.count) pictures", isLast: number + 1 == files.count)
      return row
    }
    return try .stacking(rows)
  }

  private func features(of image: Image) throws -> Tensor<Float> {
    guard let network else { return Tensor(PictureHistograms.features(of: image)) }
    let square = try image.centreSquare(Self.side, of: Self.side)
    return try network.pooledFeatures(ImageNet.normalized(square.expandingAxis(at: 0)))
      .squeezingAxis(at: 0)
  }
}
