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
  // BEGIN SOLUTION A1.11
  let cache = MaxPoolCache(
    x: x, windowHeight: windowHeight, windowWidth: windowWidth, stride: stride)
  let (height, width) = try cache.outputSize()
  var output = Tensor<Scalar>.zeros([x.shape[0], x.shape[1], height, width])
  for i in 0..<height {
    for j in 0..<width {
      let (top, left) = (i * stride, j * stride)
      let window = try x[.all, .all, top..<top + windowHeight, left..<left + windowWidth]
      try output.assign(window.max(axes: [2, 3]), at: .all, .all, i, j)
    }
  }
  return (output, cache)
  // END SOLUTION
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
  // BEGIN SOLUTION A1.12
  let windowSize = cache.windowHeight * cache.windowWidth
  var dx = Tensor.zeros(like: cache.x)
  for i in 0..<height {
    for j in 0..<width {
      let rows = i * cache.stride..<i * cache.stride + cache.windowHeight
      let columns = j * cache.stride..<j * cache.stride + cache.windowWidth
      let window = try cache.x[.all, .all, rows, columns]
      // 1 at the place of the largest number, 0 elsewhere.
      let largest = try window.reshaped([samples, channels, windowSize]).argmax(axis: 2)
      let mask = try Tensor<Scalar>.oneHot(largest, depth: windowSize).reshaped(window.shape)
      let dy = try upstream[.all, .all, i..<i + 1, j..<j + 1]
      try dx.assign(
        dx[.all, .all, rows, columns] + mask * dy, at: .all, .all, rows, columns)
    }
  }
  return dx
  // END SOLUTION
}
