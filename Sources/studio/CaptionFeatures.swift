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
  private let network: SqueezeNet<Float>?

  /// SqueezeNet where there are weights for it, histograms otherwise.
  init(weights: String?) throws {
    encoder = weights == nil ? .histograms : .squeezeNet
    network = try weights.map { try SqueezeNet(contentsOf: URL(fileURLWithPath: $0)) }
  }

  /// The features of every picture, `[N, D]`.
  func features(of files: [URL], progress: ProgressLine) throws -> Tensor<Float> {
    var progress = progress
    let rows = try files.enumerated().map { number, file in
      let row = try features(of: Image(contentsOf: file))
      progress.show(
        "looked at \(number + 1) of \(files.count) pictures", isLast: number + 1 == files.count)
      return row
    }
    return try .stacking(rows)
  }

  private func features(of image: Image) throws -> Tensor<Float> {
    guard let network else { return Tensor(PictureHistograms.features(of: image)) }
    let resized = image.resized(shortestSide: Self.side)
    let (top, left) = ((resized.height - Self.side) / 2, (resized.width - Self.side) / 2)
    let square = try resized.pixels[.all, top..<top + Self.side, left..<left + Self.side]
    return try network.pooledFeatures(ImageNet.normalized(square.expandingAxis(at: 0)))
      .squeezingAxis(at: 0)
  }
}

/// How far a command has come, on standard error: one line that changes on a terminal, a line every
/// few seconds elsewhere.
struct ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) != 0
  private var shown = Date.distantPast

  mutating func show(_ text: String, isLast: Bool = false) {
    let now = Date()
    guard isLast || now.timeIntervalSince(shown) > (isTerminal ? 0.1 : 5) else { return }
    shown = now
    let line = isTerminal ? "\r\u{1B}[K\(text)" + (isLast ? "\n" : "") : text + "\n"
    FileHandle.standardError.write(Data(line.utf8))
  }
}

/// Refuses an output file that could not be written, before any work is done for it.
func requireWritable(_ path: String) throws {
  let file = URL(fileURLWithPath: path)
  let folder = file.deletingLastPathComponent().path
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
    throw CaptioningError("\(path): cannot be written: it is a folder; name a file")
  }
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue
  else { throw CaptioningError("\(path): cannot be written: there is no folder \(folder)") }
  guard FileManager.default.isWritableFile(atPath: folder) else {
    throw CaptioningError("\(path): cannot be written: no permission to write in \(folder)")
  }
}
