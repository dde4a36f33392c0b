import Tensors

/// Max pooling by 3×3 windows two pixels apart, rounding up: a last window that sticks out at the
/// edge counts with the pixels it has. SqueezeNet's only kind.
///
/// Letters as in `ConvolutionReLU`; `H' = ⌈(H − 3)/2⌉ + 1`.
enum MaxPooling {
  static func outputSize(_ size: Int) -> Int { (max(size - 3, 0) + 1) / 2 + 1 }

  /// Shapes: x `[N, C, H, W]`, output `[N, C, H', W']`, winners as the output: the position of each
  /// window's first largest pixel within its image.
  static func forward<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>
  ) throws -> (output: Tensor<Scalar>, winners: [Int32]) {
    try x.requireShape([nil, nil, nil, nil], "x")
    let (height, width) = (x.shape[2], x.shape[3])
    let (newHeight, newWidth) = (outputSize(height), outputSize(width))
    let planes = x.shape[0] * x.shape[1]
    var winners = [Int32](repeating: 0, count: planes * newHeight * newWidth)
    let output = Tensor<Scalar>(
      unsafeUninitializedShape: [x.shape[0], x.shape[1], newHeight, newWidth]
    ) { out in
      x.withUnsafeElements { x in
        winners.withUnsafeMutableBufferPointer { winners in
          guard let x = x.baseAddress, let winners = winners.baseAddress else { return }
          for plane in 0..<planes {
            pool(
              x + plane * height * width, height, width, newHeight, newWidth,
              out + plane * newHeight * newWidth, winners + plane * newHeight * newWidth)
          }
        }
      }
    }
    return (output, winners)
  }

  /// Sends each upstream element to the pixel that won its window.
  /// Shapes: upstream `[N, C, H', W']`, inputShape and result `[N, C, H, W]`.
  static func inputGradient<Scalar: TensorScalar>(
    upstream: Tensor<Scalar>, winners: [Int32], inputShape: [Int]
  ) -> Tensor<Scalar> {
    let plane = inputShape[2] * inputShape[3]
    let window = upstream.shape[2] * upstream.shape[3]
    var gradient = Tensor<Scalar>.zeros(inputShape)
    gradient.withUnsafeMutableElements { gradient in
      upstream.withUnsafeElements { upstream in
        for i in upstream.indices { gradient[i / window * plane + Int(winners[i])] += upstream[i] }
      }
    }
    return gradient
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private static func pool<Scalar: TensorScalar>(
    _ x: UnsafePointer<Scalar>, _ height: Int, _ width: Int, _ newHeight: Int, _ newWidth: Int,
    _ out: UnsafeMutablePointer<Scalar>, _ winners: UnsafeMutablePointer<Int32>
  ) {
    for row in 0..<newHeight {
      for column in 0..<newWidth {
        var best = 2 * row * width + 2 * column
        for y in 2 * row..<min(2 * row + 3, height) {
          for position in y * width + 2 * column..<y * width + min(2 * column + 3, width)
          where x[position] > x[best] { best = position }
        }
        out[row * newWidth + column] = x[best]
        winners[row * newWidth + column] = Int32(best)
      }
    }
  }
}
