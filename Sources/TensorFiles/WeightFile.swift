import Foundation
import Tensors

/// Weights by name in any file the kit can read, whatever its name ends in.
public enum WeightFile {
  /// The tensors of a safetensors file, of NumPy's `.npz` or of a PyTorch file (`.pth`, `.pt`,
  /// `.bin`), told apart by how the file begins.
  /// - Throws: `TensorFileError` when it cannot be read or is none of them.
  public static func tensors(at file: URL) throws -> [String: Tensor<Float>] {
    let data = try contents(of: file)
    if PyTorchFile.isLegacy(data) { return try PyTorchFile.tensors(in: data, file) }
    if data.starts(with: Array("PK".utf8)) {
      let entries = try ZipArchive.entries(of: data, file)
      return PyTorchFile.pickle(among: entries) == nil
        ? try NumPyFile.arrays(inNPZ: file)
        : try PyTorchFile.archive(entries, fileSize: data.count, file)
    }
    // A safetensors file has its header's length in 8 bytes, then the header in JSON.
    guard data.dropFirst(8).first == UInt8(ascii: "{") else {
      throw TensorFileError(
        file, "is no file of weights: neither safetensors nor .npz nor PyTorch’s .pth")
    }
    return try Safetensors(contentsOf: file).tensors
  }
}
