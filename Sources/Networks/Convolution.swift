import Kernels
import Tensors

/// A convolution (cross-correlation) with bias, followed by ReLU: `max(0, w ⋆ x + b)`.
///
/// The kit's fast one, for networks whose weights stand still: it gives gradients by its input
/// alone. Letters: N samples, C channels, H height, W width, F filters, HH×WW window; primed sizes
/// are the output's.
public struct ConvolutionReLU<Scalar: TensorScalar>: Sendable {
  /// Shapes: weight `[F, C, HH, WW]`, bias `[F]`.
  public let weight, bias: Tensor<Scalar>
  public let stride, padding: Int

  /// - Throws: `TensorError` when weight and bias do not fit each other.
  public init(
    weight: Tensor<Scalar>, bias: Tensor<Scalar>, stride: Int = 1, padding: Int = 0
  ) throws {
    try weight.requireShape([nil, nil, nil, nil], "weight")
    try bias.requireShape([weight.shape[0]], "bias")
    (self.weight, self.bias, self.stride, self.padding) = (weight, bias, stride, padding)
  }

  /// Shapes: x `[N, C, H, W]`, result `[N, F, H', W']` with `H' = (H + 2·padding − HH)/stride + 1`.
  /// - Throws: `TensorError` when x has other channels than the weights or is smaller than a window.
  public func forward(_ x: Tensor<Scalar>) throws -> Tensor<Scalar> {
    let geometry = try geometry(x.shape)
    let (samples, filters) = (x.shape[0], weight.shape[0])
    let (rows, columns) = (geometry.patchLength, geometry.patchCount)
    let shape = [samples, filters, geometry.outputHeight, geometry.outputWidth]
    let imageSize = geometry.channels * geometry.height * geometry.width
    return Tensor(unsafeUninitializedShape: shape) { out in
      withPointers(x, weight, bias) { x, weight, bias in
        withScratch(isPointwise ? 0 : rows * columns) { scratch in
          for sample in 0..<samples {
            let image = x + sample * imageSize
            let target = out + sample * filters * columns
            if !isPointwise { im2col(image, geometry, into: scratch) }
            Scalar.multiply(
              m: filters, n: columns, k: rows, weight,
              isPointwise ? image : UnsafePointer(scratch), into: target)
            addBiasAndRectify(target, bias, channels: filters, count: columns)
          }
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
    let (samples, filters) = (inputShape[0], weight.shape[0])
    let (rows, columns) = (geometry.patchLength, geometry.patchCount)
    try output.requireShape(
      [samples, filters, geometry.outputHeight, geometry.outputWidth], "output")
    try upstream.requireShape(output.shape, "upstream")
    let imageSize = geometry.channels * geometry.height * geometry.width
    return Tensor(unsafeUninitializedShape: inputShape) { gradient in
      withPointers(upstream, output, weight) { upstream, output, weight in
        withScratch(filters * columns) { masked in
          withScratch(isPointwise ? 0 : rows * columns) { scratch in
            for sample in 0..<samples {
              let offset = sample * filters * columns
              rectifierGradient(
                upstream + offset, output + offset, into: masked, count: filters * columns)
              let target = gradient + sample * imageSize
              Scalar.multiply(
                transposeA: true, m: rows, n: columns, k: filters, weight, masked,
                into: isPointwise ? target : scratch)
              if !isPointwise {
                target.initialize(repeating: 0, count: imageSize)
                col2im(scratch, geometry, addingTo: target)
              }
            }
          }
        }
      }
    }
  }

  /// With a window of one pixel the image itself is the matrix of patches.
  private var isPointwise: Bool {
    weight.shape[2] == 1 && weight.shape[3] == 1 && stride == 1 && padding == 0
  }

  private func geometry(_ shape: [Int]) throws -> WindowGeometry {
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
}

/// Adds a channel's bias to each of its `count` elements and sets what is negative to 0.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func addBiasAndRectify<Scalar: TensorScalar>(
  _ x: UnsafeMutablePointer<Scalar>, _ bias: UnsafePointer<Scalar>, channels: Int, count: Int
) {
  for channel in 0..<channels {
    let row = x + channel * count
    let shift = bias[channel]
    for i in 0..<count {
      let value = row[i] + shift
      row[i] = value > 0 ? value : 0
    }
  }
}

/// `upstream` where the output is positive, 0 elsewhere.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func rectifierGradient<Scalar: TensorScalar>(
  _ upstream: UnsafePointer<Scalar>, _ output: UnsafePointer<Scalar>,
  into result: UnsafeMutablePointer<Scalar>, count: Int
) {
  for i in 0..<count { result[i] = output[i] > 0 ? upstream[i] : 0 }
}

/// Pointers to the elements of three tensors, none of them empty.
func withPointers<Scalar: TensorScalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ c: Tensor<Scalar>,
  _ body: (UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafePointer<Scalar>) -> Void
) {
  a.withUnsafeElements { a in
    b.withUnsafeElements { b in
      c.withUnsafeElements { c in
        guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
        body(a, b, c)
      }
    }
  }
}

/// Memory for `count` numbers while `body` runs, not initialised.
func withScratch<Scalar>(_ count: Int, _ body: (UnsafeMutablePointer<Scalar>) -> Void) {
  let scratch = UnsafeMutablePointer<Scalar>.allocate(capacity: max(count, 1))
  defer { scratch.deallocate() }
  body(scratch)
}
