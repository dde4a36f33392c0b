import Captions
import Foundation
import TensorFiles
import Tensors
import Training

/// Data whose features are there already.
extension TrainingData {
  /// Reads what `studio prepare` made, or the arrays of CS231n's captioning assignment.
  ///
  /// - Parameters:
  ///   - path: A folder of `studio prepare`; or a safetensors or `.npz` file, or a folder of such,
  ///     with `train_captions [N, T]`, `train_image_idxs [N]`, `train_features [M, D]` (and likewise
  ///     `val_…`) and a JSON file beside it with `idx_to_word`.
  ///   - part: Which arrays of the assignment are meant.
  ///   - limit: The most captions to take.
  ///   - minimumCount: Words that are rarer become `<UNK>`; nil takes the vocabulary that is there.
  init(prepared path: String, part: Part, limit: Int?, minimumCount: Int?) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw StudioError("\(path): there is no such folder; make one with `studio prepare`")
    }
    let folder = PreparedFolder(path: path)
    if isFolder.boolValue, let settings = try folder.readSettings() {
      try self.init(folder, settings, limit: limit, minimumCount: minimumCount)
    } else {
      try self.init(
        arraysIn: path, isFolder: isFolder.boolValue, part: part, limit: limit,
        minimumCount: minimumCount)
    }
  }

  private init(
    _ folder: PreparedFolder, _ settings: PreparedFolder.Settings, limit: Int?, minimumCount: Int?
  ) throws {
    let (source, features, encoder, weights) = try folder.read()
    let (words, pictures) = Self.captions(
      source.selection(limit: limit), of: source, among: source.images)
    let known = try? JSONDecoder().decode(
      Vocabulary.self, from: Data(contentsOf: folder.vocabulary))
    guard minimumCount != nil || known != nil else {
      throw StudioError("\(folder.vocabulary.path): is no vocabulary; run `studio prepare` again")
    }
    self.init(
      words: words, pictures: pictures,
      vocabulary: minimumCount.map { Vocabulary(captions: words, minimumCount: $0) }
        ?? known ?? Vocabulary(captions: words),
      // Of few captions only words that all of them have often enough would be left.
      minimumCount: minimumCount ?? (limit == nil ? settings.minimumCount : nil),
      source: .features(features, encoder, weights: weights))
  }

  private init(
    arraysIn path: String, isFolder: Bool, part: Part, limit: Int?, minimumCount: Int?
  ) throws {
    let files = try Self.arrayFiles(path, isFolder: isFolder)
    let arrays = try files.reduce(into: [String: Tensor<Float>]()) { arrays, file in
      arrays.merge(try WeightFile.tensors(at: file)) { first, _ in first }
    }
    func array(_ name: String, dimensions: Int) throws -> Tensor<Float> {
      let name = "\(part.rawValue)_\(name)"
      guard let array = arrays[name], array.shape.count == dimensions else {
        throw StudioError(
          "\(path): has no array “\(name)” of \(dimensions) dimensions; expected a folder of "
            + "`studio prepare`, or train_captions, train_image_idxs and train_features (and val_…)"
        )
      }
      return array
    }
    let captions = try array("captions", dimensions: 2)
    let numbers = try array("image_idxs", dimensions: 1).elements
    let features = try array("features", dimensions: 2)
    guard captions.shape[0] == numbers.count,
      numbers.allSatisfy({ $0 >= 0 && Int($0) < features.shape[0] })
    else {
      throw StudioError(
        "\(path): \(part.rawValue)_image_idxs must have a row of \(part.rawValue)_features for each "
          + "of the \(captions.shape[0]) captions")
    }
    let known = try Self.vocabulary(beside: path, isFolder: isFolder)
    let count = min(limit ?? .max, numbers.count)
    let words = try (0..<count).map { known.decode(try captions[$0].elements.map { Int($0) }) }
    self.init(
      words: words, pictures: numbers.prefix(count).map { Int($0) },
      vocabulary: minimumCount.map { Vocabulary(captions: words, minimumCount: $0) } ?? known,
      minimumCount: minimumCount, source: .features(features, .given, weights: ""))
  }

  private static func arrayFiles(_ path: String, isFolder: Bool) throws -> [URL] {
    guard isFolder else { return [URL(fileURLWithPath: path)] }
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted().filter {
      $0.hasSuffix(".npz") || $0.hasSuffix(".safetensors")
    }
    guard !names.isEmpty else {
      throw StudioError(
        "\(path): was not made by `studio prepare` and has no .npz or .safetensors file")
    }
    return names.map { folder.appendingPathComponent($0) }
  }

  /// The `idx_to_word` of the first JSON file that has one.
  private static func vocabulary(beside path: String, isFolder: Bool) throws -> Vocabulary {
    let file = URL(fileURLWithPath: path)
    let folder = isFolder ? file : file.deletingLastPathComponent()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".json") {
      let data = try Data(contentsOf: folder.appendingPathComponent(name))
      var words: [String] = []
      do {
        try JSONReader.read(data) { reader in
          try reader.object { reader, name in
            guard name == "idx_to_word" else { return }
            try reader.array { words.append(try $0.string()) }
          }
        }
      } catch { continue }
      if words.isEmpty { continue }
      guard let vocabulary = Vocabulary(words: words) else {
        throw StudioError(
          "\(folder.path)/\(name): idx_to_word must begin with \(Vocabulary.specialTokens) and have "
            + "no word twice")
      }
      return vocabulary
    }
    throw StudioError("\(folder.path): has no JSON file with “idx_to_word”, the words by number")
  }
}
