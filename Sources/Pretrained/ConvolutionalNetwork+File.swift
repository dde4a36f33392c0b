import Foundation
import Networks
import TensorFiles
import Tensors

extension ConvolutionalNetwork {
  /// The network whose weights a safetensors, `.pth` or `.npz` file holds, by torchvision's names: its
  /// architecture is recognised by them.
  /// - Parameter inputConvention: How the pictures were prepared that it was trained on; nil for what
  ///   the file says, and torchvision's where it says nothing.
  /// - Throws: `TensorFileError`, naming the file, when it cannot be read or holds other weights.
  public init(
    contentsOf file: URL, pooling: Pooling = .max, inputConvention: InputConvention? = nil
  ) throws {
    let contents = try WeightFile(contentsOf: file)
    let weights = contents.tensors
    guard let architecture = Architecture(weightShapes: weights.mapValues(\.shape)) else {
      let known = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
      throw TensorFileError(
        file,
        "holds no weights of a network that is known here: expected those of \(known) by "
          + "torchvision's names, beginning with “features.0.weight”")
    }
    do {
      try self.init(
        architecture, weights: weights, pooling: pooling,
        inputConvention: inputConvention ?? contents.inputConvention ?? .rgb)
    } catch {
      throw TensorFileError(file, "\(error)")
    }
  }
}

extension WeightFile {
  /// What the file says of how pictures were prepared, in its metadata under “preprocessing”; nil where
  /// it says nothing.
  public var inputConvention: InputConvention? {
    guard let text = metadata["preprocessing"]?.lowercased() else { return nil }
    return InputConvention.allCases.first { text.hasPrefix($0.rawValue) }
  }
}
