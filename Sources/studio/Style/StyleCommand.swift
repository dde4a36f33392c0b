import ArgumentParser
import Foundation
import Images
import Networks
import Tensors

/// `studio style`: one picture painted in the manner of others.
struct Style: AsyncParsableCommand {
  enum OriginalColours: String, CaseIterable, ExpressibleByArgument {
    case luminance, match
  }

  static let configuration = CommandConfiguration(
    commandName: "style",
    abstract: "Paint a photograph in the manner of other pictures.",
    discussion: """
      Uses the losses of assignment A4 on the features of a network. Without --weights its filters \
      are learned from the pictures themselves, which knows colours and textures but no things. \
      Ctrl-C writes the picture as it is so far.
      """)

  @Argument(help: "The picture that says what is to be seen (PNG or JPEG).")
  var content: String

  @Argument(help: "The pictures that say how it is painted (PNG or JPEG).")
  var styles: [String]

  @Option(help: "How much of each style, with commas between them: 2,1 (default: all the same).")
  var blend: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Region maps of the content and of each style: a colour of the first is painted in the manner "
        + "of the same colour in the others. Black, white, red, green, blue, yellow, magenta and "
        + "cyan are told apart.", valueName: "file"))
  var mask: [String] = []

  @Option(help: "The picture's shortest side in pixels, at least 32 (default: the preset's).")
  var size: Int?

  @Option(
    help: "The styles' shortest side in pixels, at least 32 (default: in the preset's proportion).")
  var styleSize: Int?

  @Option(help: "The styles' shortest side by the picture's, in place of --style-size.")
  var styleScale: Double?

  @Option(help: "What to start from: content, random, or a picture file.")
  var `init` = "content"

  @Option(
    help: """
      Keep the content's colours: luminance paints only light and dark, match gives the styles the \
      content's colours before painting.
      """)
  var originalColors: OriginalColours?

  @OptionGroup(title: "Losses") var losses: LossOptions
  @OptionGroup(title: "Network") var networkOptions: NetworkOptions
  @OptionGroup(title: "Steps") var steps: StepOptions
  @OptionGroup(title: "Output") var outputs: OutputOptions

  func validate() throws {
    for (name, value) in [("--size", size), ("--style-size", styleSize)] {
      guard (value ?? 32) >= 32 else {
        throw ValidationError("\(name) must be at least 32, got \(value ?? 0)")
      }
    }
    if styles.isEmpty { throw ValidationError("name at least one style picture") }
    if let styleScale, !(styleScale > 0 && styleScale.isFinite) {
      throw ValidationError("--style-scale must be positive, got \(styleScale)")
    }
    if styleSize != nil && styleScale != nil {
      throw ValidationError("give --style-size or --style-scale, not both")
    }
    guard mask.isEmpty || mask.count == 1 + styles.count else {
      throw ValidationError(
        "--mask has \(mask.count) files; expected \(1 + styles.count): the content's and one for "
          + "each style")
    }
  }

  func run() async throws {
    try outputs.requireWritableFiles()
    let shares = try blendShares(blend, count: styles.count)
    let content = try readPicture(URL(fileURLWithPath: content))
    let paintings = try styles.map { try readPicture(URL(fileURLWithPath: $0)) }
    let maps = try mask.map { try RegionMap(contentsOf: URL(fileURLWithPath: $0)) }
    var preset = StylePreset(losses.preset)
    let network = try networkOptions.network(
      pooling: preset.pooling, learningFrom: asPainted(content, paintings, preset))
    preset.adapt(to: network.architecture, isRandom: networkOptions.isRandom)
    let settings = try losses.settings(
      preset, network: network, networkOptions: networkOptions, size: size)
    try checkLosses()

    let side = size ?? preset.contentSize
    let resized = content.resized(shortestSide: side)
    let sources = try paintings.indices.map { index in
      StyleSource(
        image: originalColors == .match
          ? try paintings[index].matchingColours(of: content) : paintings[index],
        share: shares[index], regions: maps.isEmpty ? nil : maps[index + 1])
    }
    try requireRegions(maps)
    let builder = ObjectiveBuilder(
      network: network, settings: settings, content: content, contentRegions: maps.first,
      styles: sources,
      styleScale: scale(of: preset))
    let steps = try steps.steps(
      height: resized.height, width: resized.width,
      minimumSide: network.architecture.minimumSide, defaults: preset.steps)
    let keepsLuminance = originalColors == .luminance
    var painter = Painter(
      steps: steps, outputs: outputs,
      settings: try resumeSettings(pictures: [content] + paintings)
    ) { stage in
      try builder.objective(height: stage.height, width: stage.width)
    } finish: { painted in
      guard keepsLuminance else { return painted }
      return try content.resized(width: painted.width, height: painted.height)
        .withLuminance(of: painted)
    }
    try painter.paint(
      from: start(`init`, stage: steps.stages[0], content: content, seed: networkOptions.seed))
  }

  /// The styles' shortest side by the picture's.
  private func scale(of preset: StylePreset) -> Double {
    styleScale ?? styleSize.map { Double($0) / Double(size ?? preset.contentSize) }
      ?? Double(preset.styleSize) / Double(preset.contentSize)
  }

  /// The pictures at the sizes that they are painted at.
  private func asPainted(
    _ content: Image, _ paintings: [Image], _ preset: StylePreset
  ) -> [Image] {
    let side = size ?? preset.contentSize
    let styleSide = max(32, Int(scale(of: preset) * Double(side)))
    return [content.resized(shortestSide: side)]
      + paintings.map { $0.resized(shortestSide: styleSide) }
  }

  /// Regions that no style has are said, and it is an error when there is no other.
  private func requireRegions(_ maps: [RegionMap]) throws {
    guard let content = maps.first else { return }
    let painted = Set(maps.dropFirst().flatMap(\.shares.keys))
    let missing = content.shares.keys.filter { !painted.contains($0) }.sorted()
    let names = missing.map(RegionMap.name).joined(separator: ", ")
    if missing.count == content.shares.count {
      throw StudioError(
        "\(mask[0]): none of its regions (\(names)) is in a style's mask; paint the regions that "
          + "belong together in the same colour")
    }
    if !missing.isEmpty {
      printError("no style's mask has \(names): these regions are painted without a style")
    }
  }

  private func resumeSettings(pictures: [Image]) throws -> [String: String] {
    var settings = losses.resumeSettings.merging(try networkOptions.resumeSettings()) { $1 }
    settings["pictures"] = pictures.map(\.digest).joined(separator: " ")
    settings["--mask"] = try mask.map { try readPicture(URL(fileURLWithPath: $0)).digest }
      .joined(separator: " ")
    settings["--style-size"] = "\(styleSize ?? 0)"
    settings["--style-scale"] = "\(styleScale ?? 0)"
    settings["--blend"] = blend ?? "equal"
    settings["--original-colors"] = originalColors == .match ? "match" : "other"
    settings["--init"] = `init`
    return settings
  }
}

/// How much of each style: numbers with commas between them, or all the same.
func blendShares(_ blend: String?, count: Int) throws -> [Float] {
  guard let blend else { return [Float](repeating: 1, count: count) }
  let shares = try numbers(blend, "--blend")
  guard shares.count == count, shares.reduce(0, +) > 0 else {
    throw ValidationError(
      "--blend has \(shares.count) numbers for \(count) styles; expected one for each, not all 0")
  }
  return shares
}

/// The picture to start from, normalised, at a stage's size.
func start(_ name: String, stage: Stage, content: Image?, seed: UInt64) throws -> Tensor<Float> {
  if name == "random" {
    var generator = SeededGenerator(seed: seed)
    return .randomNormal(
      [1, 3, stage.height, stage.width], standardDeviation: 0.3, using: &generator)
  }
  let image: Image
  if name == "content", let content {
    image = content
  } else {
    image = try readPicture(URL(fileURLWithPath: name))
  }
  return try ImageNet.normalized(image.resized(width: stage.width, height: stage.height).pixels)
    .expandingAxis(at: 0)
}

/// Numbers from 0 on with commas between them.
/// - Throws: `ValidationError` that names the option, for anything else.
func numbers(_ list: String, _ option: String) throws -> [Float] {
  try list.split(separator: ",").map { text in
    guard let number = Float(text), number.isFinite, number >= 0 else {
      throw ValidationError("\(option) has “\(text)”; expected numbers from 0 on")
    }
    return number
  }
}

extension Image {
  /// Tells pictures apart: FNV-1a over the pixels' bits.
  var digest: String {
    let hash = pixels.withUnsafeElements { pixels in
      pixels.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
        ($0 ^ UInt64($1.bitPattern)) &* 0x0000_0100_0000_01b3
      }
    }
    return "\(width)×\(height) \(String(hash, radix: 16))"
  }
}
