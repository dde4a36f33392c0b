import ArgumentParser
import Exercises
import Training

/// The options of `studio train` that decide how the captioner learns.
struct LearningOptions: ParsableArguments {
  @Option(help: "How often every caption is seen.")
  var epochs = 50

  @Option(help: "How many captions are seen at once.")
  var batch = 25

  @Option(help: "Adam's learning rate.")
  var learningRate: Float = 5e-3

  @Option(
    help: ArgumentHelp(
      """
      What the learning rate is multiplied by after every epoch. (default: 0.95 for an RNN, 0.995 \
      for an LSTM, 1 with --cosine)
      """))
  var decay: Float?

  @Option(help: "Apply --decay only after every so many epochs.")
  var decayEvery = 1

  @Flag(help: "Let the learning rate also fall along half a cosine, to 0 at the end.")
  var cosine = false

  @Option(help: "Shorten gradients whose norm, all parameters together, is larger.")
  var clip: Float?

  @Option(help: "The share of every weight that a step takes away, times the learning rate.")
  var weightDecay: Float = 0

  @Option(
    help: "The share of features, word vectors and hidden states (before the vocabulary) to drop.")
  var dropout: Float = 0

  @Option(help: "The share of input words to replace with <UNK>.")
  var wordDropout: Float = 0

  @Flag(help: "Let the share of --word-dropout fall to 0 at the end of training.")
  var fadeWordDropout = false

  @Option(
    help: ArgumentHelp(
      """
      The share of input words to replace with the model's own predictions at the end of training; \
      it grows from 0.
      """))
  var scheduledSampling: Float = 0

  @Option(help: "Stop when so many epochs in a row brought no better validation.")
  var patience: Int?

  @Option(help: "The seed of the initial values, the order of the captions and all chance.")
  var seed: UInt64 = 231

  func validate() throws {
    try requireCounts(
      ("--epochs", epochs), ("--batch", batch), ("--decay-every", decayEvery),
      ("--patience", patience ?? 1))
    for (name, value) in [("--learning-rate", learningRate), ("--clip", clip ?? 1)]
    where !(value > 0 && value.isFinite) {
      throw ValidationError("\(name) is \(value); expected a number above 0")
    }
    for (name, value) in [("--dropout", dropout), ("--word-dropout", wordDropout)]
    where !(value >= 0 && value < 1) {
      throw ValidationError("\(name) is \(value); expected a share from 0, below 1")
    }
    guard scheduledSampling >= 0, scheduledSampling <= 1 else {
      throw ValidationError(
        "--scheduled-sampling is \(scheduledSampling); expected a share from 0 to 1")
    }
    guard weightDecay >= 0, weightDecay * learningRate < 1 else {
      throw ValidationError(
        "--weight-decay is \(weightDecay); expected at least 0, times --learning-rate below 1")
    }
    if let decay, !(decay > 0 && decay <= 1) {
      throw ValidationError("--decay is \(decay); expected a number above 0, at most 1")
    }
  }

  /// The same as the trainer takes it.
  func settings(for cell: RecurrentCell) -> CaptionerTraining {
    var settings = CaptionerTraining(
      epochs: epochs, batchSize: batch, learningRate: learningRate, seed: seed)
    settings.learningRateDecay = decay ?? (cosine ? 1 : cell == .rnn ? 0.95 : 0.995)
    (settings.decayEvery, settings.followsCosine) = (decayEvery, cosine)
    (settings.clip, settings.weightDecay) = (clip, weightDecay)
    (settings.dropout, settings.wordDropout) = (dropout, wordDropout)
    settings.wordDropoutFades = fadeWordDropout
    (settings.scheduledSampling, settings.patience) = (scheduledSampling, patience)
    return settings
  }
}

extension LearningOptions {
  /// Everything that decides what is learned, by the options' names.
  func described(for cell: RecurrentCell) -> [String: String] {
    let settings = settings(for: cell)
    return [
      "--epochs": "\(epochs)", "--batch": "\(batch)", "--learning-rate": "\(learningRate)",
      "--decay": "\(settings.learningRateDecay)", "--decay-every": "\(decayEvery)",
      "--cosine": cosine ? "on" : "off", "--clip": clip.map { "\($0)" } ?? "none",
      "--weight-decay": "\(weightDecay)", "--dropout": "\(dropout)",
      "--word-dropout": "\(wordDropout)", "--fade-word-dropout": fadeWordDropout ? "on" : "off",
      "--scheduled-sampling": "\(scheduledSampling)",
      "--patience": patience.map { "\($0)" } ?? "none", "--seed": "\(seed)",
    ]
  }
}

/// The options of `studio train` that decide what is written besides the model.
struct SavingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where to write every iteration's loss (a JSON object in each line).", valueName: "file"))
  var log: String?

  @Option(
    help: ArgumentHelp(
      "Where to draw the loss of training and validation (SVG).", valueName: "file"))
  var plot: String?

  @Option(
    help: ArgumentHelp(
      "Where to save the training while it goes on. (default: beside --output)",
      valueName: "file"))
  var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "How often to save it: so many iterations (100) or seconds (60s).", valueName: "interval"))
  var checkpointEvery = CheckpointInterval.seconds(60)

  @Flag(help: "Continue the training that was saved.")
  var resume = false
}
