import Foundation
import Networks
import TensorFiles
import Tensors

extension ConvolutionalNetwork {
  /// The network whose weights a safetensors, `.pth` or `.npz` file holds, by torchvision's names: its
  /// architecture is recognised by them.
  /// - Throws: `TensorFileError`, naming the file, when it cannot be read or holds other weights.
  public init(contentsOf file: URL, pooling: Pooling = .max) throws {
    let weights = try WeightFile.tensors(at: file)
    guard let architecture = Architecture(weightShapes: weights.mapValues(\.shape)) else {
      let known = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
      throw TensorFileError(
        file,
        "holds no weights of a network that is known here: expected those of \(known) by "
          + "torchvision's names, beginning with “features.0.weight”")
    }
    do {
      try self.init(architecture, weights: weights, pooling: pooling)
    } catch {
      throw TensorFileError(file, "\(error)")
    }
  }
}
