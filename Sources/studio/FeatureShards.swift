import Foundation
import TensorFiles
import Tensors

/// Features on their way into one file: shards of some pictures each, each written whole or not at
/// all, so that a process may be killed at any moment and another goes on.
struct FeatureShards {
  struct Shard {
    /// `[n, D]` of the pictures that could be read, in order.
    var features: Tensor<Float>
    /// The positions of the others among the shard's pictures, and why they could not.
    var failures: [Int: String]
  }

  let folder: URL
  /// How many pictures there are, and how many make a shard.
  let pictures, size: Int

  var count: Int { (pictures + size - 1) / size }

  /// The pictures of a shard.
  func range(_ number: Int) -> Range<Int> { number * size..<min((number + 1) * size, pictures) }

  /// A shard that was written; nil where there is none, or one that is damaged or of other pictures.
  func read(_ number: Int) -> Shard? {
    guard let contents = try? Safetensors(contentsOf: file(number)),
      let features = contents.tensors["features"],
      let text = contents.metadata["failures"],
      let failures = try? JSONDecoder().decode([Int: String].self, from: Data(text.utf8)),
      features.shape.count == 2, features.shape[0] + failures.count == range(number).count
    else { return nil }
    return Shard(features: features, failures: failures)
  }

  func write(_ shard: Shard, _ number: Int) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let failures = String(decoding: try encoder.encode(shard.failures), as: UTF8.self)
    try Safetensors(tensors: ["features": shard.features], metadata: ["failures": failures])
      .write(to: file(number))
  }

  private func file(_ number: Int) -> URL {
    folder.appendingPathComponent(String(format: "%06d.safetensors", number))
  }

  /// Merges all shards into one file; only one shard is in memory at a time.
  /// - Parameter rows: How many pictures could be read.
  func merge(into file: URL, rows: Int, columns: Int, metadata: [String: String]) throws {
    let size = rows * columns * MemoryLayout<Float>.size
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var header = Data("{\"__metadata__\":".utf8)
    header.append(try encoder.encode(metadata))
    header.append(
      contentsOf:
        ",\"features\":{\"data_offsets\":[0,\(size)],\"dtype\":\"F32\",\"shape\":[\(rows),\(columns)]}}"
        .utf8)
    header.append(Data(repeating: 0x20, count: (8 - header.count % 8) % 8))
    do {
      try Data().write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      defer { try? handle.close() }
      try handle.write(
        contentsOf: withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) })
      try handle.write(contentsOf: header)
      for number in 0..<count {
        guard let shard = read(number) else { throw StudioError("shard \(number) is gone") }
        try shard.features.withUnsafeElements { try handle.write(contentsOf: Data(buffer: $0)) }
      }
      try handle.synchronize()
    } catch {
      throw StudioError("\(file.path): cannot be written: \(error)")
    }
  }
}
