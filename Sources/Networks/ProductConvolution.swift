import Kernels
import Tensors

/// The convolution of `ConvolutionReLU` as a matrix product of the weights with all patches of the
/// image.
///
/// Letters as there, K = C·HH·WW.
struct ProductConvolution<Scalar: TensorScalar>: Sendable {
  /// Shapes: weight `[F, C, HH, WW]`, bias `[F]`.
  private let weight, bias: Tensor<Scalar>
  /// Whether the image itself is the matrix of patches: the window has one pixel.
  private let isPointwise: Bool

  /// - Parameter isPlain: Whether the stride is 1 and the padding 0.
  init(weight: Tensor<Scalar>, bias: Tensor<Scalar>, isPlain: Bool) {
    (self.weight, self.bias) = (weight, bias)
    isPointwise = isPlain && weight.shape[2...] == [1, 1]
  }

  /// Shapes: image `[C, H, W]`, target `[F, H', W']`.
  func forward(
    _ image: UnsafePointer<Scalar>, _ geometry: WindowGeometry,
    into target: UnsafeMutablePointer<Scalar>
  ) {
    if isPointwise { return product(image, geometry.patchCount, into: target) }
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

  /// Shapes: upstream and passed `[F, H', W']`, gradient `[C, H, W]`.
  func addInputGradient(
    _ upstream: UnsafePointer<Scalar>, _ passed: UnsafePointer<Bool>,
    _ geometry: WindowGeometry, to gradient: UnsafeMutablePointer<Scalar>
  ) {
    if isPointwise {
      return productGradient(upstream, passed, geometry.patchCount, to: gradient, adding: true)
    }
    withScratch(geometry.patchLength * geometry.patchCount) {
      (patches: UnsafeMutablePointer<Scalar>) in
      productGradient(upstream, passed, geometry.patchCount, to: patches, adding: false)
      forEachChannel(geometry) { channel, one in
        col2im(
          patches + channel * one.patchLength * one.patchCount, one,
          addingTo: gradient + channel * one.imageSize)
      }
    }
  }

  private var filters: Int { bias.count }

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
            rectify(
              target + start, addingBias: bias, channels: filters, width: width,
              count: count)
          }
        }
      }
    }
  }

  /// The transpose of `product`. Shapes as there.
  private func productGradient(
    _ upstream: UnsafePointer<Scalar>, _ passed: UnsafePointer<Bool>, _ count: Int,
    to gradient: UnsafeMutablePointer<Scalar>, adding: Bool
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
              upstream + start, passed + start, into: masked,
              channels: filters, width: width, count: count)
            Scalar.gemm(
              transposeA: true, transposeB: false, m: k, n: width, k: filters, alpha: 1,
              a: weight, rowStrideA: k, b: masked, rowStrideB: width, beta: adding ? 1 : 0,
              c: gradient + start, rowStrideC: count)
          }
        }
      }
    }
  }
}
