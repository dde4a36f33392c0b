import Foundation
import TensorFiles
import Tensors

/// Features on their way into one file: shards of some pictures each, each written whole or not at
/// all, so that a process may be killed at any moment and another goes on.
struct FeatureShards {
  /// Of each of its pictures the features `[D]`, or why it could not be read.
  typealias Shard = [Result<Tensor<Float>, Unreadable>]

  struct Unreadable: Error {
    var reason: String
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
      case let positions = 0..<range(number).count, failures.keys.allSatisfy(positions.contains),
      features.shape.count == 2, features.shape[0] + failures.count == positions.count,
      var rows = try? features.unstacked()[...]
    else { return nil }
    return positions.map { position in
      failures[position].map { .failure(Unreadable(reason: $0)) } ?? .success(rows.removeFirst())
    }
  }

  func write(_ shard: Shard, _ number: Int) throws {
    var failures: [Int: String] = [:]
    for case (let position, .failure(let failure)) in shard.enumerated() {
      failures[position] = failure.reason
    }
    let rows = shard.compactMap { try? $0.get() }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try Safetensors(
      tensors: ["features": rows.isEmpty ? .zeros([0, 0]) : .stacking(rows)],
      metadata: ["failures": String(decoding: try encoder.encode(failures), as: UTF8.self)]
    ).write(to: file(number))
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
        for row in shard {
          guard case .success(let features) = row else { continue }
          try features.withUnsafeElements { try handle.write(contentsOf: Data(buffer: $0)) }
        }
      }
      try handle.synchronize()
    } catch {
      throw StudioError("\(file.path): cannot be written: \(systemReason(error))")
    }
  }
}
