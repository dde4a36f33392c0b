import Foundation
import Networks
import TensorFiles
import Tensors

extension SqueezeNet {
  /// The network with the weights of a safetensors file, by torchvision's names.
  /// - Throws: `TensorFileError`, naming the file, when it cannot be read or holds other weights.
  public init(contentsOf file: URL) throws {
    let weights = try Safetensors(contentsOf: file).tensors
    do {
      try self.init(weights: weights)
    } catch {
      throw TensorFileError(file, "\(error)")
    }
  }
}
