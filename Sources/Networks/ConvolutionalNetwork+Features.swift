import Kernels
import Tensors

/// The features of some layers, and the way back from them to the image.
public struct Features<Scalar: TensorScalar>: Sendable {
  /// By layer number, `[N, C, H, W]` each.
  public let values: [Int: Tensor<Scalar>]
  /// From the gradients of a loss by some of these features to its gradient by the image.
  public let backward: @Sendable ([Int: Tensor<Scalar>]) throws -> Tensor<Scalar>
}

extension ConvolutionalNetwork {
  /// The outputs of the given layers; nothing deeper is computed.
  ///
  /// Shapes: x `[N, 3, H, W]`, normalised by `ImageNet` whatever the network was trained on, H and W at least the architecture's
  /// `minimumSide`.
  /// - Throws: `TensorError` for another shape, a picture too small, or a layer that does not exist;
  ///   `WeightsError` for a layer whose weights are missing.
  public func features(_ x: Tensor<Scalar>, layers wanted: Set<Int>) throws -> Features<Scalar> {
    for number in wanted where !architecture.layerNumbers.contains(number) {
      throw TensorError(
        "features(_:layers:)", shapes: [x.shape],
        reason: "\(architecture.rawValue) has the layers 0 to "
          + "\(architecture.layerNumbers.upperBound - 1), not \(number)")
    }
    var values: [Int: Tensor<Scalar>] = [:]
    var steps: [@Sendable (Tensor<Scalar>) throws -> Tensor<Scalar>] = []
    var current = try checked(x)
    for number in 0..<(wanted.max() ?? -1) + 1 {
      let (output, backward) = try forward(layer(number), current)
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

  /// The picture as the first layer takes it.
  func checked(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    try x.requireShape([nil, 3, nil, nil], "image")
    guard min(x.shape[2], x.shape[3]) >= architecture.minimumSide else {
      throw TensorError(
        "image", shapes: [x.shape],
        reason: "\(architecture.rawValue) needs at least \(architecture.minimumSide)×"
          + "\(architecture.minimumSide) pixels")
    }
    return try inputConvention.shift(Scalar.self).map { try x + $0 } ?? x
  }

  /// What the way back keeps is what it needs: of a convolution where its output is positive, of
  /// pooling the winners.
  private func forward(
    _ layer: Layer<Scalar>, _ x: Tensor<Scalar>
  ) throws -> (Tensor<Scalar>, @Sendable (Tensor<Scalar>) throws -> Tensor<Scalar>) {
    let inputShape = x.shape
    switch layer {
    case .identity: return (x, { $0 })
    case .convolution(let convolution):
      let output = try convolution.forward(x)
      let passed = output .> 0
      return (
        output,
        { try convolution.inputGradient(upstream: $0, passed: passed, inputShape: inputShape) }
      )
    case .pooling(let pooling, let window):
      let (output, cache) = try pooling.forward(x, window)
      return (output, { try pooling.inputGradient(upstream: $0, cache: cache) })
    case .fire(let squeeze, let expand1, let expand3):
      let squeezed = try squeeze.forward(x)
      let expanded = try FireExpansion(expand1: expand1, expand3: expand3)
      let output = try expanded.forward(squeezed)
      let (squeezedShape, squeezePassed, passed) = (
        squeezed.shape, squeezed .> 0, output .> 0
      )
      return (
        output,
        { upstream in
          let ofSqueezed = try expanded.inputGradient(
            upstream: upstream, passed: passed, inputShape: squeezedShape)
          return try squeeze.inputGradient(
            upstream: ofSqueezed, passed: squeezePassed, inputShape: inputShape)
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
  /// - Throws: `WeightsError` where the classifier's weights are missing, and as `features`.
  public func logits(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    let features = try lastFeatures(x)
    if architecture.classifierShapes.count == 1 {
      let (weight, bias) = try classifierWeights(0)
      return try ConvolutionReLU(weight: weight, bias: bias).forward(features).mean(axes: [2, 3])
    }
    var hidden = try averaged(features, to: 7).reshaped([features.shape[0], -1])
    for index in architecture.classifierShapes.indices {
      let (weight, bias) = try classifierWeights(index)
      hidden = try hidden.matrixMultiplied(by: weight, transposingOther: true) + bias
      if index + 1 < architecture.classifierShapes.count { hidden = hidden.maximum(0) }
    }
    return hidden
  }

  /// The means over a grid of equal parts, which overlap where the sides do not divide: PyTorch's
  /// AdaptiveAvgPool2d. Shapes: x `[N, C, H, W]`, result `[N, C, side, side]`.
  private func averaged(_ x: Tensor<Scalar>, to side: Int) throws -> Tensor<Scalar> {
    func range(_ index: Int, _ size: Int) -> Range<Int> {
      index * size / side..<((index + 1) * size + side - 1) / side
    }
    let rows = try (0..<side).map { i in
      try Tensor.stacking(
        (0..<side).map { j in
          try x[.all, .all, range(i, x.shape[2]), range(j, x.shape[3])].mean(axes: [2, 3])
        }, axis: 2)
    }
    return try .stacking(rows, axis: 2)
  }

  private func lastFeatures(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    let last = architecture.layerNumbers.upperBound - 1
    let features = try features(x, layers: [last])
    guard let values = features.values[last] else {
      preconditionFailure("features(_:layers:) returns the layers it was asked for")
    }
    return values
  }
}

/// Two convolutions of the same input whose outputs stand side by side in one tensor.
private struct FireExpansion<Scalar: TensorScalar>: Sendable {
  let expand1, expand3: ConvolutionReLU<Scalar>

  init(expand1: ConvolutionReLU<Scalar>, expand3: ConvolutionReLU<Scalar>) throws {
    (self.expand1, self.expand3) = (expand1, expand3)
  }

  func forward(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    let (one, three) = (try expand1.geometry(x.shape), try expand3.geometry(x.shape))
    let plane = one.patchCount
    let filters = expand1.filters + expand3.filters
    let shape = [x.shape[0], filters, x.shape[2], x.shape[3]]
    return Tensor(unsafeUninitializedShape: shape) { out in
      x.withUnsafeElements { x in
        guard let x = x.baseAddress else { return }
        for sample in 0..<shape[0] {
          let (image, target) = (x + sample * one.imageSize, out + sample * filters * plane)
          expand1.forward(image, one, into: target)
          expand3.forward(image, three, into: target + expand1.filters * plane)
        }
      }
    }
  }

  func inputGradient(
    upstream: Tensor<Scalar>, passed: Tensor<Bool>, inputShape: [Int]
  ) throws -> Tensor<Scalar> {
    try upstream.requireShape(passed.shape, "upstream")
    let (one, three) = (try expand1.geometry(inputShape), try expand3.geometry(inputShape))
    let plane = one.patchCount
    let filters = expand1.filters + expand3.filters
    return Tensor(unsafeUninitializedShape: inputShape) { gradient in
      clear(gradient, count: inputShape.reduce(1, *))
      upstream.withUnsafeElements { upstream in
        passed.withUnsafeElements { passed in
          guard let upstream = upstream.baseAddress, let passed = passed.baseAddress else { return }
          for sample in 0..<inputShape[0] {
            let (offset, middle) = (sample * filters * plane, expand1.filters * plane)
            let target = gradient + sample * one.imageSize
            expand1.addInputGradient(upstream + offset, passed + offset, one, to: target)
            expand3.addInputGradient(
              upstream + offset + middle, passed + offset + middle, three, to: target)
          }
        }
      }
    }
  }
}
