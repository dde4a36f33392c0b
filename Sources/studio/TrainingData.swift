import Captions
import Foundation
import Tensors

/// The captions to train on and the pictures they describe.
struct TrainingData {
  let vocabulary: Vocabulary
  /// The captions' words.
  let words: [[String]]
  /// As numbers, `[N, T + 1]`.
  let encoded: Tensor<Int>
  /// Which of `files` each caption describes, `[N]`.
  let pictures: Tensor<Int>
  let files: [URL]

  /// - Parameters:
  ///   - captions: A file in COCO's format.
  ///   - images: The folder of its pictures.
  ///   - limit: The most captions to take (`CaptionedImages.selection`).
  ///   - minimumCount: Words that are rarer become `<UNK>`.
  init(captions: String, images: String, limit: Int?, minimumCount: Int) throws {
    let source = try CaptionedImages(contentsOf: URL(fileURLWithPath: captions))
    let folder = URL(fileURLWithPath: images, isDirectory: true)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: images, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw StudioError(
        "\(images): there is no such folder; --images names the folder of the pictures")
    }

    let selected = source.selection(limit: limit).map { source.annotations[$0] }
    words = selected.map { Tokenizer.words(of: $0.caption) }
    let names = Dictionary(
      source.images.map { ($0.id, $0.fileName) }, uniquingKeysWith: { first, _ in first })
    var places: [Int: Int] = [:]
    var files: [URL] = []
    pictures = Tensor(
      selected.map { annotation in
        if let place = places[annotation.imageID] { return place }
        places[annotation.imageID] = files.count
        files.append(folder.appendingPathComponent(names[annotation.imageID] ?? ""))
        return files.count - 1
      })
    self.files = files
    vocabulary = Vocabulary(captions: words, minimumCount: minimumCount)
    encoded = vocabulary.encode(words)
  }
}
