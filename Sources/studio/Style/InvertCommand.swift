import ArgumentParser
import Foundation
import Images
import Networks
import Tensors

/// `studio invert`: what a layer of a network still knows of a picture.
struct Invert: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invert",
    abstract: "Find a picture with the same features as another: what a layer knows of it.",
    discussion: """
      Starts from noise and descends on A4's content loss (Mahendran and Vedaldi, “Understanding \
      deep image representations by inverting them”, CVPR 2015). Shallow layers know nearly \
      everything, deep ones what is where.
      """)

  @Argument(help: "The picture whose features to find again (PNG or JPEG).")
  var image: String

  @Option(help: "The layers to invert: numbers, or names such as conv3_1 for VGG; with commas.")
  var layer: String

  @Option(help: "The picture's shortest side in pixels, at least 32.")
  var size = 192

  @Option(
    help: "How much smoothness weighs beside the features' relative error times 1000.")
  var tvWeight: Float = 0.01

  @OptionGroup(title: "Network") var networkOptions: NetworkOptions
  @OptionGroup(title: "Steps") var steps: StepOptions
  @OptionGroup(title: "Output") var outputs: OutputOptions

  func validate() throws {
    guard size >= 32 else { throw ValidationError("--size must be at least 32, got \(size)") }
    guard tvWeight >= 0, tvWeight.isFinite else {
      throw ValidationError("--tv-weight must be a number from 0 on, got \(tvWeight)")
    }
  }

  func run() async throws {
    try outputs.requireWritableFiles()
    let content = try readPicture(URL(fileURLWithPath: image))
    let resized = content.resized(shortestSide: size)
    let network = try networkOptions.network(pooling: .max, learningFrom: [resized])
    var settings = LossSettings()
    settings.contentLayers = try networkOptions.layers(layer, of: network.architecture)
    settings.contentWeights = settings.contentLayers.map { _ in 1000 }
    settings.scaling = .relative
    settings.totalVariationWeight = tvWeight
    settings.referenceSide = size
    try checkLosses()

    let steps = try steps.steps(
      height: resized.height, width: resized.width,
      minimumSide: network.architecture.minimumSide,
      defaults: StepDefaults(optimizer: .lbfgs, iterations: 200, pyramid: 1))
    let builder = ObjectiveBuilder(network: network, settings: settings, content: content)
    var resume = try networkOptions.resumeSettings()
    resume["picture"] = content.digest
    resume["--layer"] = layer
    resume["--tv-weight"] = "\(tvWeight)"
    var painter = Painter(steps: steps, outputs: outputs, settings: resume) {
      try builder.objective(height: $0.height, width: $0.width)
    }
    try painter.paint(
      from: start("random", stage: steps.stages[0], content: nil, seed: networkOptions.seed))
  }
}
