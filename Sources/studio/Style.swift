import ArgumentParser
import Foundation
import Images
import Networks
import Pretrained
import Tensors

extension Pooling: ExpressibleByArgument {}

/// `studio style`: one picture painted in the manner of another.
struct Style: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "style",
    abstract: "Paint a photograph in the manner of another picture.",
    discussion: """
      Uses the losses of assignment A4 on the features of SqueezeNet 1.1. Without --weights the \
      network has random weights, which knows colours and textures but no things.
      """)

  @Argument(help: "The picture that says what is to be seen (PNG or JPEG).")
  var content: String

  @Argument(help: "The picture that says how it is painted (PNG or JPEG).")
  var style: String

  @Option(name: .shortAndLong, help: "The PNG to write.")
  var output: String

  @Option(
    help: "Weights of SqueezeNet or VGG by torchvision's names (safetensors, .pth or .npz).")
  var weights: String?

  @Option(help: "How the network pools: max, as it was trained, or average.")
  var pooling: Pooling = .max

  @Option(help: "The layer whose features say what is to be seen: a number, or conv4_2 for VGG.")
  var contentLayer: String?

  @Option(help: "The layers whose features say how it is painted, with commas between them.")
  var styleLayers: String?

  @Option(help: "A weight for each of the style layers, with commas between them.")
  var styleWeights: String?

  @Option(help: "The content's shortest side in pixels, at least 32 (default: the preset's).")
  var size: Int?

  @Option(help: "The style's shortest side in pixels, at least 32 (default: the preset's).")
  var styleSize: Int?

  @Option(help: "Sizes and weights that suit a painting.")
  var preset: StylePreset.Name = .starryNight

  @Option(help: "How many steps to take.")
  var iterations = 200

  @Option(help: "Write the losses of every tenth iteration to this JSON file.")
  var log: String?

  @Option(help: "Chooses the random weights where there are no --weights.")
  var seed: UInt64 = 0

  func validate() throws {
    for (name, value) in [("--size", size), ("--style-size", styleSize)] {
      guard (value ?? 32) >= 32 else {
        throw ValidationError("\(name) must be at least 32, got \(value ?? 0)")
      }
    }
    guard iterations > 0 else {
      throw ValidationError("--iterations must be at least 1, got \(iterations)")
    }
  }

  func run() async throws {
    try requireWritable(output)
    try log.map(requireWritable)
    var preset = StylePreset(preset)
    let network = try network(&preset)
    let transfer = try StyleTransfer(
      content: normalized(content, shortestSide: size ?? preset.contentSize),
      style: normalized(style, shortestSide: styleSize ?? preset.styleSize),
      preset: preset, network: network)

    var reports: [StyleTransfer.Report] = []
    var progress = ProgressLine()
    let painted = try withExercises {
      try transfer.paint(iterations: iterations) { report in
        let isLast = report.iteration == iterations
        if report.iteration % 10 == 0 || isLast { reports.append(report) }
        progress.show("iteration \(report.iteration) of \(iterations), \(report)", isLast: isLast)
      }
    }

    let image = try Image(pixels: ImageNet.pixels(of: painted).squeezingAxis(at: 0))
    try image.writePNG(to: URL(fileURLWithPath: output))
    if let log { try writeJSON(reports, to: log) }
    print("wrote \(output)\(reports.last.map { ", \($0)" } ?? "")")
  }

  private func network(_ preset: inout StylePreset) throws -> ConvolutionalNetwork<Float> {
    let network: ConvolutionalNetwork<Float>
    if let weights {
      network = try ConvolutionalNetwork(
        contentsOf: URL(fileURLWithPath: weights), pooling: pooling)
    } else {
      printError("no --weights: painting with random weights (seed \(seed))")
      network = ConvolutionalNetwork(.squeezeNet1_1, randomWeightsSeed: seed, pooling: pooling)
    }
    try preset.adapt(to: network.architecture, hasWeights: weights != nil)
    if let contentLayer {
      preset.contentLayer = try layer(contentLayer, of: network.architecture)
    }
    if let styleLayers {
      preset.styleLayers = try styleLayers.split(separator: ",").map {
        try layer(String($0), of: network.architecture)
      }
    }
    if let styleWeights {
      preset.styleWeights = try styleWeights.split(separator: ",").map { text in
        guard let weight = Float(text), weight.isFinite, weight >= 0 else {
          throw ValidationError("--style-weights has “\(text)”; expected numbers from 0 on")
        }
        return weight
      }
    }
    guard preset.styleWeights.count == preset.styleLayers.count else {
      throw ValidationError(
        "there are \(preset.styleLayers.count) style layers and \(preset.styleWeights.count) "
          + "weights for them; give as many --style-weights as --style-layers")
    }
    return network
  }

  private func layer(_ name: String, of architecture: Architecture) throws -> Int {
    guard let number = architecture.layer(named: name) else {
      throw ValidationError(
        "\(architecture.rawValue) has no layer “\(name)”; expected a number from 0 to "
          + "\(architecture.layerNumbers.upperBound - 1), or for VGG a name such as conv4_2")
    }
    return number
  }

  /// A picture as the network wants it: resized, normalised, `[1, 3, H, W]`.
  private func normalized(_ path: String, shortestSide: Int) throws -> Tensor<Float> {
    let image = try readPicture(URL(fileURLWithPath: path)).resized(shortestSide: shortestSide)
    return try ImageNet.normalized(image.pixels).expandingAxis(at: 0)
  }
}
