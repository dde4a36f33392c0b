import Captions
import Foundation
import Tensors
import Terminal
import Training

/// The captions to train on and the pictures they describe.
struct TrainingData {
  /// What the data are for.
  enum Part: String {
    case train, val

    /// The parts of a Karpathy split that are meant.
    var splits: [String] { self == .train ? ["train", "restval"] : ["val"] }
  }

  /// What is there of the pictures.
  enum Pictures {
    case files([URL])
    /// `[P, D]`, what they were made by and a hash of its weights.
    case features(Tensor<Float>, CaptionerModel.Encoder, weights: String)
  }

  let vocabulary: Vocabulary
  /// How often the vocabulary's words occur at least, where that is known.
  let minimumCount: Int?
  /// The captions' words.
  let words: [[String]]
  /// As numbers, `[N, T + 1]`.
  let encoded: Tensor<Int>
  /// Which of `source`'s pictures each caption describes, `[N]`.
  let pictures: Tensor<Int>
  let source: Pictures

  init(
    words: [[String]], pictures: [Int], vocabulary: Vocabulary, minimumCount: Int?,
    source: Pictures
  ) {
    (self.words, self.vocabulary, self.source) = (words, vocabulary, source)
    self.minimumCount = minimumCount
    self.pictures = Tensor(pictures)
    encoded = vocabulary.encode(words)
  }

  /// - Parameters:
  ///   - captions: A caption file.
  ///   - images: The folder of its pictures.
  ///   - part: Which pictures to take of a file that says to which part each belongs.
  ///   - limit: The most captions to take (`CaptionedImages.selection`).
  ///   - minimumCount: Words that are rarer become `<UNK>`.
  init(captions: String, images: String, part: Part, limit: Int?, minimumCount: Int) throws {
    let source = try Self.read(captions, part)
    guard isFolder(images) else {
      throw StudioError(
        "\(images): there is no such folder; --images names the folder of the pictures")
    }
    // Only pictures that a caption was taken of are looked at.
    let selected = source.selection(limit: limit)
    let described = Set(selected.map { source.annotations[$0].imageID })
    let order = source.images.filter { described.contains($0.id) }
    let (words, pictures) = Self.captions(selected, of: source, among: order)
    let files = PictureFinder(folders: [images])
    self.init(
      words: words, pictures: pictures,
      vocabulary: Vocabulary(captions: words, minimumCount: minimumCount),
      minimumCount: minimumCount,
      source: .files(order.map { files.place($0.fileName) }))
  }

  /// Reads a caption file; of a Karpathy split only what is for the given part.
  private static func read(_ captions: String, _ part: Part) throws -> CaptionedImages {
    let source = try CaptionedImages(contentsOf: URL(fileURLWithPath: captions))
    guard !source.splits.isEmpty else { return source }
    let chosen = source.filter { $0.split.map(part.splits.contains) ?? false }
    guard !chosen.annotations.isEmpty else {
      let known = source.splits.map { "\($0.name) (\($0.pictures) pictures)" }
      throw StudioError(
        "\(captions): has no captions of the split \(part.splits.joined(separator: " or ")), but "
          + "the splits \(known.joined(separator: ", ")); give a file with such pictures, or take "
          + "others with `studio prepare --split` and --data")
    }
    return chosen
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

  /// The pictures' files that both have.
  func pictures(sharedWith other: TrainingData) -> [URL] {
    guard case .files(let files) = source, case .files(let others) = other.source else {
      return []
    }
    let own = Set(files.map(\.standardizedFileURL))
    return others.filter { own.contains($0.standardizedFileURL) }
  }

  /// The features of the pictures, `[P, D]`, and what they were made by.
  /// - Parameter weights: Those of the network, where there are no features yet.
  func features(
    _ weights: String?
  ) throws -> (features: Tensor<Float>, encoder: CaptionerModel.Encoder) {
    switch source {
    case .features(let features, let encoder, _): return (features, encoder)
    case .files(let files):
      let extractor = try FeatureExtractor(weights: weights)
      return (try extractor.features(of: files), extractor.encoder)
    }
  }

  /// A hash of the weights that the features were made by; nil where there are none yet.
  var weights: String? {
    if case .features(_, _, let weights) = source { weights } else { nil }
  }
}

extension TrainingData {
  /// The captions of some pictures and those of all others. Nothing of what is held out counts in
  /// the vocabulary.
  /// - Parameter share: How many of the pictures, chosen by the seed; at least one each way.
  func holdingOut(
    _ share: Double, seed: UInt64
  ) throws -> (training: TrainingData, held: TrainingData) {
    var generator = SeededGenerator(seed: seed)
    let numbers = Set(pictures.elements).sorted().shuffled(using: &generator)
    guard numbers.count > 1 else {
      throw StudioError("--hold-out needs at least two pictures, not \(numbers.count)")
    }
    let count = min(max(1, Int((share * Double(numbers.count)).rounded())), numbers.count - 1)
    let chosen = Set(numbers.prefix(count))
    let rows = pictures.elements.indices
    let training = rows.filter { !chosen.contains(pictures.elements[$0]) }
    let known = Set(vocabulary.words)
    let vocabulary = Vocabulary(
      captions: training.map { words[$0].filter(known.contains) },
      minimumCount: minimumCount ?? 1)
    return (
      selecting(training, vocabulary),
      selecting(rows.filter { chosen.contains(pictures.elements[$0]) }, vocabulary)
    )
  }

  private func selecting(_ rows: [Int], _ vocabulary: Vocabulary) -> TrainingData {
    TrainingData(
      words: rows.map { words[$0] }, pictures: rows.map { pictures.elements[$0] },
      vocabulary: vocabulary, minimumCount: minimumCount, source: source)
  }
}
