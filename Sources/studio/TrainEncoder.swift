import ArgumentParser
import Captions
import Foundation
import SceneEncoding
import Tensors
import Terminal

struct TrainEncoder: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-encoder",
    abstract: "Train the network that sees what is in drawn scenes; the kit ships with one.",
    discussion: """
      The scenes are drawn while it learns, but for novel ones, in which a shape has a hue that is \
      kept from training. In the end it says how often the network is right on others of both kinds.
      """)

  @Option(help: ArgumentHelp("Where to write the weights (safetensors).", valueName: "file"))
  var output: String

  @Option(help: "How many steps to train, with 32 scenes each.")
  var steps = 5000

  @Option(help: "Adam's learning rate at the beginning.")
  var learningRate: Float = 2e-3

  @Option(help: "The seed of the initial weights and of what is drawn.")
  var seed: UInt64 = 231

  func validate() throws {
    try requireCounts(("--steps", steps))
    guard learningRate > 0, learningRate.isFinite else {
      throw ValidationError("--learning-rate is \(learningRate); expected a number above 0")
    }
  }

  func run() async throws {
    try requireWritable(output)
    var trainer = try SceneEncoderTrainer(steps: steps, learningRate: learningRate, seed: seed) {
      .random(isNovel: false, using: &$0)
    }
    var progress = ProgressBar()
    let start = Date()
    var mean: Float?
    while trainer.step < steps {
      let loss = try trainer.advance()
      guard loss.isFinite else {
        throw StudioError(
          "the loss is \(loss) at step \(trainer.step); try a smaller --learning-rate")
      }
      mean = mean.map { 0.98 * $0 + 0.02 * loss } ?? loss
      progress.show(trainer.step, of: steps, "loss \(format(mean ?? loss, 4))")
    }
    let seconds = Date().timeIntervalSince(start)
    try trainer.encoder.write(to: URL(fileURLWithPath: output))
    print("wrote \(output): \(steps) steps in \(format(Float(seconds), 0)) s")
    // What is written is what is judged: in half precision.
    let encoder = try SceneEncoder(contentsOf: URL(fileURLWithPath: output))
    var generator = SeededGenerator(seed: seed &+ 2)
    for isNovel in [false, true] {
      let scenes = (0..<1000).map { _ in Scene.random(isNovel: isNovel, using: &generator) }
      print("\(isNovel ? "novel" : "validation"): \(description(try encoder.score(on: scenes)))")
    }
  }

  private func description(_ score: SceneScore) -> String {
    func percent(_ count: Int, _ total: Int) -> String {
      format(100 * Float(count) / Float(total), 1) + " %"
    }
    return "number of objects \(percent(score.counts, score.pictures)), shape "
      + "\(percent(score.shapes, score.objects)), hue \(percent(score.hues, score.objects)), size "
      + "\(percent(score.sizes, score.objects)), all of a picture "
      + "\(percent(score.flawless, score.pictures))"
  }
}
