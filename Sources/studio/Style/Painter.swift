import ArgumentParser
import Exercises
import Foundation
import Images
import Networks
import Tensors
import Terminal
import Training

/// Paints a picture by descending on its pixels, coarse to fine, and writes what is asked for on the
/// way.
struct Painter {
  /// Adam's steps as in the CS231n exercise: large ones, and at the end a fresh start with small
  /// ones; values are kept near those of photographs until shortly before the end.
  private enum Schedule {
    static let range: ClosedRange<Float> = -1.5...1.5
    static let lateRate: Float = 1 / 30
    static func late(_ iterations: Int) -> Int { iterations - iterations / 10 }
    static func free(_ iterations: Int) -> Int { iterations - iterations / 20 }
  }

  let steps: Steps
  let outputs: OutputOptions
  /// What to paint towards at a stage's size.
  let objective: (Stage) throws -> Objective
  /// From the painted pixels, normalised, to the picture to write.
  let finish: (Image) throws -> Image
  /// What must be the same when the painting is resumed, by the options' names.
  let settings: [String: String]

  private var progress = ProgressBar()

  init(
    steps: Steps, outputs: OutputOptions, settings: [String: String],
    objective: @escaping (Stage) throws -> Objective,
    finish: @escaping (Image) throws -> Image = { $0 }
  ) {
    (self.steps, self.outputs) = (steps, outputs)
    self.settings = settings.merging(steps.resumeSettings) { $1 }
    (self.objective, self.finish) = (objective, finish)
  }

  private var stages: [Stage] { steps.stages }

  /// How many steps all stages take together.
  private var total: Int { stages.map(\.iterations).reduce(0, +) }

  /// Paints and writes the picture.
  /// - Parameter start: The picture of the first stage's size to start from, normalised.
  /// - Throws: `ExitCode` when interrupted, after the picture so far has been written.
  mutating func paint(from start: Tensor<Float>) throws {
    Interruption.begin()
    defer { Interruption.end() }
    var state = try resumed() ?? PaintingState(image: start)
    while state.stage < stages.count {
      try paintStage(&state)
      if state.stage + 1 < stages.count {
        let next = stages[state.stage + 1]
        state.image = try resized(state.image, to: next)
        (state.iteration, state.optimizer) = (0, [:])
      }
      state.stage += 1
    }
    try write(state)
    if let checkpoint = outputs.checkpoint {
      try Checkpoint(state: state, settings: settings).write(to: checkpoint)
    }
    warnIfStuck(state.reports)
    print("wrote \(outputs.output)\(state.reports.last.map { ", \($0)" } ?? "")")
  }

  private func resumed() throws -> PaintingState? {
    guard outputs.resume, let path = outputs.checkpoint else { return nil }
    guard FileManager.default.fileExists(atPath: path) else {
      printError("\(path): there is no such checkpoint yet; beginning")
      return nil
    }
    let checkpoint = try Checkpoint(contentsOf: path)
    try checkpoint.requireSettings(settings, path: path)
    return checkpoint.state
  }

  private mutating func paintStage(_ state: inout PaintingState) throws {
    let stage = stages[state.stage]
    let before = stages[..<state.stage].map(\.iterations).reduce(0, +)
    let objective = try withExercises { try self.objective(stage) }
    var optimizer = steps.makeOptimizer()
    if !state.optimizer.isEmpty { optimizer.state = state.optimizer }
    let isAdam = steps.optimizer == .adam
    let firstRate = optimizer.learningRate
    if isAdam && state.iteration > Schedule.late(stage.iterations) {
      optimizer.learningRate = firstRate * Schedule.lateRate
    }
    while state.iteration < stage.iterations {
      if let signal = Interruption.signal {
        state.optimizer = optimizer.state
        try stop(state, at: before + state.iteration, signal: signal)
      }
      if isAdam && state.iteration < Schedule.free(stage.iterations) {
        state.image = state.image.clamped(to: Schedule.range)
      }
      if isAdam && state.iteration == Schedule.late(stage.iterations) {
        optimizer = steps.makeOptimizer()
        optimizer.learningRate = firstRate * Schedule.lateRate
      }
      let step = before + state.iteration
      let loss = try withExercises { try objective.loss(of: state.image) }
      try note(loss, step, &state)
      try optimizer.update(&state.image, gradient: loss.gradient, name: "")
      state.iteration += 1
      try writeIntermediates(&state, step: step + 1, optimizer: optimizer)
    }
    if state.stage + 1 == stages.count {
      try note(try withExercises { try objective.loss(of: state.image) }, total, &state)
    }
  }

  /// Reports a loss, unless it is unsound.
  private mutating func note(
    _ loss: StyleLoss<Float>, _ step: Int, _ state: inout PaintingState
  ) throws {
    try loss.gradient.requireShape(state.image.shape, "gradient of transferStep")
    guard loss.total.isFinite, loss.gradient.sum().isFinite else {
      throw StudioError(
        "the loss or its gradient is not finite at step \(step) (loss \(loss.total)): try a smaller "
          + "--learning-rate; `backprop check A4` says whether an exercise is wrong")
    }
    let report = LossReport(
      iteration: step, content: loss.content, style: loss.style, tv: loss.totalVariation,
      total: loss.total)
    if step % (outputs.printEvery ?? 10) == 0 || step == total {
      state.reports.append(report)
      if outputs.printEvery != nil {
        progress.stop()
        printError("step \(step) of \(total): \(report)")
      }
    }
    if stages.count == 1, step >= 20, step == total / 4, let first = state.reports.first,
      report.total >= first.total
    {
      progress.stop()
      printError(
        "step \(step) of \(total): the loss is not below its first value, \(first.total), yet; Ctrl-C "
          + "ends it and writes the picture as it is")
    }
    progress.show(step, of: total, "\(report)")
  }

  private func writeIntermediates(
    _ state: inout PaintingState, step: Int, optimizer: any ResumableOptimizer
  ) throws {
    if let frames = outputs.frames {
      let name = "frame-\(sixDigits(step)).png"
      // All of the same size, so that they make a film.
      let image = try resized(state.image, to: stages[stages.count - 1])
      try picture(image).writePNG(
        to: URL(fileURLWithPath: frames).appendingPathComponent(name))
    }
    if let every = outputs.saveEvery, step % every == 0 {
      try picture(state.image).writePNG(to: outputs.output(at: step))
    }
    if let checkpoint = outputs.checkpoint, step % outputs.checkpointEvery == 0 {
      state.optimizer = optimizer.state
      try Checkpoint(state: state, settings: settings).write(to: checkpoint)
    }
  }

  /// Writes the picture so far and ends the program.
  private mutating func stop(_ state: PaintingState, at step: Int, signal: Int32) throws -> Never {
    progress.stop()
    try write(state)
    var advice = "start from it with --init \(outputs.output)"
    if let checkpoint = outputs.checkpoint {
      try Checkpoint(state: state, settings: settings).write(to: checkpoint)
      advice = "go on with the same command and --resume"
    }
    printError(
      "interrupted after step \(step) of \(total): wrote \(outputs.output) as it is so far; "
        + advice)
    throw ExitCode(128 + signal)
  }

  private func write(_ state: PaintingState) throws {
    try picture(state.image).writePNG(to: URL(fileURLWithPath: outputs.output))
    if let log = outputs.log { try writeJSON(state.reports, to: log) }
    if let plot = outputs.plot { try writeText(state.reports.plot.svg(), to: plot) }
  }

  private func picture(_ normalized: Tensor<Float>) throws -> Image {
    try finish(Image(pixels: ImageNet.pixels(of: normalized).squeezingAxis(at: 0)))
  }

  private func resized(_ normalized: Tensor<Float>, to stage: Stage) throws -> Tensor<Float> {
    try Image(pixels: normalized.squeezingAxis(at: 0))
      .resized(width: stage.width, height: stage.height).pixels.expandingAxis(at: 0)
  }

  /// A loss that has not fallen is more likely a mistake than a difficult picture.
  private func warnIfStuck(_ reports: [LossReport]) {
    guard stages.count == 1, total >= 20, let first = reports.first, let last = reports.last,
      last.total >= first.total
    else { return }
    printError(
      "warning: after \(total) steps the loss is not below its first value, \(first.total): try "
        + "more --iterations or a smaller --learning-rate; `backprop check A4` says whether an "
        + "exercise is wrong")
  }
}
