import Exercises
import Tensors

// Letters: N samples, C channels of H × W pixels, F filters of HH × WW, S stride, P padding;
// H′ = ⌊(H + 2P − HH) / S⌋ + 1 and W′ likewise: the size of the output.

/// What the backward pass of a convolution needs from its forward pass.
public struct ConvolutionCache<Scalar: TensorScalar>: Sendable {
  /// The inputs: x `[N, C, H, W]`, weight `[F, C, HH, WW]`.
  public var x, weight: Tensor<Scalar>
  public var stride, padding: Int

  public init(x: Tensor<Scalar>, weight: Tensor<Scalar>, stride: Int, padding: Int) {
    (self.x, self.weight, self.stride, self.padding) = (x, weight, stride, padding)
  }

  /// H′ and W′.
  /// - Throws: `TensorError` when a filter is larger than the padded image, and for a stride below 1.
  public func outputSize() throws -> (height: Int, width: Int) {
    (
      try windowCount(weight.shape[2], in: x.shape[2] + 2 * padding, stride: stride),
      try windowCount(weight.shape[3], in: x.shape[3] + 2 * padding, stride: stride)
    )
  }
}

/// The gradients of a convolution, each shaped as what it differentiates.
public struct ConvolutionGradients<Scalar: TensorScalar>: Sendable {
  public var x, weight, bias: Tensor<Scalar>

  public init(x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>) {
    (self.x, self.weight, self.bias) = (x, weight, bias)
  }
}

/// A convolutional layer (a cross-correlation: the filters are not mirrored). With x̃, x surrounded
/// by P zeros: `y[n, f, i, j] = b[f] + Σ_c,a,b W[f, c, a, b]·x̃[n, c, S·i + a, S·j + b]`.
///
/// Source: LeCun et al., "Gradient-based learning applied to document recognition", Proceedings of
/// the IEEE 86(11), 1998, DOI 10.1109/5.726791.
///
/// - Parameters:
///   - x: Images, `[N, C, H, W]`.
///   - weight: The filters W, `[F, C, HH, WW]`.
///   - bias: b, `[F]`.
///   - stride: S, the distance between two windows, at least 1.
///   - padding: P, how many zeros surround each side of an image, at least 0.
/// - Returns: y, `[N, F, H′, W′]`, and what the backward pass needs.
/// - Throws: `TensorError` when the shapes do not fit one another, when a filter is larger than the
///   padded image, and for a stride or padding out of range.
public func convolutionForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>, stride: Int, padding: Int
) throws -> (output: Tensor<Scalar>, cache: ConvolutionCache<Scalar>) {
  try x.requireShape([nil, nil, nil, nil], "x")
  try weight.requireShape([nil, x.shape[1], nil, nil], "weight")
  try bias.requireShape([weight.shape[0]], "bias")
  guard padding >= 0 else {
    throw TensorError("padding", shapes: [], reason: "expected at least 0, not \(padding)")
  }
  _ = try ConvolutionCache(x: x, weight: weight, stride: stride, padding: padding).outputSize()
  // TODO(A1.9): Convolution, forward
  throw Unimplemented("A1.9")
}

/// The backward pass of the convolution: at every position that of an affine layer, summed over the
/// positions. Where windows overlap, their gradients of x add up.
///
/// `dW[f, c, a, b] = Σ_n,i,j dy[n, f, i, j]·x̃[n, c, S·i + a, S·j + b]`, `db[f] = Σ_n,i,j dy`,
/// `dx̃[n, c, S·i + a, S·j + b] += Σ_f dy[n, f, i, j]·W[f, c, a, b]`; dx is dx̃ without its border.
///
/// - Parameters:
///   - upstream: The gradient dy of the loss with respect to y, `[N, F, H′, W′]`.
///   - cache: What `convolutionForward` kept.
/// - Returns: The gradients with respect to x, weight and bias.
/// - Throws: `TensorError` when `upstream` has not the shape of y.
public func convolutionBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: ConvolutionCache<Scalar>
) throws -> ConvolutionGradients<Scalar> {
  let (height, width) = try cache.outputSize()
  try upstream.requireShape(
    [cache.x.shape[0], cache.weight.shape[0], height, width], "upstream")
  // TODO(A1.10): Convolution, backward
  throw Unimplemented("A1.10")
}
