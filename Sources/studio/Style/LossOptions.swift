import ArgumentParser
import Networks

/// What the losses compare, and what each of them weighs.
struct LossOptions: ParsableArguments {
  @Option(
    help: """
      Sizes, layers, weights and steps: painting, or CS231n's for starry-night, composition-vii and \
      scream. Weights of the content and of smoothness are for the preset's size; at another size \
      they are adapted.
      """)
  var preset: StylePreset.Name = .painting

  @Option(
    name: [.long, .customLong("content-layer")],
    help: "The layers that say what is to be seen: numbers, or conv4_2 for VGG; with commas.")
  var contentLayers: String?

  @Option(help: "A weight for each content layer beside the others, with commas (default: 1 each).")
  var contentWeights: String?

  @Option(help: "The layers that say how it is painted, with commas between them.")
  var styleLayers: String?

  @Option(help: "A weight for each of the style layers, with commas between them.")
  var styleWeights: String?

  @Option(help: "How much the content weighs, in place of the preset's weight.")
  var contentWeight: Float?

  @Option(help: "How much the style weighs: multiplies the weights of all style layers.")
  var styleWeight: Float?

  @Option(help: "How much smoothness weighs, in place of the preset's weight.")
  var tvWeight: Float?

  @Option(
    help: """
      In whose scaling the weights are: cs231n (sums, as in A4; the presets'), gatys (½ the content, \
      ¼ the style; default weights 1 and 1000 over the layers), neural-style (means; 5 and 100) or \
      relative (errors as shares of their targets; 100 and 1000; the default for VGG).
      """)
  var scaling: LossScaling?

  @Flag(
    help: """
      Divide each loss's gradient by its L1 norm, so that a weight says how hard a layer pulls \
      (default weights 5, 100 and 0.001).
      """)
  var normalizeGradients = false

  func validate() throws {
    for (name, value) in [
      ("--content-weight", contentWeight), ("--style-weight", styleWeight),
      ("--tv-weight", tvWeight),
    ] {
      guard (value ?? 0) >= 0, (value ?? 0).isFinite else {
        throw ValidationError("\(name) must be a number from 0 on, got \(value ?? 0)")
      }
    }
  }

  func settings(
    _ preset: StylePreset, network: ConvolutionalNetwork<Float>, networkOptions: NetworkOptions,
    size: Int?
  ) throws -> LossSettings {
    var settings = LossSettings()
    let scaling = scaling ?? preset.scaling
    settings.scaling = scaling
    settings.normalizesGradients = normalizeGradients
    settings.contentLayers =
      try contentLayers.map { try networkOptions.layers($0, of: network.architecture) }
      ?? [preset.contentLayer]
    settings.styleLayers =
      try styleLayers.map { try networkOptions.layers($0, of: network.architecture) }
      ?? preset.styleLayers
    let isPreset = scaling == preset.scaling && !normalizeGradients
    let defaults = defaultWeights(preset, styleLayers: settings.styleLayers.count)
    let shares =
      try contentWeights.map { try numbers($0, "--content-weights") }
      ?? settings.contentLayers.map { _ in 1 }
    guard shares.count == settings.contentLayers.count else {
      throw ValidationError(
        "there are \(settings.contentLayers.count) content layers and \(shares.count) weights for "
          + "them; give as many --content-weights as --content-layers")
    }
    settings.contentWeights = shares.map { $0 * (contentWeight ?? defaults.content) }
    let weights = try styleWeights.map { try numbers($0, "--style-weights") } ?? defaults.styles
    guard weights.count == settings.styleLayers.count else {
      throw ValidationError(
        "there are \(settings.styleLayers.count) style layers and \(weights.count) "
          + "weights for them; give as many --style-weights as --style-layers")
    }
    settings.styleWeights = weights.map { $0 * (styleWeight ?? defaults.style) }
    settings.totalVariationWeight = tvWeight ?? defaults.variation
    // The preset's own weights are for its own size, others for the size that they are given with.
    settings.referenceSide = isPreset ? preset.contentSize : size ?? preset.contentSize
    return settings
  }

  /// What weighs how much where no weights are given.
  private func defaultWeights(
    _ preset: StylePreset, styleLayers count: Int
  ) -> (content: Float, style: Float, styles: [Float], variation: Float) {
    let ones = [Float](repeating: 1, count: count)
    if normalizeGradients { return (5, 100, ones, 1e-3) }
    let variation = preset.totalVariationWeight
    switch scaling ?? preset.scaling {
    case .cs231n: return (preset.contentWeight, 1, preset.styleWeights, variation)
    case .gatys: return (1, 1000, ones.map { $0 / Float(count) }, variation)
    case .neuralStyle: return (5, 100, ones, 1e-3)
    // A preset of this scale has equal weights, whatever the layers are.
    case .relative:
      return preset.scaling == .relative
        ? (preset.contentWeight, 1000, ones, variation) : (100, 1000, ones, 1e-2)
    }
  }

  /// What must be the same when a painting is resumed.
  var resumeSettings: [String: String] {
    [
      "--preset": preset.rawValue, "--content-layers": contentLayers ?? "the preset's",
      "--content-weights": contentWeights ?? "1", "--style-layers": styleLayers ?? "the preset's",
      "--style-weights": styleWeights ?? "the preset's",
      "--content-weight": contentWeight.map { "\($0)" } ?? "the preset's",
      "--style-weight": styleWeight.map { "\($0)" } ?? "the preset's",
      "--tv-weight": tvWeight.map { "\($0)" } ?? "the preset's",
      "--scaling": scaling?.rawValue ?? "the preset's",
      "--normalize-gradients": normalizeGradients ? "on" : "off",
    ]
  }
}
