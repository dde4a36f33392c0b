import Captions
import Foundation
import TensorFiles
import Tensors

/// The arrays of CS231n's captioning assignment: pictures as features, captions as words' numbers.
struct CourseArrays {
  /// `[M, D]`.
  let features: Tensor<Float>
  /// The captions' words.
  let words: [[String]]
  /// Which row of the features each caption describes.
  let pictures: [Int]
  let vocabulary: Vocabulary

  /// - Parameters:
  ///   - path: A safetensors or `.npz` file, or a folder of such, with `train_captions [N, T]`,
  ///     `train_image_idxs [N]`, `train_features [M, D]` (and likewise `val_…`), and the list
  ///     `idx_to_word` in a JSON file beside it or in the `.npz` file.
  ///   - part: Which arrays are meant; what else there is may be anything.
  ///   - limit: The most captions to take.
  init(_ path: String, part: TrainingData.Part, limit: Int? = nil) throws {
    let files = try Self.files(path)
    let names = ["captions", "image_idxs", "features"].map { "\(part.rawValue)_\($0)" }
    let arrays = try NamedArrays(path, files, names)
    let captions = try arrays.array(names[0], dimensions: 2)
    let numbers = try arrays.array(names[1], dimensions: 1).elements
    features = try arrays.array(names[2], dimensions: 2)
    guard captions.shape[0] == numbers.count else {
      throw StudioError(
        "\(path): \(names[1]) has \(numbers.count) numbers; expected one for each of the "
          + "\(captions.shape[0]) rows of \(names[0])")
    }
    if let place = features.elements.firstIndex(where: { !$0.isFinite }) {
      throw StudioError(
        "\(path): row \(place / features.shape[1]) of \(names[2]) has \(features.elements[place]); "
          + "expected finite numbers")
    }
    let vocabulary = try Self.vocabulary(path, files)
    self.vocabulary = vocabulary
    let (rows, pictureCount) = (0..<min(limit ?? .max, numbers.count), features.shape[0])
    pictures = try rows.map { row in
      try arrays.index(numbers[row], below: pictureCount, "rows of \(names[2])", names[1], row)
    }
    words = try rows.map { row in
      vocabulary.decode(
        try captions[row].elements.map {
          try arrays.index($0, below: vocabulary.count, "words of idx_to_word", names[0], row)
        })
    }
  }

  /// The same in COCO's manner: a picture's name and number are its row.
  var captionedImages: CaptionedImages {
    CaptionedImages(
      images: (0..<features.shape[0]).map { .init(id: $0, fileName: "\($0)") },
      annotations: zip(words, pictures).enumerated().map {
        .init(id: $0, imageID: $1.1, caption: $1.0.joined(separator: " "))
      })
  }

  private static func files(_ path: String) throws -> [URL] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw StudioError("\(path): there is no such folder; make one with `studio prepare`")
    }
    guard isFolder(path) else { return [URL(fileURLWithPath: path)] }
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

  /// The `idx_to_word` of the first JSON file beside the arrays that has one, or of an `.npz` file.
  private static func vocabulary(_ path: String, _ files: [URL]) throws -> Vocabulary {
    let folder = files[0].deletingLastPathComponent()
    let beside = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasSuffix(".json") }.map { folder.appendingPathComponent($0) }
    for file in beside + files {
      let words: [String]? =
        switch file.pathExtension {
        case "json": try? Self.words(inJSON: file)
        case "npz": try NumPyFile.strings(inNPZ: file, named: "idx_to_word")
        default: nil
        }
      guard let words, !words.isEmpty else { continue }
      guard let vocabulary = Vocabulary(words: words) else {
        throw StudioError(
          "\(file.path): idx_to_word must begin with \(Vocabulary.specialTokens) and have no word "
            + "twice")
      }
      return vocabulary
    }
    throw StudioError(
      "\(path): there is no “idx_to_word”, the words by number, in a JSON file beside the arrays or "
        + "as an array of text in an .npz file")
  }

  private static func words(inJSON file: URL) throws -> [String] {
    var words: [String] = []
    try JSONReader.read(Data(contentsOf: file)) { reader in
      try reader.object { reader, name in
        guard name == "idx_to_word" else { return }
        try reader.array { words.append(try $0.string()) }
      }
    }
    return words
  }
}

/// Arrays of some files by name.
private struct NamedArrays {
  private let path: String
  private var arrays: [String: Tensor<Float>] = [:]

  init(_ path: String, _ files: [URL], _ names: [String]) throws {
    self.path = path
    for file in files {
      arrays.merge(try WeightFile(contentsOf: file, where: names.contains).tensors) { first, _ in
        first
      }
    }
  }

  func array(_ name: String, dimensions: Int) throws -> Tensor<Float> {
    guard let array = arrays[name], array.shape.count == dimensions else {
      throw StudioError(
        "\(path): has no array “\(name)” of \(dimensions) dimensions; expected a folder of "
          + "`studio prepare`, or train_captions, train_image_idxs and train_features (and val_…)")
    }
    return array
  }

  /// A number of an array's row as an index of `things`.
  func index(
    _ number: Float, below count: Int, _ things: String, _ array: String, _ row: Int
  ) throws -> Int {
    guard let index = Int(exactly: number), 0..<count ~= index else {
      throw StudioError(
        "\(path): row \(row) of \(array) has the number "
          + (Int(exactly: number).map(String.init) ?? "\(number)")
          + "; expected whole ones from 0 to \(count - 1), those of the \(things)")
    }
    return index
  }
}
