import Exercises
import Tensors

// Letters: N samples, C channels of H × W pixels, windows of HH × WW, S stride;
// H′ = ⌊(H − HH) / S⌋ + 1 and W′ likewise: the size of the output.

/// What the backward pass of max pooling needs from its forward pass.
public struct MaxPoolCache<Scalar: TensorScalar>: Sendable {
  /// The input, `[N, C, H, W]`.
  public var x: Tensor<Scalar>
  /// HH and WW, the size of a window, and S.
  public var windowHeight, windowWidth, stride: Int

  public init(x: Tensor<Scalar>, windowHeight: Int, windowWidth: Int, stride: Int) {
    (self.x, self.stride) = (x, stride)
    (self.windowHeight, self.windowWidth) = (windowHeight, windowWidth)
  }

  /// H′ and W′.
  /// - Throws: `TensorError` when a window is larger than the image, and for a window or stride
  ///   below 1.
  public func outputSize() throws -> (height: Int, width: Int) {
    (
      try windowCount(windowHeight, in: x.shape[2], stride: stride),
      try windowCount(windowWidth, in: x.shape[3], stride: stride)
    )
  }
}

/// Max pooling: the largest number of each window, for every channel by itself.
/// `y[n, c, i, j] = max_a,b x[n, c, S·i + a, S·j + b]`.
///
/// Source: Ranzato et al., "Unsupervised learning of invariant feature hierarchies", CVPR 2007,
/// DOI 10.1109/CVPR.2007.383157.
///
/// - Parameters:
///   - x: Images, `[N, C, H, W]`.
///   - windowHeight: HH, from `1...H`.
///   - windowWidth: WW, from `1...W`.
///   - stride: S, the distance between two windows, at least 1.
/// - Returns: y, `[N, C, H′, W′]`, and what the backward pass needs.
/// - Throws: `TensorError` for an x without four axes, and for a window or stride out of range.
public func maxPoolForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, windowHeight: Int, windowWidth: Int, stride: Int
) throws -> (output: Tensor<Scalar>, cache: MaxPoolCache<Scalar>) {
  try x.requireShape([nil, nil, nil, nil], "x")
  _ = try MaxPoolCache(
    x: x, windowHeight: windowHeight, windowWidth: windowWidth, stride: stride
  ).outputSize()
  // TODO(A1.11): Max pooling, forward
  throw Unimplemented("A1.11")
}

/// The backward pass of max pooling: each window hands its gradient to the number that was its
/// largest (of several equal ones to the first, row by row) and nothing to the others. A number that
/// is the largest of several windows receives the sum.
///
/// - Parameters:
///   - upstream: The gradient of the loss with respect to y, `[N, C, H′, W′]`.
///   - cache: What `maxPoolForward` kept.
/// - Returns: The gradient with respect to x, `[N, C, H, W]`.
/// - Throws: `TensorError` when `upstream` has not the shape of y.
public func maxPoolBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: MaxPoolCache<Scalar>
) throws -> Tensor<Scalar> {
  let (height, width) = try cache.outputSize()
  let (samples, channels) = (cache.x.shape[0], cache.x.shape[1])
  try upstream.requireShape([samples, channels, height, width], "upstream")
  // TODO(A1.12): Max pooling, backward
  throw Unimplemented("A1.12")
}
