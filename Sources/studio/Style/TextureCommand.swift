import ArgumentParser
import Foundation
import Images
import Networks
import Tensors

/// `studio texture`: more of what a picture is made of.
struct Texture: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "texture",
    abstract: "Make more of a texture: a picture with another's style and no content.",
    discussion: """
      Starts from noise and descends on A4's style loss (Gatys, Ecker, Bethge, “Texture synthesis \
      using convolutional neural networks”, NIPS 2015).
      """)

  @Argument(help: "The pictures whose texture to make (PNG or JPEG).")
  var styles: [String]

  @Option(help: "How much of each picture, with commas between them (default: all the same).")
  var blend: String?

  @Option(help: "The height and width in pixels, at least 32.")
  var size = 192

  @Option(help: "The width in pixels, where it is not the height.")
  var width: Int?

  @Option(help: "The styles' shortest side by --size.")
  var styleScale = 1.0

  @OptionGroup(title: "Losses") var losses: LossOptions
  @OptionGroup(title: "Network") var networkOptions: NetworkOptions
  @OptionGroup(title: "Steps") var steps: StepOptions
  @OptionGroup(title: "Output") var outputs: OutputOptions

  func validate() throws {
    for (name, value) in [("--size", size), ("--width", width ?? 32)] where value < 32 {
      throw ValidationError("\(name) must be at least 32, got \(value)")
    }
    guard styleScale > 0, styleScale.isFinite else {
      throw ValidationError("--style-scale must be positive, got \(styleScale)")
    }
  }

  func run() async throws {
    try outputs.requireWritableFiles()
    let paintings = try styles.map { try readPicture(URL(fileURLWithPath: $0)) }
    let shares = try blendShares(blend, count: styles.count)
    var preset = StylePreset(losses.preset)
    let network = try networkOptions.network(
      pooling: preset.pooling,
      learningFrom: paintings.map {
        $0.resized(shortestSide: max(32, Int(styleScale * Double(size))))
      })
    preset.adapt(to: network.architecture, isRandom: networkOptions.isRandom)
    var settings = try losses.settings(
      preset, network: network, networkOptions: networkOptions, size: size)
    settings.contentLayers = []
    try checkLosses()

    let steps = try steps.steps(
      height: size, width: width ?? size, minimumSide: network.architecture.minimumSide,
      defaults: preset.steps)
    let builder = ObjectiveBuilder(
      network: network, settings: settings,
      styles: zip(paintings, shares).map { StyleSource(image: $0, share: $1) },
      styleScale: styleScale)
    var resume = losses.resumeSettings.merging(try networkOptions.resumeSettings()) { $1 }
    resume["pictures"] = paintings.map(\.digest).joined(separator: " ")
    resume["--blend"] = blend ?? "equal"
    resume["--style-scale"] = "\(styleScale)"
    var painter = Painter(steps: steps, outputs: outputs, settings: resume) {
      try builder.objective(height: $0.height, width: $0.width)
    }
    try painter.paint(
      from: start("random", stage: steps.stages[0], content: nil, seed: networkOptions.seed))
  }
}
