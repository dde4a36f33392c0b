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
    let parts = exercises.parts.silencingUnknown(parameters)
    var said: [[String]] = []
    for start in stride(from: 0, to: pictures.count, by: batchSize) {
      let some = try pictures[start..<min(start + batchSize, pictures.count)]
      let numbers = try greedyCaptions(
        features: captions.features.gathering(some), parameters: parameters,
        maximumLength: maximumLength, parts: parts)
      said += try numbers.unstacked().map { vocabulary.decode($0.elements) }
    }
    return CaptionerTrainer.Validation(
      loss: try captions.loss(of: parameters, exercises, batchSize: batchSize),
      cider: CaptionScores(candidates: said, references: references).ciderD)
  }
}
