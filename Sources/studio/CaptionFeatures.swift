import Captions
import Foundation
import Images
import Kernels
import Networks
import Pretrained
import SceneEncoding
import Synchronization
import Tensors
import Terminal
import Training

extension CaptionerModel.Encoder {
  /// Says on standard error where pictures are seen by what was made for drawn ones.
  func tellIfForScenes() {
    guard self == .scenes else { return }
    printError("no --weights: pictures are seen by the kit's encoder for drawn scenes")
  }
}

/// Turns pictures into what a captioner sees.
struct FeatureExtractor: Sendable {
  /// Height and width of the pictures that SqueezeNet was trained on.
  private static let side = 224

  let encoder: CaptionerModel.Encoder
  private let network: Network

  private enum Network {
    case squeezeNet(ConvolutionalNetwork<Float>)
    case scenes(SceneEncoder)
  }

  /// SqueezeNet where there are weights for it, otherwise the encoder of drawn scenes.
  /// - Throws: `StudioError` for weights of another network, and for weights that are not complete.
  init(weights: String?) throws {
    if let weights {
      encoder = .squeezeNet
      network = .squeezeNet(try Self.squeezeNet(PublishedWeights.file(weights)))
    } else {
      encoder = .scenes
      network = .scenes(try SceneEncoder.bundled())
    }
  }

  private static func squeezeNet(_ file: URL) throws -> ConvolutionalNetwork<Float> {
    let network = try ConvolutionalNetwork<Float>(contentsOf: file)
    guard network.architecture == .squeezeNet1_1 else {
      throw StudioError(
        "\(file.path): has weights of \(network.architecture.rawValue); expected those of "
          + "squeezenet1_1, which `backprop weights fetch squeezenet1_1` gets")
    }
    do {
      // What is missing shows at the first picture: better at one that nobody waits for.
      _ = try network.pooledFeatures(.zeros([1, 3, side, side]))
    } catch {
      throw StudioError("\(file.path): \(error)")
    }
    return network
  }

  /// The features of every picture, `[N, D]`; shows how far it is.
  func features(of files: [URL]) throws -> Tensor<Float> {
    try .stacking(results(of: files).map { try $0.get() })
  }

  /// The features `[D]` of every picture or why there are none, in the order of the files; shows how
  /// far it is.
  func results(of files: [URL]) -> [Result<Tensor<Float>, any Error>] {
    features(of: files, done: ProgressCounter(of: files.count, "pictures").step)
  }

  /// The features `[D]` of every picture or why there are none, in the order of the files. Every
  /// core works on a picture of its own, from the file to the features: for networks as small as
  /// SqueezeNet that is faster than all cores on one picture.
  /// - Parameter done: Called whenever a picture is done, from any thread.
  func features(
    of files: [URL], done: () -> Void
  ) -> [Result<Tensor<Float>, any Error>] {
    let results = Mutex([Result<Tensor<Float>, any Error>?](repeating: nil, count: files.count))
    let next = Atomic(0)
    Parallel.forEachRange(of: Parallel.pieceCount) { _ in
      while case let index = next.wrappingAdd(1, ordering: .relaxed).oldValue, index < files.count {
        let result = Result { try features(of: readPicture(files[index])) }
        results.withLock { $0[index] = result }
        done()
      }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  private func features(of image: Image) throws -> Tensor<Float> {
    switch network {
    case .squeezeNet(let network):
      let square = try image.centreSquare(Self.side, of: Self.side)
      return try network.pooledFeatures(ImageNet.normalized(square.expandingAxis(at: 0)))
        .squeezingAxis(at: 0)
    case .scenes(let encoder):
      let side = SceneEncoder.pictureSide
      let picture = image.resized(width: side, height: side)
      return try encoder.features(picture.pixels.expandingAxis(at: 0)).squeezingAxis(at: 0)
    }
  }
}
