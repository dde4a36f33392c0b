import ArgumentParser
import Captions
import Exercises
import Foundation
import Tensors
import Training

extension RecurrentCell: ExpressibleByArgument {}

struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a captioner with the exercises of A2 (RNN) or A3 (LSTM).",
    discussion: """
      Without --weights pictures are described by histograms of hues and edges: enough for the \
      scenes that `studio draw` makes, not for photographs.
      """)

  @Option(help: "The recurrent cell: rnn or lstm.")
  var cell: RecurrentCell

  @Option(help: ArgumentHelp("Captions in COCO's format (JSON).", valueName: "file"))
  var captions: String

  @Option(help: ArgumentHelp("The folder that the pictures are in.", valueName: "folder"))
  var images: String

  @Option(
    help: ArgumentHelp("SqueezeNet 1.1 weights (safetensors, .pth or .npz).", valueName: "file"))
  var weights: String?

  @Option(help: ArgumentHelp("Where to write the model (safetensors).", valueName: "file"))
  var output: String

  @Option(help: "The size of the hidden state.")
  var hidden = 512

  @Option(help: "The size of the word vectors.")
  var embedding = 256

  @Option(help: "How often every caption is seen.")
  var epochs = 50

  @Option(help: "How many captions are seen at once.")
  var batch = 25

  @Option(help: "Adam's learning rate.")
  var learningRate: Float = 5e-3

  @Option(
    help:
      "What the learning rate is multiplied by after every epoch. (default: 0.95 for an RNN, 0.995 for an LSTM)"
  )
  var decay: Float?

  @Option(help: "Train on at most so many captions, of as many different pictures as possible.")
  var maxCaptions: Int?

  @Option(help: "Words that occur less often become <UNK>.")
  var minimumCount = 1

  @Option(help: "The seed of the initial values and the order of the captions.")
  var seed: UInt64 = 231

  @Option(
    help: ArgumentHelp("Where to write the loss of every iteration (JSON).", valueName: "file"))
  var log: String?

  func validate() throws {
    let counts = [
      ("--hidden", hidden), ("--embedding", embedding), ("--epochs", epochs), ("--batch", batch),
      ("--max-captions", maxCaptions ?? 1), ("--minimum-count", minimumCount),
    ]
    for (name, value) in counts where value < 1 {
      throw ValidationError("\(name) is \(value); expected at least 1")
    }
    guard learningRate > 0, learningRate.isFinite else {
      throw ValidationError("--learning-rate is \(learningRate); expected a number above 0")
    }
    if let decay, !(decay > 0 && decay <= 1) {
      throw ValidationError("--decay is \(decay); expected a number above 0, at most 1")
    }
  }

  func run() async throws {
    for path in [output] + (log.map { [$0] } ?? []) { try requireWritable(path) }
    let data = try TrainingData(
      captions: captions, images: images, limit: maxCaptions, minimumCount: minimumCount)
    let extractor = try FeatureExtractor(weights: weights)
    if extractor.encoder == .histograms {
      printError("no --weights: pictures are described by histograms of hues and edges")
    }
    let features = try extractor.features(of: data.files, progress: ProgressLine())
    var model = try untrainedModel(data, features, extractor.encoder)
    let losses = try train(&model, data, features)
    if let log { try writeJSON(losses, to: log) }
    try model.write(to: URL(fileURLWithPath: output))
    print(
      "wrote \(output): \(cell == .rnn ? "an RNN" : "an LSTM") trained on \(data.encoded.shape[0]) captions of "
        + "\(data.files.count) pictures, \(data.vocabulary.count) words, "
        + "last loss \(losses.last.map { format($0.loss, 4) } ?? "-")")
  }

  private func untrainedModel(
    _ data: TrainingData, _ features: Tensor<Float>, _ encoder: CaptionerModel.Encoder
  ) throws -> CaptionerModel {
    var generator = SeededGenerator(seed: seed)
    let deviation = try features.variance(axis: 0).squareRoot()
    return CaptionerModel(
      cell: cell, encoder: encoder, vocabulary: data.vocabulary,
      maximumLength: data.encoded.shape[1], featureMean: try features.mean(axis: 0),
      // What is the same in all pictures says nothing: it becomes 0, whatever it is divided by.
      featureDeviation: try deviation.replacing(where: deviation .< 1e-6, with: 1),
      parameters: CaptionerParameters(
        cell: cell, featureSize: features.shape[1], embeddingSize: embedding, hiddenSize: hidden,
        vocabularySize: data.vocabulary.count, using: &generator))
  }

  private func train(
    _ model: inout CaptionerModel, _ data: TrainingData, _ features: Tensor<Float>
  ) throws -> [LoggedLoss] {
    let training = CaptionerTraining(
      epochs: epochs, batchSize: batch, learningRate: learningRate,
      learningRateDecay: decay ?? (cell == .rnn ? 0.95 : 0.995), seed: seed)
    var progress = ProgressLine()
    var losses: [LoggedLoss] = []
    let standardized = try model.standardized(features)
    try withExercises {
      try training.run(
        &model.parameters, features: standardized, captions: data.encoded,
        pictures: data.pictures, loss: cell.loss
      ) { now in
        losses.append(LoggedLoss(iteration: now.iteration, loss: now.loss))
        progress.show(
          "iteration \(now.iteration) of \(now.iterations), loss \(format(now.loss, 3)), "
            + "\(Int(now.captionsPerSecond)) captions/s, \(Int(now.secondsLeft.rounded(.up))) s left",
          isLast: now.iteration == now.iterations)
      }
    }
    return losses
  }
}

/// An entry of the log.
private struct LoggedLoss: Codable {
  var iteration: Int
  var loss: Float
}
