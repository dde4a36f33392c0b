import Tensors

extension ConvolutionalNetwork<Float> {
  /// A network whose filters are learned from pictures at hand, within a second and without labels.
  ///
  /// Layer by layer: windows are cut at random from what the layer will see of the pictures. Their
  /// principal components `vₖ` with variances `λₖ`, whitened, become pairs of filters, one for each
  /// sign, since ReLU lets only one pass: `±vₖ/√(λₖ + ε·λ̄)`, ε = 0.1, with biases that take away the
  /// windows' mean; and a layer is scaled so that its outputs are 1 on average. The same pictures
  /// always give the same network.
  ///
  /// Sources: Chan et al., "PCANet: a simple deep learning baseline for image classification?", IEEE
  /// TIP 24(12), 2015, DOI 10.1109/TIP.2015.2475625, for the components layer by layer; Shang et al.,
  /// "Understanding and improving convolutional neural networks via concatenated rectified linear
  /// units", ICML 2016, arXiv:1603.05201, for the pairs.
  ///
  /// - Parameters:
  ///   - images: `[1, 3, H, W]` each, normalised (`ImageNet`), H and W at least 32.
  ///   - pooling: How the network pools, while it learns too.
  /// - Throws: `TensorError` for no images and for another shape.
  public init(learnedFrom images: [Tensor<Float>], pooling: Pooling = .average) throws {
    guard !images.isEmpty else {
      throw TensorError("init(learnedFrom:)", shapes: [], reason: "there are no images")
    }
    let architecture = Architecture.principalFilters
    for image in images {
      try image.requireShape([1, 3, nil, nil], "image")
      guard min(image.shape[2], image.shape[3]) >= architecture.minimumSide else {
        throw TensorError(
          "init(learnedFrom:)", shapes: [image.shape],
          reason: "expected at least \(architecture.minimumSide)×\(architecture.minimumSide) pixels"
        )
      }
    }
    var generator = SeededGenerator(seed: 1606)
    var weights: [String: Tensor<Float>] = [:]
    for (name, shape) in architecture.convolutionShapes {
      let number = architecture.layer(named: String(name.dropFirst("features.".count))) ?? 0
      var inputs = images
      if number > 0 {
        let begun = try Self(architecture, weights: weights, pooling: pooling)
        inputs = try images.compactMap {
          try begun.features($0, layers: [number - 1]).values[number - 1]
        }
      }
      let windows = try Self.windows(of: inputs, side: shape[2], count: 8000, using: &generator)
      let (weight, bias) = try Self.whitenedPairs(windows, filters: shape[0], using: &generator)
      weights[name + ".weight"] = try weight.reshaped(shape)
      weights[name + ".bias"] = bias
    }
    try self.init(architecture, weights: weights, pooling: pooling)
  }

  /// About `count` windows from random places, as many of each image. Shapes: result
  /// `[count, C·side·side]`.
  private static func windows(
    of images: [Tensor<Float>], side: Int, count: Int, using generator: inout SeededGenerator
  ) throws -> Tensor<Float> {
    try .concatenating(
      images.map { image in
        let (channels, height, width) = (image.shape[1], image.shape[2], image.shape[3])
        let share = max(1, count / images.count)
        let corners = (0..<share).map { _ in
          Int.random(in: 0...height - side, using: &generator) * width
            + Int.random(in: 0...width - side, using: &generator)
        }
        return image.withUnsafeElements { pixels in
          Tensor(unsafeUninitializedShape: [share, channels * side * side]) { out in
            var index = 0
            for corner in corners {
              for channel in 0..<channels {
                for row in 0..<side {
                  let start = corner + (channel * height + row) * width
                  for column in 0..<side {
                    out[index] = pixels[start + column]
                    index += 1
                  }
                }
              }
            }
          }
        }
      })
  }

  /// Shapes: windows `[N, D]`, result: weight `[F, D]`, bias `[F]`.
  private static func whitenedPairs(
    _ windows: Tensor<Float>, filters: Int, using generator: inout SeededGenerator
  ) throws -> (weight: Tensor<Float>, bias: Tensor<Float>) {
    let mean = try windows.mean(axis: 0, keepingAxis: true)
    let centered = try windows - mean
    let covariance =
      try (1 / Float(windows.shape[0]))
      * centered.matrixMultiplied(by: centered, transposingSelf: true)
    let (values, vectors) = try principalComponents(
      of: covariance.cast(to: Double.self), count: filters / 2, using: &generator)
    let size = covariance.shape[0]
    let average = (0..<size).reduce(0.0) { $0 + Double(covariance[$1, $1]) } / Double(size)
    let lengths = values.map { 1 / (max($0, 0) + 0.1 * average + 1e-9).squareRoot() }
    let half = try (vectors * Tensor(lengths, shape: [lengths.count, 1])).cast(to: Float.self)
    let weight = try Tensor.concatenating([half, -half])
    let output = try centered.matrixMultiplied(by: weight, transposingOther: true)
      .maximum(0).mean()
    let scaled = (1 / max(output, 1e-3)) * weight
    let bias = try -scaled.matrixMultiplied(by: mean, transposingOther: true).reshaped([filters])
    return (scaled, bias)
  }
}
