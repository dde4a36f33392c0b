import ArgumentParser
import Foundation
import Plots
import Terminal
import Training

/// Trains a captioner to the end and tells how it goes.
struct TrainLoop {
  private(set) var trainer: CaptionerTrainer
  let exercises: CaptionerExercises
  let captions: CaptionSet
  let validation: ValidationPictures?
  private var checkpoints: TrainCheckpoints
  private let log: TrainLog?
  private let plot: String?

  /// Begins a training, or continues it.
  init(
    _ trainer: CaptionerTrainer, _ exercises: CaptionerExercises, on captions: CaptionSet,
    validation: ValidationPictures?, saving: SavingOptions, checkpoints: TrainCheckpoints
  ) throws {
    (self.trainer, self.exercises, self.captions) = (trainer, exercises, captions)
    (self.validation, self.checkpoints, plot) = (validation, checkpoints, saving.plot)
    if saving.resume { try self.checkpoints.resume(&self.trainer) }
    log = try saving.log.map { [iteration = self.trainer.iteration] in
      try TrainLog($0, after: iteration)
    }
  }

  /// - Throws: `ExitCode` when it was interrupted, after it saved what there is; `TrainingError` when
  ///   there is nothing worth keeping.
  mutating func run() throws {
    Interruption.begin()
    defer { Interruption.end() }
    var progress = TrainProgress(trainer)
    defer { progress.stop() }
    while !trainer.isFinished {
      let step = try nextStep()
      let validated = try validate()
      trainer.seconds = progress.secondsOfTraining
      progress.show(step, trainer)
      do {
        try log?.add(TrainLog.Entry(step, validated, seconds: trainer.seconds))
      } catch {
        progress.stop()
        try checkpoints.write(trainer)
        throw error
      }
      if let signal = Interruption.signal {
        progress.stop()
        try checkpoints.write(trainer)
        try draw()
        printError(
          "stopped after iteration \(trainer.iteration) of \(trainer.iterations); the same command "
            + "with --resume continues it")
        throw ExitCode(128 + signal)
      }
      try checkpoints.writeIfDue(trainer)
    }
    if trainer.best == nil { try trainer.requireSound() }
  }

  /// When what was learned is safe: removes the checkpoint, draws the plot, warns of what looks wrong.
  func finish() throws {
    checkpoints.remove()
    let losses = trainer.history.losses
    if let first = losses.first, let last = losses.last, last > 2 * first {
      printError(
        "warning: the loss rose from \(format(first, 3)) to \(format(last, 3)); try a smaller "
          + "--learning-rate, or --clip 5")
    }
    try draw()
  }

  private func draw() throws {
    guard let plot else { return }
    try writeText(trainer.plot.svg(), to: plot)
  }

  private mutating func nextStep() throws -> CaptionerTrainer.Step {
    do {
      return try trainer.step(on: captions, exercises)
    } catch let error as TrainingError {
      guard let iteration = checkpoints.lastIteration else { throw error }
      throw TrainingError(
        "\(error); \(checkpoints.file.path) holds iteration \(iteration), from which --resume goes "
          + "on, also with another --learning-rate or --clip")
    }
  }

  private mutating func validate() throws -> CaptionerTrainer.Validation? {
    guard trainer.isAtEndOfEpoch, let validation else { return nil }
    let result = try validation.validation(
      of: trainer.parameters, exercises, batchSize: trainer.settings.batchSize)
    try trainer.consider(result)
    return result
  }
}

/// The line that tells how far a training is.
private struct TrainProgress {
  private var bar = ProgressBar()
  private let start = Date()
  private let earlierSeconds: Double
  private var captions = 0

  init(_ trainer: CaptionerTrainer) {
    earlierSeconds = trainer.seconds
  }

  private var seconds: Double { max(Date().timeIntervalSince(start), 1e-9) }

  /// With what it took before it was continued.
  var secondsOfTraining: Double { earlierSeconds + seconds }

  /// Leaves the line for a message.
  mutating func stop() { bar.stop() }

  mutating func show(_ step: CaptionerTrainer.Step, _ trainer: CaptionerTrainer) {
    captions += step.captions
    bar.show(
      step.iteration, of: trainer.iterations,
      "loss \(format(step.loss, 3)), \(Int(Double(captions) / seconds)) captions/s"
        + (trainer.best.map { ", best \(describe($0.validation))" } ?? "")
        + ", iteration \(step.iteration)")
  }
}

/// A validation in words.
func describe(_ validation: CaptionerTrainer.Validation) -> String {
  "loss \(format(validation.loss, 3))"
    + (validation.cider.map { ", CIDEr \(format(Float($0), 3))" } ?? "")
}

extension CaptionerTrainer {
  /// The loss over the iterations: of training, each point the mean of neighbouring iterations, and
  /// of validation.
  fileprivate var plot: LinePlot {
    let losses = history.losses
    let width = max(1, losses.count / 150)
    let training = stride(from: 0, to: losses.count, by: width).map { start in
      let part = losses[start..<min(start + width, losses.count)]
      return (
        x: Double(start) + Double(part.count + 1) / 2,
        y: Double(part.reduce(0, +)) / Double(part.count)
      )
    }
    let validation = history.validations.map {
      (x: Double($0.iteration), y: Double($0.validation.loss))
    }
    return LinePlot(
      title: "Loss of a caption", xLabel: "iteration", yLabel: "loss",
      series: [LinePlot.Series("training", training)]
        + (validation.isEmpty ? [] : [LinePlot.Series("validation", validation)]))
  }
}
