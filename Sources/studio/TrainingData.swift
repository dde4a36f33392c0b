import Captions
import Foundation
import Tensors
import Terminal
import Training

/// The captions to train on and the pictures they describe.
struct TrainingData {
  /// What is there of the pictures.
  enum Pictures {
    case files([URL])
    /// `[P, D]`, and what they were made by.
    case features(Tensor<Float>, CaptionerModel.Encoder)
  }

  let vocabulary: Vocabulary
  /// The captions' words.
  let words: [[String]]
  /// As numbers, `[N, T + 1]`.
  let encoded: Tensor<Int>
  /// Which of `source`'s pictures each caption describes, `[N]`.
  let pictures: Tensor<Int>
  let source: Pictures

  init(words: [[String]], pictures: [Int], vocabulary: Vocabulary, source: Pictures) {
    (self.words, self.vocabulary, self.source) = (words, vocabulary, source)
    self.pictures = Tensor(pictures)
    encoded = vocabulary.encode(words)
  }

  /// - Parameters:
  ///   - captions: A caption file.
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
    // Only pictures that a caption was taken of are looked at.
    let selected = source.selection(limit: limit)
    let described = Set(selected.map { source.annotations[$0].imageID })
    let order = source.images.filter { described.contains($0.id) }
    let (words, pictures) = Self.captions(selected, of: source, among: order)
    self.init(
      words: words, pictures: pictures,
      vocabulary: Vocabulary(captions: words, minimumCount: minimumCount),
      source: .files(order.map { folder.appendingPathComponent($0.fileName) }))
  }

  /// The words of some captions, by position, and the places of their pictures in a list.
  static func captions(
    _ positions: [Int], of source: CaptionedImages, among images: [CaptionedImages.Picture]
  ) -> (words: [[String]], pictures: [Int]) {
    let places = Dictionary(
      images.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let selected = positions.map { source.annotations[$0] }
    return (
      selected.map { Tokenizer.words(of: $0.caption) },
      selected.map { places[$0.imageID] ?? 0 }
    )
  }

  /// The features of the pictures, `[P, D]`, and what they were made by.
  /// - Parameter weights: Those of the network, where there are no features yet.
  func features(
    _ weights: String?
  ) throws -> (features: Tensor<Float>, encoder: CaptionerModel.Encoder) {
    switch source {
    case .features(let features, let encoder): return (features, encoder)
    case .files(let files):
      let extractor = try FeatureExtractor(weights: weights)
      return (try extractor.features(of: files, progress: ProgressBar()), extractor.encoder)
    }
  }
}
