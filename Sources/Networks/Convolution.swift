import Kernels
import Tensors

/// A convolution (cross-correlation) with bias, followed by ReLU: `max(0, w ⋆ x + b)`.
///
/// The kit's fast one, for networks whose weights stand still: it gives gradients by its input
/// alone. Windows of one pixel are a matrix product as they stand; windows of 3×3 in `Float` go the
/// way of Winograd; all others become a matrix product by `im2col`.
///
/// Letters: N samples, C channels, H height, W width, F filters, HH×WW window; primed sizes are the
/// output's.
public struct ConvolutionReLU<Scalar: TensorScalar>: Sendable {
  /// Shapes: weight `[F, C, HH, WW]`, bias `[F]`.
  public let weight, bias: Tensor<Scalar>
  public let stride, padding: Int
  private let winograd: WinogradConvolution?

  /// - Throws: `TensorError` when weight and bias do not fit each other.
  public init(
    weight: Tensor<Scalar>, bias: Tensor<Scalar>, stride: Int = 1, padding: Int = 0
  ) throws {
    try weight.requireShape([nil, nil, nil, nil], "weight")
    try bias.requireShape([weight.shape[0]], "bias")
    (self.weight, self.bias, self.stride, self.padding) = (weight, bias, stride, padding)
    let isPlain = stride == 1 && padding == 1 && weight.shape[2...] == [3, 3]
    winograd =
      if isPlain, let weight = weight as? Tensor<Float>, let bias = bias as? Tensor<Float> {
        WinogradConvolution(weight: weight, bias: bias)
      } else {
        nil
      }
  }

  public var filters: Int { weight.shape[0] }

  /// Shapes: x `[N, C, H, W]`, result `[N, F, H', W']` with `H' = (H + 2·padding − HH)/stride + 1`.
  /// - Throws: `TensorError` when x has other channels than the weights or is smaller than a window.
  public func forward(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    let geometry = try geometry(x.shape)
    let shape = [x.shape[0], filters, geometry.outputHeight, geometry.outputWidth]
    return Tensor(unsafeUninitializedShape: shape) { out in
      x.withUnsafeElements { x in
        guard let x = x.baseAddress else { return }
        for sample in 0..<shape[0] {
          forward(
            x + sample * geometry.imageSize, geometry,
            into: out + sample * filters * geometry.patchCount)
        }
      }
    }
  }

  /// The gradient of the loss by the input, from the gradient by the output.
  ///
  /// Shapes: upstream and output `[N, F, H', W']`, inputShape and result `[N, C, H, W]`.
  /// - Parameters:
  ///   - output: What `forward` returned: where it is 0, ReLU lets nothing through.
  /// - Throws: `TensorError` when the shapes are not those of a forward pass.
  public func inputGradient(
    upstream: Tensor<Scalar>, output: Tensor<Scalar>, inputShape: [Int]
  ) throws -> Tensor<Scalar> {
    let geometry = try geometry(inputShape)
    let samples = inputShape[0]
    try output.requireShape(
      [samples, filters, geometry.outputHeight, geometry.outputWidth], "output")
    try upstream.requireShape(output.shape, "upstream")
    return Tensor(unsafeUninitializedShape: inputShape) { gradient in
      clear(gradient, count: samples * geometry.imageSize)
      upstream.withUnsafeElements { upstream in
        output.withUnsafeElements { output in
          guard let upstream = upstream.baseAddress, let output = output.baseAddress else { return }
          for sample in 0..<samples {
            let offset = sample * filters * geometry.patchCount
            addInputGradient(
              upstream + offset, output + offset, geometry,
              to: gradient + sample * geometry.imageSize)
          }
        }
      }
    }
  }

  /// - Throws: `TensorError` when an input of that shape has other channels than the weights, or is
  ///   smaller than a window.
  func geometry(_ shape: [Int]) throws -> WindowGeometry {
    guard shape.count == 4, shape[1] == weight.shape[1],
      shape[2] + 2 * padding >= weight.shape[2], shape[3] + 2 * padding >= weight.shape[3]
    else {
      throw TensorError(
        "convolution", shapes: [shape, weight.shape],
        reason: "expected an input [N, \(weight.shape[1]), H, W] at least as large as the window")
    }
    return WindowGeometry(
      channels: shape[1], height: shape[2], width: shape[3], windowHeight: weight.shape[2],
      windowWidth: weight.shape[3], stride: stride, padding: padding)
  }

  // MARK: One image

  /// Shapes: image `[C, H, W]`, target `[F, H', W']`.
  func forward(
    _ image: UnsafePointer<Scalar>, _ geometry: WindowGeometry,
    into target: UnsafeMutablePointer<Scalar>
  ) {
    if let winograd, let image = image as? UnsafePointer<Float>,
      let target = target as? UnsafeMutablePointer<Float>
    {
      return winograd.forward(image, height: geometry.height, width: geometry.width, into: target)
    }
    if isPointwise {
      return product(image, geometry.patchCount, into: target)
    }
    withScratch(geometry.patchLength * geometry.patchCount) {
      (patches: UnsafeMutablePointer<Scalar>) in
      forEachChannel(geometry) { channel, one in
        im2col(
          image + channel * one.imageSize, one,
          into: patches + channel * one.patchLength * one.patchCount)
      }
      product(patches, geometry.patchCount, into: target)
    }
  }

  /// Shapes: upstream and output `[F, H', W']`, gradient `[C, H, W]`.
  func addInputGradient(
    _ upstream: UnsafePointer<Scalar>, _ output: UnsafePointer<Scalar>,
    _ geometry: WindowGeometry, to gradient: UnsafeMutablePointer<Scalar>
  ) {
    if let winograd, let upstream = upstream as? UnsafePointer<Float>,
      let output = output as? UnsafePointer<Float>,
      let gradient = gradient as? UnsafeMutablePointer<Float>
    {
      return winograd.addInputGradient(
        upstream, output, height: geometry.height, width: geometry.width, to: gradient)
    }
    if isPointwise {
      return addProductGradient(upstream, output, geometry.patchCount, to: gradient)
    }
    withScratch(geometry.patchLength * geometry.patchCount) {
      (patches: UnsafeMutablePointer<Scalar>) in
      clear(patches, count: geometry.patchLength * geometry.patchCount)
      addProductGradient(upstream, output, geometry.patchCount, to: patches)
      forEachChannel(geometry) { channel, one in
        col2im(
          patches + channel * one.patchLength * one.patchCount, one,
          addingTo: gradient + channel * one.imageSize)
      }
    }
  }

  /// With a window of one pixel the image itself is the matrix of patches.
  private var isPointwise: Bool {
    weight.shape[2] == 1 && weight.shape[3] == 1 && stride == 1 && padding == 0
  }

  private func forEachChannel(
    _ geometry: WindowGeometry, _ body: (Int, WindowGeometry) -> Void
  ) {
    var one = geometry
    one.channels = 1
    let channel = one
    Parallel.forEachRange(of: geometry.channels) { channels in
      for index in channels { body(index, channel) }
    }
  }

  /// How many patches are multiplied at a time, so that bias and ReLU find the product still in the
  /// cache.
  private static var block: Int { 512 }

  /// `max(0, weight·patches + bias)`. Shapes: patches `[K, count]`, target `[F, count]`.
  private func product(
    _ patches: UnsafePointer<Scalar>, _ count: Int, into target: UnsafeMutablePointer<Scalar>
  ) {
    let k = weight.count / filters
    weight.withUnsafeElements { weight in
      bias.withUnsafeElements { bias in
        guard let weight = weight.baseAddress, let bias = bias.baseAddress else { return }
        Parallel.forEachRange(of: count, grain: 128) { range in
          for start in Swift.stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
            let width = min(Self.block, range.upperBound - start)
            Scalar.gemm(
              transposeA: false, transposeB: false, m: filters, n: width, k: k, alpha: 1,
              a: weight, rowStrideA: k, b: patches + start, rowStrideB: count,
              beta: 0, c: target + start, rowStrideC: count)
            addBiasAndRectify(
              target + start, bias, channels: filters, width: width, count: count)
          }
        }
      }
    }
  }

  /// The transpose of `product`, added. Shapes as there.
  private func addProductGradient(
    _ upstream: UnsafePointer<Scalar>, _ output: UnsafePointer<Scalar>, _ count: Int,
    to gradient: UnsafeMutablePointer<Scalar>
  ) {
    let k = weight.count / filters
    weight.withUnsafeElements { weight in
      guard let weight = weight.baseAddress else { return }
      Parallel.forEachRange(of: count, grain: 128) { range in
        withScratch(filters * min(Self.block, range.count)) {
          (masked: UnsafeMutablePointer<Scalar>) in
          for start in Swift.stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
            let width = min(Self.block, range.upperBound - start)
            rectifierGradient(
              upstream + start, output + start, into: masked,
              channels: filters, width: width, count: count)
            Scalar.gemm(
              transposeA: true, transposeB: false, m: k, n: width, k: filters, alpha: 1,
              a: weight, rowStrideA: k, b: masked, rowStrideB: width, beta: 1,
              c: gradient + start, rowStrideC: count)
          }
        }
      }
    }
  }
}

extension WindowGeometry {
  /// The number of elements of an image.
  var imageSize: Int { channels * height * width }
}

/// Adds a channel's bias to the first `width` of its `count` elements and sets what is negative to
/// 0.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func addBiasAndRectify<Scalar: TensorScalar>(
  _ x: UnsafeMutablePointer<Scalar>, _ bias: UnsafePointer<Scalar>, channels: Int, width: Int,
  count: Int
) {
  for channel in 0..<channels {
    let row = x + channel * count
    let shift = bias[channel]
    for i in 0..<width {
      let value = row[i] + shift
      row[i] = value > 0 ? value : 0
    }
  }
}

/// `upstream` where the output is positive, 0 elsewhere: rows of `width` out of rows of `count`.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func rectifierGradient<Scalar: TensorScalar>(
  _ upstream: UnsafePointer<Scalar>, _ output: UnsafePointer<Scalar>,
  into result: UnsafeMutablePointer<Scalar>, channels: Int, width: Int, count: Int
) {
  for channel in 0..<channels {
    let (from, reached) = (upstream + channel * count, output + channel * count)
    let to = result + channel * width
    for i in 0..<width { to[i] = reached[i] > 0 ? from[i] : 0 }
  }
}

/// Sets numbers to 0.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func clear<Scalar: TensorScalar>(_ x: UnsafeMutablePointer<Scalar>, count: Int) {
  x.initialize(repeating: 0, count: count)
}

/// Memory for `count` numbers while `body` runs, not initialised.
func withScratch<Scalar>(_ count: Int, _ body: (UnsafeMutablePointer<Scalar>) -> Void) {
  let scratch = UnsafeMutablePointer<Scalar>.allocate(capacity: max(count, 1))
  defer { scratch.deallocate() }
  body(scratch)
}
