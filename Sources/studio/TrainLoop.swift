import Foundation
import Training

/// Trains a captioner to the end and tells how it goes.
struct TrainLoop {
  var trainer: CaptionerTrainer
  let exercises: CaptionerExercises
  let captions: CaptionSet
  let validation: ValidationPictures?
  /// Where the log goes.
  let log: String?

  private var seconds = 0.0
  private(set) var lastLoss: Float?

  init(
    _ trainer: CaptionerTrainer, _ exercises: CaptionerExercises, on captions: CaptionSet,
    validation: ValidationPictures?, log: String?
  ) {
    (self.trainer, self.exercises, self.captions) = (trainer, exercises, captions)
    (self.validation, self.log) = (validation, log)
  }

  mutating func run() throws {
    let log = try log.map { try TrainLog($0, after: trainer.iteration) }
    var progress = ProgressLine()
    var seen = 0
    let (start, earlier, first) = (Date(), seconds, trainer.iteration)
    while !trainer.isFinished {
      let step = try trainer.step(on: captions, exercises)
      var validated: CaptionerTrainer.Validation?
      if trainer.isAtEndOfEpoch, let validation {
        let result = try validation.validation(
          of: trainer.parameters, exercises, batchSize: trainer.settings.batchSize)
        trainer.consider(result)
        validated = result
      }
      lastLoss = step.loss
      seen += step.captions
      let now = max(Date().timeIntervalSince(start), 1e-9)
      seconds = earlier + now
      try log?.add(
        TrainLog.Entry(
          iteration: step.iteration, epoch: step.epoch, loss: step.loss,
          learningRate: step.learningRate, gradientNorm: step.gradientNorm, seconds: seconds,
          validationLoss: validated?.loss, cider: validated?.cider))
      let left = now / Double(step.iteration - first) * Double(trainer.iterations - step.iteration)
      progress.show(
        "iteration \(step.iteration) of \(trainer.iterations), loss \(format(step.loss, 3))"
          + (trainer.best.map { ", best validation \(describe($0.validation))" } ?? "")
          + ", \(Int(Double(seen) / now)) captions/s, \(Int(left.rounded(.up))) s left",
        isLast: trainer.isFinished)
    }
  }
}

/// A validation in words.
func describe(_ validation: CaptionerTrainer.Validation) -> String {
  "loss \(format(validation.loss, 3))"
    + (validation.cider.map { ", CIDEr \(format(Float($0), 3))" } ?? "")
}
