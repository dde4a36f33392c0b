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
  /// `[F, C, HH, WW]`
  public let weightShape: [Int]
  public let stride, padding: Int
  private let method: Method

  /// Each keeps the weights in the form that it needs.
  private enum Method: Sendable {
    case winograd(WinogradConvolution)
    case product(ProductConvolution<Scalar>)
  }

  /// Shapes: weight `[F, C, HH, WW]`, bias `[F]`.
  /// - Throws: `TensorError` when weight and bias do not fit each other.
  public init(
    weight: Tensor<Scalar>, bias: Tensor<Scalar>, stride: Int = 1, padding: Int = 0
  ) throws {
    try weight.requireShape([nil, nil, nil, nil], "weight")
    try bias.requireShape([weight.shape[0]], "bias")
    (weightShape, self.stride, self.padding) = (weight.shape, stride, padding)
    let isPlain = stride == 1 && padding == 1 && weight.shape[2...] == [3, 3]
    method =
      if isPlain, let weight = weight as? Tensor<Float>, let bias = bias as? Tensor<Float> {
        .winograd(WinogradConvolution(weight: weight.elements, bias: bias.elements))
      } else {
        .product(
          ProductConvolution(
            weight: weight, bias: bias, isPlain: stride == 1 && padding == 0))
      }
  }

  public var filters: Int { weightShape[0] }

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
  /// Shapes: upstream and passed `[N, F, H', W']`, inputShape and result `[N, C, H, W]`.
  /// - Parameters:
  ///   - passed: Where the output of `forward` is positive; elsewhere ReLU lets nothing through.
  /// - Throws: `TensorError` when the shapes are not those of a forward pass.
  public func inputGradient(
    upstream: Tensor<Scalar>, passed: Tensor<Bool>, inputShape: [Int]
  ) throws -> Tensor<Scalar> {
    let geometry = try geometry(inputShape)
    let samples = inputShape[0]
    try passed.requireShape(
      [samples, filters, geometry.outputHeight, geometry.outputWidth], "passed")
    try upstream.requireShape(passed.shape, "upstream")
    return Tensor(unsafeUninitializedShape: inputShape) { gradient in
      clear(gradient, count: samples * geometry.imageSize)
      upstream.withUnsafeElements { upstream in
        passed.withUnsafeElements { passed in
          guard let upstream = upstream.baseAddress, let passed = passed.baseAddress else { return }
          for sample in 0..<samples {
            let offset = sample * filters * geometry.patchCount
            addInputGradient(
              upstream + offset, passed + offset, geometry,
              to: gradient + sample * geometry.imageSize)
          }
        }
      }
    }
  }

  /// - Throws: `TensorError` when an input of that shape has other channels than the weights, or is
  ///   smaller than a window.
  func geometry(_ shape: [Int]) throws -> WindowGeometry {
    guard shape.count == 4, shape[1] == weightShape[1],
      shape[2] + 2 * padding >= weightShape[2], shape[3] + 2 * padding >= weightShape[3]
    else {
      throw TensorError(
        "convolution", shapes: [shape, weightShape],
        reason: "expected an input [N, \(weightShape[1]), H, W] at least as large as the window")
    }
    return WindowGeometry(
      channels: shape[1], height: shape[2], width: shape[3], windowHeight: weightShape[2],
      windowWidth: weightShape[3], stride: stride, padding: padding)
  }

  // MARK: One image

  /// Shapes: image `[C, H, W]`, target `[F, H', W']`.
  func forward(
    _ image: UnsafePointer<Scalar>, _ geometry: WindowGeometry,
    into target: UnsafeMutablePointer<Scalar>
  ) {
    switch method {
    case .product(let product): product.forward(image, geometry, into: target)
    case .winograd(let winograd):
      guard let image = image as? UnsafePointer<Float>,
        let target = target as? UnsafeMutablePointer<Float>
      else { preconditionFailure("Winograd's convolution is made for Float alone") }
      winograd.forward(image, height: geometry.height, width: geometry.width, into: target)
    }
  }

  /// Shapes: upstream and passed `[F, H', W']`, gradient `[C, H, W]`.
  func addInputGradient(
    _ upstream: UnsafePointer<Scalar>, _ passed: UnsafePointer<Bool>,
    _ geometry: WindowGeometry, to gradient: UnsafeMutablePointer<Scalar>
  ) {
    switch method {
    case .product(let product): product.addInputGradient(upstream, passed, geometry, to: gradient)
    case .winograd(let winograd):
      guard let upstream = upstream as? UnsafePointer<Float>,
        let gradient = gradient as? UnsafeMutablePointer<Float>
      else { preconditionFailure("Winograd's convolution is made for Float alone") }
      winograd.addInputGradient(
        upstream, passed, height: geometry.height, width: geometry.width, to: gradient)
    }
  }
}

extension WindowGeometry {
  /// The number of elements of an image.
  var imageSize: Int { channels * height * width }
}
