import ArgumentParser
import Foundation
import Images
import Networks
import Pretrained
import Tensors
import Training

extension Pooling: ExpressibleByArgument {}

/// The network whose features the losses compare.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: """
      Weights of SqueezeNet or VGG by torchvision's names (safetensors, .pth or .npz), the name of \
      weights that `backprop weights` has fetched, or random for a SqueezeNet that knows nothing. \
      Without, filters are learned from the pictures at hand.
      """)
  var weights: String?

  @Option(help: "How pictures are prepared: rgb or bgr (default: what the file says, else rgb).")
  var inputConvention: InputConvention?

  @Option(
    help: "How the network pools: max, as it was trained, or average (default: the preset's).")
  var pooling: Pooling?

  @Option(help: "Chooses the noise to start from, and the weights of --weights random.")
  var seed: UInt64 = 0

  var isRandom: Bool { weights == "random" }

  /// - Parameters:
  ///   - preset: How a network with weights pools where no option says so.
  ///   - pictures: What a network without weights learns its filters from, as large as they are
  ///     painted.
  func network(
    pooling preset: Pooling, learningFrom pictures: [Image]
  ) throws -> ConvolutionalNetwork<Float> {
    guard let weights else {
      printError("no --weights: painting with filters learned from the pictures")
      return try ConvolutionalNetwork(
        learnedFrom: pictures.map { try ImageNet.normalized($0.pixels).expandingAxis(at: 0) },
        pooling: pooling ?? .average)
    }
    let pooling = pooling ?? preset
    if isRandom {
      return ConvolutionalNetwork(.squeezeNet1_1, randomWeightsSeed: seed, pooling: pooling)
    }
    return try ConvolutionalNetwork(
      contentsOf: PublishedWeights.file(weights), pooling: pooling,
      inputConvention: inputConvention)
  }

  /// What must be the same when a painting is resumed; weights are told apart by name and size.
  func resumeSettings() throws -> [String: String] {
    let file = isRandom ? nil : try weights.map(PublishedWeights.file)
    let bytes = try file?.resourceValues(forKeys: [.fileSizeKey]).fileSize
    let name = file.map { "\($0.lastPathComponent) of \(bytes ?? 0) bytes" } ?? weights ?? "none"
    return [
      "--weights": name, "--pooling": pooling?.rawValue ?? "the preset's", "--seed": "\(seed)",
      "--input-convention": inputConvention?.rawValue ?? "the file's",
    ]
  }

  func layer(_ name: String, of architecture: Architecture) throws -> Int {
    guard let number = architecture.layer(named: name) else {
      throw ValidationError(
        "\(architecture.rawValue) has no layer “\(name)”; expected a number from 0 to "
          + "\(architecture.layerNumbers.upperBound - 1), or for VGG a name such as conv4_2")
    }
    return number
  }

  func layers(_ list: String, of architecture: Architecture) throws -> [Int] {
    try list.split(separator: ",").map { try layer(String($0), of: architecture) }
  }
}

/// What is done where no options say otherwise.
struct StepDefaults {
  var optimizer: OptimizerName
  var iterations: Int
  /// The number of sizes, or as many of them as are large enough.
  var pyramid: Int
}

enum OptimizerName: String, CaseIterable, ExpressibleByArgument {
  case adam, lbfgs
}

/// How the picture is painted, step by step.
struct StepOptions: ParsableArguments {
  @Option(
    help: """
      How many steps to take; with --pyramid at the smallest size (default: the preset's, with adam \
      200).
      """)
  var iterations: Int?

  @Option(
    help: """
      The rule for a step: lbfgs, which finds lower losses sooner, or adam (default: the preset's).
      """)
  var optimizer: OptimizerName?

  @Option(
    help: """
      How far a step goes (default: 3 for adam, which falls to a thirtieth of it for the last tenth \
      of the steps; 1 for lbfgs).
      """)
  var learningRate: Float?

  @Option(help: "How many past steps lbfgs remembers.")
  var corrections = 100

  @Option(
    help: """
      Paint at so many sizes, each twice the one before and starting from its picture, with half \
      its number of steps: large pictures get large strokes, and sooner (default: the preset's).
      """)
  var pyramid: Int?

  func validate() throws {
    for (name, value) in [
      ("--iterations", iterations), ("--corrections", corrections), ("--pyramid", pyramid),
    ] {
      if let value, value < 1 {
        throw ValidationError("\(name) must be at least 1, got \(value)")
      }
    }
    if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
      throw ValidationError("--learning-rate must be positive, got \(learningRate)")
    }
  }

  /// The steps to take for a picture of the given size.
  /// - Throws: `ValidationError` where a pyramid's first size would be smaller than the network can
  ///   take.
  func steps(
    height: Int, width: Int, minimumSide: Int, defaults: StepDefaults
  ) throws -> Steps {
    let optimizer = optimizer ?? defaults.optimizer
    let iterations = iterations ?? (optimizer == .adam ? 200 : defaults.iterations)
    // A small picture has no large strokes to begin with.
    let roomy = (1...defaults.pyramid).last { min(height, width) >> ($0 - 1) >= 3 * minimumSide }
    let levels = pyramid ?? roomy ?? 1
    let smallest = levels > 30 ? 0 : min(height, width) >> (levels - 1)
    guard smallest >= minimumSide else {
      throw ValidationError(
        "--pyramid \(levels) would begin at \(smallest) pixels, and the network needs "
          + "\(minimumSide); give a smaller number of levels or a larger --size")
    }
    let stages = (0..<levels).map { level in
      let shift = levels - 1 - level
      return Stage(
        height: height >> shift, width: width >> shift, iterations: max(1, iterations >> level))
    }
    return Steps(
      stages: stages, optimizer: optimizer,
      learningRate: learningRate ?? (optimizer == .adam ? 3 : 1), corrections: corrections)
  }
}

/// The sizes to paint at, coarse to fine, and the rule for a step.
struct Steps {
  var stages: [Stage]
  var optimizer: OptimizerName
  var learningRate: Float
  var corrections: Int

  func makeOptimizer() -> any ResumableOptimizer {
    switch optimizer {
    case .adam: Adam<Float>(learningRate: learningRate)
    case .lbfgs:
      LBFGS<Float>(
        learningRate: learningRate, corrections: corrections, maximumChange: 0.5)
    }
  }

  /// What must be the same when a painting is resumed.
  var resumeSettings: [String: String] {
    [
      "--optimizer": optimizer.rawValue, "--learning-rate": "\(learningRate)",
      "--corrections": "\(corrections)", "--pyramid": "\(stages.count)",
      "--iterations": "\(stages.first?.iterations ?? 0)",
      "--size": stages.last.map { "\($0.width)×\($0.height)" } ?? "",
    ]
  }
}

/// What is written besides the finished picture, and when.
struct OutputOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The PNG to write.")
  var output: String

  @Option(help: "Also write the picture of every N-th step, as OUTPUT-000100.png.")
  var saveEvery: Int?

  @Option(help: "Write the picture of every step into this folder, the frames of a film.")
  var frames: String?

  @Option(
    help: "Print, log and plot the losses of every N-th step (default: log and plot every tenth).")
  var printEvery: Int?

  @Option(help: "Write the reported losses to this JSON file.")
  var log: String?

  @Option(help: "Draw the reported losses to this SVG file.")
  var plot: String?

  @Option(help: "Keep what --resume needs in this file.")
  var checkpoint: String?

  @Option(help: "Write the --checkpoint after every N-th step, and when interrupted.")
  var checkpointEvery = 50

  @Flag(help: "Go on from the --checkpoint, as if there had been no interruption.")
  var resume = false

  func validate() throws {
    for (name, value) in [
      ("--save-every", saveEvery ?? 1), ("--print-every", printEvery ?? 1),
      ("--checkpoint-every", checkpointEvery),
    ] where value < 1 {
      throw ValidationError("\(name) must be at least 1, got \(value)")
    }
    if resume && checkpoint == nil {
      throw ValidationError("--resume needs the --checkpoint to go on from")
    }
  }

  /// Refuses what could not be written, before any work is done for it.
  func requireWritableFiles() throws {
    try requireWritable([output, log, plot, checkpoint])
    if let frames {
      do {
        try FileManager.default.createDirectory(
          atPath: frames, withIntermediateDirectories: true)
      } catch {
        throw StudioError("\(frames): no such folder can be made: \(error.localizedDescription)")
      }
    }
  }

  /// `painted.png` at step 100 as `painted-000100.png`.
  func output(at step: Int) -> URL {
    let url = URL(fileURLWithPath: output)
    let ending = url.pathExtension.isEmpty ? "" : "." + url.pathExtension
    let name = url.deletingPathExtension().lastPathComponent + "-" + sixDigits(step) + ending
    return url.deletingLastPathComponent().appendingPathComponent(name)
  }
}

/// `000100` for 100.
func sixDigits(_ number: Int) -> String {
  String(repeating: "0", count: max(0, 6 - "\(number)".count)) + "\(number)"
}

/// An optimizer whose memory can be saved and set again.
protocol ResumableOptimizer: Optimizer<Float> {
  var state: [String: Tensor<Float>] { get set }
}

extension Adam<Float>: ResumableOptimizer {}
extension LBFGS<Float>: ResumableOptimizer {}
