import Kernels
import Tensors

extension ConvolutionReLU {
  /// The gradient of the loss by weight and bias: `dW = Σ masked·patchesᵀ`, `db = Σ masked`, summed
  /// over samples, where `masked` is what ReLU let through of the upstream gradient.
  ///
  /// Shapes: upstream and passed `[N, F, H', W']`, input `[N, C, H, W]`; results `[F, C, HH, WW]` and
  /// `[F]`.
  /// - Parameters:
  ///   - passed: Where the output of `forward` is positive.
  ///   - input: What `forward` was given.
  /// - Throws: `TensorError` when the shapes are not those of a forward pass.
  public func weightGradient(
    upstream: Tensor<Scalar>, passed: Tensor<Bool>, input: Tensor<Scalar>
  ) throws -> (weight: Tensor<Scalar>, bias: Tensor<Scalar>) {
    let geometry = try geometry(input.shape)
    try passed.requireShape(
      [input.shape[0], filters, geometry.outputHeight, geometry.outputWidth], "passed")
    try upstream.requireShape(passed.shape, "upstream")
    var weight = Tensor<Scalar>.zeros(weightShape)
    var bias = Tensor<Scalar>.zeros([filters])
    let (outputSize, length) = (filters * geometry.patchCount, geometry.patchLength)
    withScratch(outputSize) { (masked: UnsafeMutablePointer<Scalar>) in
      withScratch(length * geometry.patchCount) { (patches: UnsafeMutablePointer<Scalar>) in
        for sample in 0..<input.shape[0] {
          upstream.withUnsafeElements { upstream in
            passed.withUnsafeElements { passed in
              guard let upstream = upstream.baseAddress, let passed = passed.baseAddress else {
                return
              }
              rectifierGradient(
                upstream + sample * outputSize, passed + sample * outputSize, into: masked,
                channels: filters, width: geometry.patchCount, count: geometry.patchCount)
            }
          }
          input.withUnsafeElements { input in
            guard let input = input.baseAddress else { return }
            im2col(input + sample * geometry.imageSize, geometry, into: patches)
          }
          weight.withUnsafeMutableElements { weight in
            guard let weight = weight.baseAddress else { return }
            Scalar.multiply(
              transposeB: true, m: filters, n: length, k: geometry.patchCount, masked, patches,
              into: weight, accumulate: true)
          }
          bias.withUnsafeMutableElements { bias in
            withScratch(filters) { (sums: UnsafeMutablePointer<Scalar>) in
              reduce(
                .sum, masked, outer: filters, length: geometry.patchCount, inner: 1, into: sums)
              for filter in 0..<filters { bias[filter] += sums[filter] }
            }
          }
        }
      }
    }
    return (weight, bias)
  }
}
