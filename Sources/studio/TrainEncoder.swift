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
      The scenes are drawn while it learns. In the end it says how often the network is right on \
      scenes it has not seen.
      """)

  @Option(help: ArgumentHelp("Where to write the weights (safetensors).", valueName: "file"))
  var output: String

  @Option(help: "How many steps to train, with 32 scenes each.")
  var steps = 6000

  @Option(help: "Adam's learning rate at the beginning.")
  var learningRate: Float = 2e-3

  @Option(help: "The seed of the initial weights and of what is drawn.")
  var seed: UInt64 = 231

  func validate() throws {
    guard steps > 0 else { throw ValidationError("--steps is \(steps); expected at least 1") }
    guard learningRate > 0, learningRate.isFinite else {
      throw ValidationError("--learning-rate is \(learningRate); expected a number above 0")
    }
  }

  func run() async throws {
    try requireWritable(output)
    let draw: @Sendable (inout SeededGenerator) -> Scene = { .random(using: &$0) }
    var trainer = try SceneEncoderTrainer(
      steps: steps, learningRate: learningRate, seed: seed, draw: draw)
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
    let scenes = (0..<1000).map { _ in draw(&generator) }
    print("right on 1000 others: \(description(try encoder.score(on: scenes)))")
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
