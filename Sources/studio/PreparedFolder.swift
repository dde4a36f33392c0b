import Captions
import Foundation
import TensorFiles
import Tensors
import Training

/// The folder that `studio prepare` makes: features and captions of pictures.
///
/// Row i of `features [M, D]` in `features.safetensors` is of picture i of `captions.json`.
struct PreparedFolder {
  /// What the features depend on; a second run must agree with the first.
  struct Settings: Codable, Equatable {
    var format = "backprop prepared captions 1"
    /// Hashes of the two files' bytes; weights are empty where there are none.
    var captions, weights: String
    var encoder: String
    /// The parts of the data set, where the file has parts.
    var splits: [String]
    /// Folders in which pictures are looked for.
    var images: [String]
    /// How many pictures there are and how many stand in a shard.
    var pictures, shardSize: Int
    var isComplete = false
    /// What the vocabulary was made with; it may change from run to run.
    var minimumCount: Int?

    /// What differs from settings that came before, in words; nil for nothing.
    func difference(from earlier: Settings) -> String? {
      if format != earlier.format { return "another version of this program" }
      if captions != earlier.captions { return "another caption file (its bytes differ)" }
      if weights != earlier.weights { return "other weights (their bytes differ)" }
      if encoder != earlier.encoder { return "another encoder, \(earlier.encoder)" }
      if splits != earlier.splits {
        return earlier.splits.isEmpty
          ? "no --split" : "--split \(earlier.splits.joined(separator: " "))"
      }
      if images != earlier.images { return "--images \(earlier.images.joined(separator: " "))" }
      if shardSize != earlier.shardSize { return "--save-every \(earlier.shardSize)" }
      return nil
    }
  }

  let path: String

  var settings: URL { file("prepared.json") }
  var features: URL { file("features.safetensors") }
  var captions: URL { file("captions.json") }
  var vocabulary: URL { file("vocabulary.json") }
  var unreadable: URL { file("unreadable.txt") }
  /// Where everything is written first; gone when the folder is complete.
  var unfinished: URL { file("unfinished") }

  private func file(_ name: String) -> URL {
    URL(fileURLWithPath: path, isDirectory: true).appendingPathComponent(name)
  }

  /// Writes one of the folder's files; it appears whole or not at all, and what a process leaves that
  /// is killed lies in `unfinished`.
  func write(_ file: URL, _ body: (URL) throws -> Void) throws {
    let draft = unfinished.appendingPathComponent(file.lastPathComponent)
    // Nothing half written keeps its room on a disk that is full.
    defer { try? FileManager.default.removeItem(at: draft) }
    try body(draft)
    guard rename(draft.path, file.path) == 0 else {
      throw StudioError("\(file.path): cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  /// The settings of an earlier run; nil where there was none.
  /// - Throws: `StudioError` where the file is not one.
  func readSettings() throws -> Settings? {
    guard let data = FileManager.default.contents(atPath: settings.path) else { return nil }
    do {
      return try JSONDecoder().decode(Settings.self, from: data)
    } catch {
      throw StudioError("\(settings.path): is not what `studio prepare` writes; remove the folder")
    }
  }
}

extension PreparedFolder {
  /// What is there of the pictures: their captions, features `[M, D]`, what those were made by and a
  /// hash of its weights.
  /// - Throws: `StudioError` where the folder is not complete or the files do not fit.
  func read() throws -> (
    captions: CaptionedImages, features: Tensor<Float>, encoder: CaptionerModel.Encoder,
    weights: String
  ) {
    guard let settings = try readSettings() else {
      throw StudioError("\(path): was not made by `studio prepare`; make such a folder with it")
    }
    guard settings.isComplete, let encoder = CaptionerModel.Encoder(rawValue: settings.encoder)
    else {
      throw StudioError("\(path): is not complete; run `studio prepare` again to go on")
    }
    let source = try CaptionedImages(contentsOf: captions)
    let rows = try Safetensors(contentsOf: features).tensors["features"]
    guard let rows, rows.shape.count == 2, rows.shape[0] == source.images.count else {
      throw StudioError(
        "\(features.path): has not one row for each of the \(source.images.count) pictures; "
          + "prepare them again")
    }
    return (source, rows, encoder, settings.weights)
  }
}

/// A hash of a file's bytes, to tell whether it is the same file: FNV-1a of 64 bits over words of 8
/// bytes. Source: http://www.isthe.com/chongo/tech/comp/fnv/
func fingerprint(of path: String) throws -> String {
  guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) else {
    throw StudioError("\(path): cannot be read")
  }
  let hash = data.withUnsafeBytes { bytes in
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(bytes.count)
    func add(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
    var position = 0
    while position + 8 <= bytes.count {
      add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
      position += 8
    }
    for byte in bytes[position...] { add(UInt64(byte)) }
    return hash
  }
  return String(hash, radix: 16)
}
