import Tensors

// Letters: N samples, C channels of H × W pixels, F filters or windows of HH × WW, S stride,
// P padding.

extension ReferenceLayers {
  /// `y[n, f, i, j] = b[f] + Σ_c,a,b W[f, c, a, b]·x[n, c, S·i + a − P, S·j + b − P]`, with 0 for
  /// what is outside of x. Shapes: x `[N, C, H, W]`, weight `[F, C, HH, WW]`, bias `[F]`.
  public static func convolution<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>, stride: Int, padding: Int
  ) -> Tensor<Scalar> {
    let (height, width) = (x.shape[2], x.shape[3])
    let (windowHeight, windowWidth) = (weight.shape[2], weight.shape[3])
    func value(_ n: Int, _ f: Int, _ top: Int, _ left: Int) -> Scalar {
      var sum = bias[f]
      for c in 0..<x.shape[1] {
        for a in 0..<windowHeight where 0 <= top + a && top + a < height {
          for b in 0..<windowWidth where 0 <= left + b && left + b < width {
            sum += weight[f, c, a, b] * x[n, c, top + a, left + b]
          }
        }
      }
      return sum
    }
    var y = Tensor<Scalar>.zeros([
      x.shape[0], weight.shape[0], (height + 2 * padding - windowHeight) / stride + 1,
      (width + 2 * padding - windowWidth) / stride + 1,
    ])
    for n in 0..<y.shape[0] {
      for f in 0..<y.shape[1] {
        for i in 0..<y.shape[2] {
          for j in 0..<y.shape[3] {
            y[n, f, i, j] = value(n, f, i * stride - padding, j * stride - padding)
          }
        }
      }
    }
    return y
  }

  /// `y[n, c, i, j] = max_a,b x[n, c, S·i + a, S·j + b]`. Shapes: x `[N, C, H, W]`.
  public static func maxPool<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, windowHeight: Int, windowWidth: Int, stride: Int
  ) -> Tensor<Scalar> {
    var y = Tensor<Scalar>(
      repeating: -.infinity,
      shape: [
        x.shape[0], x.shape[1], (x.shape[2] - windowHeight) / stride + 1,
        (x.shape[3] - windowWidth) / stride + 1,
      ])
    for n in 0..<y.shape[0] {
      for c in 0..<y.shape[1] {
        for i in 0..<y.shape[2] {
          for j in 0..<y.shape[3] {
            for a in 0..<windowHeight {
              for b in 0..<windowWidth {
                y[n, c, i, j] = max(y[n, c, i, j], x[n, c, i * stride + a, j * stride + b])
              }
            }
          }
        }
      }
    }
    return y
  }
}
