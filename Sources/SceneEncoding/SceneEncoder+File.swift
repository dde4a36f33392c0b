import Foundation
import Networks
import TensorFiles
import Tensors

extension SceneEncoder {
  /// Reads an encoder.
  /// - Throws: `TensorFileError`, naming the file, when it cannot be read or holds other weights.
  public init(contentsOf file: URL) throws {
    let contents = try Safetensors(contentsOf: file)
    do {
      try self.init(weights: contents.tensors)
    } catch {
      throw TensorFileError(
        file, "is no encoder of scenes (\(error)); make one with `studio train-encoder`")
    }
  }

  /// Writes the encoder in half precision, all of it or nothing.
  /// - Throws: `TensorFileError` when it cannot be written.
  public func write(to file: URL) throws {
    try Safetensors(tensors: weights).write(to: file, .half)
  }

  /// The encoder that comes with the kit, made by `studio train-encoder`.
  /// - Throws: `TensorFileError` where it is missing beside the program.
  public static func bundled() throws -> SceneEncoder {
    let name = "scene-encoder"
    guard let file = Bundle.module.url(forResource: name, withExtension: "safetensors") else {
      throw TensorFileError(
        Bundle.module.bundleURL.appendingPathComponent(name + ".safetensors"),
        "is missing, though it is built with the program; build it again with `swift build`")
    }
    return try SceneEncoder(contentsOf: file)
  }
}
