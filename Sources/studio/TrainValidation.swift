import A2RNNCaptioning
import Captions
import Exercises
import Tensors
import Training

/// Pictures that a captioner is judged by while it learns from others.
struct ValidationPictures {
  let captions: CaptionSet
  let vocabulary: Vocabulary
  /// How long the captions may get, `<END>` included.
  let maximumLength: Int

  /// Judges a captioner by its loss.
  func validation(
    of parameters: CaptionerParameters<Float>, _ exercises: CaptionerExercises, batchSize: Int
  ) throws -> CaptionerTrainer.Validation {
    CaptionerTrainer.Validation(
      loss: try captions.loss(of: parameters, exercises, batchSize: batchSize))
  }
}

extension CaptionSet {
  /// The captions of some pictures and those of all others.
  /// - Parameter share: How many of the pictures, chosen by the seed; at least one each way.
  func holdingOut(_ share: Double, seed: UInt64) throws -> (training: CaptionSet, held: CaptionSet)
  {
    var generator = SeededGenerator(seed: seed)
    let numbers = Set(pictures.elements).sorted().shuffled(using: &generator)
    guard numbers.count > 1 else {
      throw StudioError("--hold-out needs at least two pictures, not \(numbers.count)")
    }
    let count = min(max(1, Int((share * Double(numbers.count)).rounded())), numbers.count - 1)
    let chosen = Set(numbers.prefix(count))
    func part(_ isHeld: Bool) throws -> CaptionSet {
      let rows = Tensor(
        pictures.elements.indices.filter { chosen.contains(pictures.elements[$0]) == isHeld })
      return try CaptionSet(
        features: features, captions: captions.gathering(rows), pictures: pictures.gathering(rows))
    }
    return (try part(false), try part(true))
  }
}
