import A2RNNCaptioning
import Captions
import Exercises
import Tensors
import Training

/// Pictures that a captioner is judged by while it learns from others.
struct ValidationPictures {
  let captions: CaptionSet
  private let vocabulary: Vocabulary
  /// How long the captions may get, `<END>` included.
  private let maximumLength: Int
  /// The numbers of the pictures, in the order in which they are scored.
  private let pictures: Tensor<Int>
  private let references: [[[String]]]

  /// - Parameter words: Those of every caption, also the ones that the vocabulary lacks.
  init(_ captions: CaptionSet, words: [[String]], vocabulary: Vocabulary, maximumLength: Int) {
    (self.captions, self.vocabulary) = (captions, vocabulary)
    self.maximumLength = maximumLength
    let rows = Dictionary(grouping: captions.pictures.elements.indices) {
      captions.pictures.elements[$0]
    }.sorted { $0.key < $1.key }
    pictures = Tensor(rows.map(\.key))
    references = rows.map { $0.value.map { words[$0] } }
  }

  /// Judges a captioner by its loss and by its greedy captions.
  func validation(
    of parameters: CaptionerParameters<Float>, _ exercises: CaptionerExercises, batchSize: Int
  ) throws -> CaptionerTrainer.Validation {
    var said: [[String]] = []
    for start in stride(from: 0, to: pictures.count, by: batchSize) {
      let some = try pictures[start..<min(start + batchSize, pictures.count)]
      let numbers = try greedyCaptions(
        features: captions.features.gathering(some), parameters: parameters,
        maximumLength: maximumLength, parts: exercises.parts)
      said += try numbers.unstacked().map { vocabulary.decode($0.elements) }
    }
    return CaptionerTrainer.Validation(
      loss: try captions.loss(of: parameters, exercises, batchSize: batchSize),
      cider: CaptionScores(candidates: said, references: references).ciderD)
  }
}

extension CaptionSet {
  /// Some of the captions.
  func selecting(_ rows: [Int]) throws -> CaptionSet {
    let rows = Tensor(rows)
    return try CaptionSet(
      features: features, captions: captions.gathering(rows), pictures: pictures.gathering(rows))
  }

  /// The captions of some pictures and those of all others, as positions.
  /// - Parameter share: How many of the pictures, chosen by the seed; at least one each way.
  func rows(holdingOut share: Double, seed: UInt64) throws -> (training: [Int], held: [Int]) {
    var generator = SeededGenerator(seed: seed)
    let numbers = Set(pictures.elements).sorted().shuffled(using: &generator)
    guard numbers.count > 1 else {
      throw StudioError("--hold-out needs at least two pictures, not \(numbers.count)")
    }
    let count = min(max(1, Int((share * Double(numbers.count)).rounded())), numbers.count - 1)
    let chosen = Set(numbers.prefix(count))
    let rows = pictures.elements.indices
    return (
      rows.filter { !chosen.contains(pictures.elements[$0]) },
      rows.filter { chosen.contains(pictures.elements[$0]) }
    )
  }
}
