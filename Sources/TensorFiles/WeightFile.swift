import Foundation
import Tensors

/// Weights by name in any file the kit can read, whatever its name ends in.
public struct WeightFile: Sendable {
  public enum Format: String, Sendable {
    case safetensors
    case npz = "NumPy .npz"
    case pyTorch = "PyTorch .pth"
    case legacyPyTorch = "PyTorch .pth of before version 1.6"
  }

  public let tensors: [String: Tensor<Float>]
  /// What a safetensors file says of itself; empty for others.
  public let metadata: [String: String]
  public let format: Format

  /// Reads a safetensors file, NumPy's `.npz` or a PyTorch file (`.pth`, `.pt`, `.bin`), told apart by
  /// how the file begins.
  /// - Parameter isNeeded: Which tensors to keep. What else there is in an `.npz` file may be anything.
  /// - Throws: `TensorFileError` when it cannot be read or is none of them.
  public init(
    contentsOf file: URL, where isNeeded: (_ name: String) -> Bool = { _ in true }
  ) throws {
    let data = try contents(of: file)
    let all: [String: Tensor<Float>]
    if PyTorchFile.isLegacy(data) {
      (all, metadata) = (try PyTorchFile.tensors(in: data, file), [:])
      format = .legacyPyTorch
    } else if data.starts(with: Array("PK".utf8)) {
      let entries = try ZipArchive.entries(of: data, file)
      let isArrays = PyTorchFile.pickle(among: entries) == nil
      all =
        isArrays
        ? try NumPyFile.arrays(inNPZ: file, where: isNeeded)
        : try PyTorchFile.archive(entries, fileSize: data.count, file)
      (metadata, format) = ([:], isArrays ? .npz : .pyTorch)
    } else {
      // A safetensors file has its header's length in 8 bytes, then the header in JSON.
      guard data.dropFirst(8).first == UInt8(ascii: "{") else {
        throw TensorFileError(
          file, "is no file of weights: neither safetensors nor .npz nor PyTorch’s .pth")
      }
      let contents = try Safetensors(contentsOf: file)
      (all, metadata, format) = (contents.tensors, contents.metadata, .safetensors)
    }
    tensors = all.filter { isNeeded($0.key) }
  }

  /// The tensors alone.
  public static func tensors(at file: URL) throws -> [String: Tensor<Float>] {
    try WeightFile(contentsOf: file).tensors
  }
}
