import ArgumentParser
import Foundation
import Pretrained
import TensorFiles
import Terminal

/// `backprop weights`: trained weights for the networks that paint and see.
struct Weights: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List, fetch, look into and convert trained weights.",
    subcommands: [ListWeights.self, FetchWeights.self, WeightsInfo.self, ConvertWeights.self])
}

struct ListWeights: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show which weights can be fetched, and which have been.")

  func run() {
    for weights in PublishedWeights.all {
      let name = weights.name.padding(toLength: 14, withPad: " ", startingAt: 0)
      print("\(weights.isCached ? "✓" : "·") \(name)\(weights.megabytes) MB, \(weights.source)")
      print("    \(weights.isCached ? weights.cached.path : weights.address)")
    }
  }
}

struct FetchWeights: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Download weights and print where they are.",
    discussion: """
      A download that was cut off is continued. The file is kept in the folder for caches \
      (XDG_CACHE_HOME, by default ~/.cache) and found there by `studio --weights NAME`. \
      BACKPROP_WEIGHTS_URL names another folder to fetch from, for example a mirror.
      """)

  @Argument(help: "A name that `backprop weights list` shows, for example squeezenet1_1.")
  var name: String

  func run() throws {
    let weights = try PublishedWeights.named(name)
    if !weights.isCached {
      let bar = SharedProgressBar()
      try Download(
        from: weights.address, to: weights.cached, hashPrefix: weights.hashPrefix
      ).run { bytes, total in bar.show(bytes, of: total) }
    }
    print(weights.cached.path)
  }
}

/// A progress bar for a download, which reports from a thread of its own.
private final class SharedProgressBar: @unchecked Sendable {
  private let lock = NSLock()
  private var bar = ProgressBar()

  func show(_ bytes: Int, of total: Int?) {
    guard let total else { return }
    let size = String(format: "%.1f of %.1f MB", Double(bytes) / 1e6, Double(total) / 1e6)
    lock.withLock { bar.show(bytes, of: total, size) }
  }
}

struct WeightsInfo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Say what a file of weights holds.")

  @Argument(help: "A safetensors, .pth or .npz file, or the name of fetched weights.")
  var file: String

  func run() throws {
    let summary = try WeightsSummary(of: PublishedWeights.file(file))
    print(summary.lines.joined(separator: "\n"))
  }
}

struct ConvertWeights: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write weights as safetensors.")

  @Argument(help: "A safetensors, .pth or .npz file, or the name of fetched weights.")
  var input: String

  @Argument(help: "The file to write; its name ends in .safetensors.")
  var output: String

  @Option(help: "How numbers are written: f32, or in half the room and rounded, f16 or bf16.")
  var type: Safetensors.Precision = .single

  func run() throws {
    guard output.hasSuffix(".safetensors") else {
      throw ValidationError("\(output): weights are written as safetensors; name it so")
    }
    let count = try convertWeights(
      at: PublishedWeights.file(input), to: URL(fileURLWithPath: output), type)
    print("wrote \(output), \(count) tensors")
  }
}

extension Safetensors.Precision: ExpressibleByArgument {}
