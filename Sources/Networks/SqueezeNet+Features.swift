import Tensors

/// The features of some layers, and the way back from them to the image.
public struct Features<Scalar: TensorScalar>: Sendable {
  /// By layer number, `[N, C, H, W]` each.
  public let values: [Int: Tensor<Scalar>]
  /// From the gradients of a loss by some of these features to its gradient by the image.
  public let backward: @Sendable ([Int: Tensor<Scalar>]) throws -> Tensor<Scalar>
}

extension SqueezeNet {
  /// The outputs of the given layers; nothing deeper is computed.
  ///
  /// Shapes: x `[N, 3, H, W]`, normalised (`ImageNet`), H and W at least `minimumSide`.
  /// - Throws: `TensorError` for another shape, a picture too small, or a layer that does not exist.
  public func features(_ x: Tensor<Scalar>, layers wanted: Set<Int>) throws -> Features<Scalar> {
    for number in wanted where !Self.layerNumbers.contains(number) {
      throw TensorError(
        "features(_:layers:)", shapes: [x.shape],
        reason: "SqueezeNet has the layers 0 to 12, not \(number)")
    }
    try x.requireShape([nil, 3, nil, nil], "image")
    guard min(x.shape[2], x.shape[3]) >= Self.minimumSide else {
      throw TensorError(
        "image", shapes: [x.shape],
        reason: "SqueezeNet needs at least \(Self.minimumSide)×\(Self.minimumSide) pixels")
    }
    var values: [Int: Tensor<Scalar>] = [:]
    var steps: [@Sendable (Tensor<Scalar>) throws -> Tensor<Scalar>] = []
    var current = x
    for (number, layer) in layers.prefix((wanted.max() ?? -1) + 1).enumerated() {
      let (output, backward) = try forward(layer, current)
      steps.append(backward)
      current = output
      if wanted.contains(number) { values[number] = output }
    }
    let (backwardSteps, shape, shapes) = (steps, x.shape, values.mapValues(\.shape))
    return Features(values: values) { upstream in
      var gradient: Tensor<Scalar>?
      for (number, given) in upstream {
        guard let expected = shapes[number] else {
          throw TensorError(
            "backward", shapes: [given.shape], reason: "layer \(number) was not computed")
        }
        try given.requireShape(expected.map { $0 }, "upstream of layer \(number)")
      }
      for number in backwardSteps.indices.reversed() {
        if let here = upstream[number] { gradient = try gradient.map { try $0 + here } ?? here }
        gradient = try gradient.map(backwardSteps[number])
      }
      return gradient ?? .zeros(shape)
    }
  }

  private func forward(
    _ layer: Layer, _ x: Tensor<Scalar>
  ) throws -> (Tensor<Scalar>, @Sendable (Tensor<Scalar>) throws -> Tensor<Scalar>) {
    let inputShape = x.shape
    switch layer {
    case .identity: return (x, { $0 })
    case .convolution(let convolution):
      let output = try convolution.forward(x)
      return (
        output,
        { try convolution.inputGradient(upstream: $0, output: output, inputShape: inputShape) }
      )
    case .maxPooling:
      let (output, winners) = try MaxPooling.forward(x)
      return (
        output,
        { MaxPooling.inputGradient(upstream: $0, winners: winners, inputShape: inputShape) }
      )
    case .fire(let fire):
      let squeezed = try fire.squeeze.forward(x)
      let narrow = try fire.expand1.forward(squeezed)
      let wide = try fire.expand3.forward(squeezed)
      return (
        try .concatenating([narrow, wide], axis: 1),
        { upstream in
          let middle = narrow.shape[1]
          let ofSqueezed =
            try fire.expand1.inputGradient(
              upstream: upstream[.all, ..<middle], output: narrow, inputShape: squeezed.shape)
            + fire.expand3.inputGradient(
              upstream: upstream[.all, middle...], output: wide, inputShape: squeezed.shape)
          return try fire.squeeze.inputGradient(
            upstream: ofSqueezed, output: squeezed, inputShape: inputShape)
        }
      )
    }
  }

  /// The mean of the last features over the picture: 512 numbers that say what is in it.
  /// Shapes: x as in `features(_:layers:)`, result `[N, 512]`.
  public func pooledFeatures(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    try lastFeatures(x).mean(axes: [2, 3])
  }

  /// The score of each of the 1000 ImageNet classes.
  /// Shapes: x as in `features(_:layers:)`, result `[N, 1000]`.
  public func logits(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    try classifier.forward(lastFeatures(x)).mean(axes: [2, 3])
  }

  private func lastFeatures(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    let last = Self.layerNumbers.upperBound - 1
    let features = try features(x, layers: [last])
    guard let values = features.values[last] else {
      preconditionFailure("features(_:layers:) returns the layers it was asked for")
    }
    return values
  }
}
