/// The networks that the kit knows, by torchvision's names.
///
/// Sources: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
/// recognition", arXiv:1409.1556; Iandola et al., "SqueezeNet", arXiv:1602.07360;
/// torchvision.models.
public enum Architecture: String, CaseIterable, Sendable, Codable {
  case squeezeNet1_0 = "squeezenet1_0"
  case squeezeNet1_1 = "squeezenet1_1"
  case vgg16, vgg19
  /// A small network in VGG's shape whose filters are learned from the pictures at hand
  /// (`ConvolutionalNetwork(learnedFrom:)`), numbered alike.
  case principalFilters = "principal-filters"
  /// A small network in VGG's shape, trained by the kit to see what stands where in drawn scenes of
  /// 64×64 pixels: 64 channels for each part of a grid of 8×8.
  case sceneGrid = "scene-grid"

  /// What stands at one of torchvision's numbers.
  enum Block: Equatable, Sendable {
    case convolution(channels: Int, filters: Int, size: Int, stride: Int, padding: Int)
    /// Torchvision's number for a ReLU, which the convolution before it applies already.
    case identity
    case pooling(Pooling.Window)
    case fire(channels: Int, squeezed: Int, expanded: Int)
  }

  /// The numbers of the layers whose features can be had, as torchvision's `features` are numbered.
  public var layerNumbers: Range<Int> { 0..<blocks.count }

  /// The smallest picture side that every layer can take.
  public var minimumSide: Int { 32 }

  var blocks: [Block] {
    switch self {
    case .squeezeNet1_0:
      [
        .convolution(channels: 3, filters: 96, size: 7, stride: 2, padding: 0), .identity,
        .pooling(.threeByTwo), .fire(channels: 96, squeezed: 16, expanded: 64),
        .fire(channels: 128, squeezed: 16, expanded: 64),
        .fire(channels: 128, squeezed: 32, expanded: 128), .pooling(.threeByTwo),
        .fire(channels: 256, squeezed: 32, expanded: 128),
        .fire(channels: 256, squeezed: 48, expanded: 192),
        .fire(channels: 384, squeezed: 48, expanded: 192),
        .fire(channels: 384, squeezed: 64, expanded: 256), .pooling(.threeByTwo),
        .fire(channels: 512, squeezed: 64, expanded: 256),
      ]
    case .squeezeNet1_1:
      [
        .convolution(channels: 3, filters: 64, size: 3, stride: 2, padding: 0), .identity,
        .pooling(.threeByTwo), .fire(channels: 64, squeezed: 16, expanded: 64),
        .fire(channels: 128, squeezed: 16, expanded: 64), .pooling(.threeByTwo),
        .fire(channels: 128, squeezed: 32, expanded: 128),
        .fire(channels: 256, squeezed: 32, expanded: 128), .pooling(.threeByTwo),
        .fire(channels: 256, squeezed: 48, expanded: 192),
        .fire(channels: 384, squeezed: 48, expanded: 192),
        .fire(channels: 384, squeezed: 64, expanded: 256),
        .fire(channels: 512, squeezed: 64, expanded: 256),
      ]
    case .vgg16: Self.vgg([2, 2, 3, 3, 3])
    case .vgg19: Self.vgg([2, 2, 4, 4, 4])
    case .principalFilters: Self.vgg([1, 1, 1, 1], [32, 64, 128, 128])
    // Without the last pooling: where things are is what counts.
    case .sceneGrid: Array(Self.vgg([1, 1, 1, 2], [16, 32, 64, 64]).dropLast())
    }
  }

  private static func vgg(
    _ convolutions: [Int], _ filters: [Int] = [64, 128, 256, 512, 512]
  ) -> [Block] {
    var channels = 3
    return zip(convolutions, filters).flatMap { count, filters -> [Block] in
      let block = (0..<count).flatMap { _ -> [Block] in
        defer { channels = filters }
        return [
          .convolution(channels: channels, filters: filters, size: 3, stride: 1, padding: 1),
          .identity,
        ]
      }
      return block + [.pooling(.twoByTwo)]
    }
  }

  /// Every convolution below the classifier with the shape of its weights, in order.
  public var convolutionShapes: [(name: String, shape: [Int])] {
    blocks.enumerated().flatMap { number, block -> [(name: String, shape: [Int])] in
      switch block {
      case .convolution(let channels, let filters, let size, _, _):
        [("features.\(number)", [filters, channels, size, size])]
      case .identity, .pooling: []
      case .fire(let channels, let squeezed, let expanded):
        [
          ("features.\(number).squeeze", [squeezed, channels, 1, 1]),
          ("features.\(number).expand1x1", [expanded, squeezed, 1, 1]),
          ("features.\(number).expand3x3", [expanded, squeezed, 3, 3]),
        ]
      }
    }
  }

  /// The classifier's layers with the shapes of their weights, in order.
  public var classifierShapes: [(name: String, shape: [Int])] {
    switch self {
    case .squeezeNet1_0, .squeezeNet1_1: [("classifier.1", [1000, 512, 1, 1])]
    case .vgg16, .vgg19:
      [
        ("classifier.0", [4096, 25088]), ("classifier.3", [4096, 4096]),
        ("classifier.6", [1000, 4096]),
      ]
    case .principalFilters, .sceneGrid: []
    }
  }

  /// The architecture that tensors of these shapes are weights of, as far as they go; nil for none.
  ///
  /// - Parameter shapes: By torchvision's names. The last layers may be missing.
  public init?(weightShapes shapes: [String: [Int]]) {
    let names = shapes.keys.filter { $0.hasPrefix("features.") && $0.hasSuffix(".weight") }
    let fitting = Self.allCases.filter { architecture in
      let known = architecture.convolutionShapes
      let present = known.prefix { shapes[$0.name + ".weight"] == $0.shape }
      return !present.isEmpty && present.count == names.count
    }
    // VGG-16's first layers are also VGG-19's; cut short, either will do.
    guard let first = fitting.first else { return nil }
    self = first
  }

  /// The number of a layer by its number or, for VGG, by a name such as `conv4_2`, `relu4_2` or
  /// `pool4`; nil for another name.
  public func layer(named name: String) -> Int? {
    if let number = Int(name) { return layerNumbers.contains(number) ? number : nil }
    guard self == .vgg16 || self == .vgg19,
      let match = name.wholeMatch(of: /(conv|relu|pool)([1-5])(?:_([1-4]))?/),
      let block = Int(match.2)
    else { return nil }
    let pools = blocks.indices.filter { if case .pooling = blocks[$0] { true } else { false } }
    if match.1 == "pool" { return match.3 == nil ? pools[block - 1] : nil }
    guard let index = match.3.flatMap({ Int($0) }) else { return nil }
    let first = block == 1 ? 0 : pools[block - 2] + 1
    let number = first + 2 * (index - 1) + (match.1 == "relu" ? 1 : 0)
    return number < pools[block - 1] ? number : nil
  }
}
