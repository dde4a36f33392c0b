import ArgumentParser
import Captions
import Exercises
import Foundation
import Tensors
import Terminal
import Training

extension RecurrentCell: ExpressibleByArgument {}

struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a captioner with the exercises of A2 (RNN) or A3 (LSTM).",
    discussion: """
      Without --weights pictures are seen by a small network that the kit trained on drawn scenes: \
      for what `studio draw` makes, not for photographs.
      """)

  @Option(help: "The recurrent cell: rnn or lstm.")
  var cell: RecurrentCell

  @Option(
    help: ArgumentHelp(
      "Captions in COCO's format (JSON), or a Karpathy split: its train and restval.",
      valueName: "file"))
  var captions: String?

  @Option(help: ArgumentHelp("The folder that the pictures are in.", valueName: "folder"))
  var images: String?

  @Option(
    help: ArgumentHelp("SqueezeNet 1.1 weights (safetensors, .pth or .npz).", valueName: "file"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      """
      Instead of --captions, --images and --weights: a folder that `studio prepare` made, or arrays \
      of CS231n's captioning data (.npz, safetensors).
      """, valueName: "folder"))
  var data: String?

  @Option(help: ArgumentHelp("Where to write the model (safetensors).", valueName: "file"))
  var output: String

  @Option(help: "The size of the hidden state.")
  var hidden = 512

  @Option(help: "The size of the word vectors.")
  var embedding = 256

  @Option(help: "The initial bias of an LSTM's forget gates; above 0 its memory begins longer.")
  var forgetBias: Float = 0

  @Option(help: "Train on at most so many captions, of as many different pictures as possible.")
  var maxCaptions: Int?

  @Option(
    help: "Words that occur less often become <UNK>. (default: 1, or the vocabulary of --data)")
  var minimumCount: Int?

  @Option(
    help: ArgumentHelp(
      """
      Captions of other pictures to validate with after every epoch (of a Karpathy split its val), \
      with --data a folder like it; the best model is kept.
      """, valueName: "file"))
  var validation: String?

  @Option(
    help: ArgumentHelp(
      "The folder of the pictures to validate with. (default: that of --images)",
      valueName: "folder"))
  var validationImages: String?

  @Option(
    help: ArgumentHelp("Validate with this share of the pictures instead.", valueName: "share"))
  var holdOut: Double?

  @OptionGroup(title: "Learning")
  var learning: LearningOptions

  @OptionGroup(title: "Saving")
  var saving: SavingOptions

  func validate() throws {
    guard forgetBias.isFinite, forgetBias == 0 || cell == .lstm else {
      throw ValidationError("--forget-bias is \(forgetBias); expected a number, for an LSTM")
    }
    try requireCounts(
      ("--hidden", hidden), ("--embedding", embedding), below: 1 << 14)
    try requireCounts(
      ("--max-captions", maxCaptions ?? 1), ("--minimum-count", minimumCount ?? 1))
    if data == nil {
      guard captions != nil, images != nil else {
        throw ValidationError("give --captions and --images, or --data")
      }
    } else if captions != nil || images != nil || weights != nil || validationImages != nil {
      throw ValidationError("--data has captions and features; leave out the others")
    }
    if let holdOut, !(holdOut > 0 && holdOut < 1) {
      throw ValidationError("--hold-out is \(holdOut); expected a share above 0, below 1")
    }
    guard validation == nil || holdOut == nil else {
      throw ValidationError("--validation and --hold-out exclude each other; give one of them")
    }
    guard validationImages == nil || validation != nil else {
      throw ValidationError("--validation-images needs --validation")
    }
    guard learning.patience == nil || validation != nil || holdOut != nil else {
      throw ValidationError("--patience needs --validation or --hold-out")
    }
  }

  func run() async throws {
    try requireWritable(
      [output, checkpointPath, saving.log, saving.plot],
      keeping: [captions, weights, data, validation])
    if !saving.resume { try checkpoints([:]).requireNone() }
    var (model, captions, held) = try readData()
    var loop = try TrainLoop(
      CaptionerTrainer(
        learning.settings(for: cell), parameters: model.parameters, captionCount: captions.count),
      cell.exercises, on: captions,
      validation: held, saving: saving,
      checkpoints: checkpoints(settings(model, captions, held?.captions)))
    try withExercises { try loop.run() }
    let trainer = loop.trainer
    model.parameters = trainer.result
    try model.write(to: URL(fileURLWithPath: output))
    try loop.finish()
    print(
      "wrote \(output): \(cell == .rnn ? "an RNN" : "an LSTM") trained on \(captions.count) "
        + "captions of \(Set(captions.pictures.elements).count) pictures, "
        + "\(model.vocabulary.count) words, last loss "
        + (trainer.history.losses.last.map { format($0, 4) } ?? "-")
        + (trainer.best.map {
          ", best validation after epoch \($0.epoch): \(describe($0.validation))"
        } ?? ""))
  }

  private var checkpointPath: String { saving.checkpoint ?? output + ".checkpoint" }

  private func checkpoints(_ settings: [String: String]) -> TrainCheckpoints {
    TrainCheckpoints(checkpointPath, every: saving.checkpointEvery, settings: settings)
  }

  /// Everything that must be the same where a training is continued.
  private func settings(
    _ model: CaptionerModel, _ captions: CaptionSet, _ held: CaptionSet?
  ) -> [String: String] {
    var words = Fingerprint()
    for word in model.vocabulary.words { words.add(word + "\n") }
    let data = [
      "--cell": cell.rawValue, "--hidden": "\(hidden)", "--embedding": "\(embedding)",
      "--forget-bias": "\(forgetBias)",
      "--captions": captions.fingerprint, "--minimum-count": "words \(words)",
      "--validation": held?.fingerprint ?? "none",
    ]
    return data.merging(learning.described(for: cell)) { first, _ in first }
  }

  /// The captioner before training, the captions to train on and those to validate with.
  private func readData() throws -> (CaptionerModel, CaptionSet, held: ValidationPictures?) {
    let all = try trainingData(data, captions, images, .train)
    let other = try validation.map {
      try trainingData(self.data == nil ? nil : $0, $0, validationImages ?? images, .val)
    }
    let shared = other.map(all.pictures(sharedWith:)) ?? []
    if let first = shared.first {
      printError(
        "warning: \(shared.count) pictures to validate with are those of the training, as "
          + "\(first.relativePath); others are named by --validation and --validation-images")
    }
    let (features, encoder) = try all.features(weights)
    encoder.tellIfForScenes()
    let parts = try holdOut.map { try all.holdingOut($0, seed: learning.seed) }
    let data = parts?.training ?? all
    let model = try untrainedModel(data, features, encoder)
    let standardized = try model.standardized(features)
    let captions = try CaptionSet(
      features: standardized, captions: data.encoded, pictures: data.pictures)
    if let held = parts?.held {
      return (model, captions, try pictures(held, standardized, model))
    }
    guard let other else { return (model, captions, nil) }
    let (otherFeatures, otherEncoder) = try other.features(weights)
    guard otherEncoder == encoder, otherFeatures.shape[1] == features.shape[1] else {
      throw StudioError(
        "--validation: has \(otherFeatures.shape[1]) features by \(otherEncoder.rawValue), the "
          + "training data \(features.shape[1]) by \(encoder.rawValue); prepare both alike")
    }
    guard other.weights == all.weights else {
      throw StudioError(
        "--validation: was prepared with other weights than the training data (the files' bytes "
          + "differ); prepare both with the same file")
    }
    return (model, captions, try pictures(other, model.standardized(otherFeatures), model))
  }

  /// Pictures to validate with. Shapes: features `[P, D]`, as the captioner sees them.
  private func pictures(
    _ data: TrainingData, _ features: Tensor<Float>, _ model: CaptionerModel
  ) throws -> ValidationPictures {
    ValidationPictures(
      try CaptionSet(
        features: features, captions: model.vocabulary.encode(data.words), pictures: data.pictures),
      words: data.words, vocabulary: model.vocabulary, maximumLength: model.maximumLength)
  }

  private func trainingData(
    _ data: String?, _ captions: String?, _ images: String?, _ part: TrainingData.Part
  ) throws -> TrainingData {
    let limit = part == .train ? maxCaptions : nil
    if let data {
      return try TrainingData(
        prepared: data, part: part, limit: limit, minimumCount: part == .train ? minimumCount : nil)
    }
    return try TrainingData(
      captions: captions ?? "", images: images ?? "", part: part, limit: limit,
      minimumCount: part == .train ? minimumCount ?? 1 : 1)
  }

  private func untrainedModel(
    _ data: TrainingData, _ features: Tensor<Float>, _ encoder: CaptionerModel.Encoder
  ) throws -> CaptionerModel {
    var generator = SeededGenerator(seed: learning.seed)
    // Of the pictures that are trained on and no others.
    let seen = try features.gathering(Tensor(Set(data.pictures.elements).sorted()))
    let deviation = try seen.variance(axis: 0).squareRoot()
    return CaptionerModel(
      cell: cell, encoder: encoder, vocabulary: data.vocabulary,
      maximumLength: data.encoded.shape[1], featureMean: try seen.mean(axis: 0),
      // What is the same in all pictures says nothing: it becomes 0, whatever it is divided by.
      featureDeviation: try deviation.replacing(where: deviation .< 1e-6, with: 1),
      parameters: CaptionerParameters(
        cell: cell, featureSize: features.shape[1], embeddingSize: embedding, hiddenSize: hidden,
        vocabularySize: data.vocabulary.count, forgetBias: forgetBias, using: &generator))
  }
}
