import Kernels
import Tensors

// The steps of the optimizers, each a single pass: memory is what they wait for.

/// What Adam remembers of one parameter.
struct AdamMoments<Scalar: TensorScalar>: Sendable {
  var mean, meanSquare: Tensor<Scalar>
  /// β₁ᵗ and β₂ᵗ after t steps.
  var power1: Scalar = 1
  var power2: Scalar = 1

  init(like parameter: Tensor<Scalar>) {
    (mean, meanSquare) = (.zeros(like: parameter), .zeros(like: parameter))
  }
}

@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func adamStep<Scalar: TensorScalar>(
  _ parameter: inout Tensor<Scalar>, _ gradient: Tensor<Scalar>,
  _ moments: inout AdamMoments<Scalar>, rate: Scalar, beta1: Scalar, beta2: Scalar, epsilon: Scalar
) {
  moments.power1 *= beta1
  moments.power2 *= beta2
  let step = rate / (1 - moments.power1)
  let squareScale = 1 / (1 - moments.power2)
  parameter.withUnsafeMutableElements { x in
    gradient.withUnsafeElements { g in
      moments.mean.withUnsafeMutableElements { m in
        moments.meanSquare.withUnsafeMutableElements { v in
          guard let x = x.baseAddress, let g = g.baseAddress, let m = m.baseAddress,
            let v = v.baseAddress
          else { return }
          Kernels.adam(
            x, gradient: g, mean: m, meanSquare: v, count: gradient.count, beta1: beta1,
            beta2: beta2, step: step, squareScale: squareScale, epsilon: epsilon)
        }
      }
    }
  }
}

@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func rmsPropStep<Scalar: TensorScalar>(
  _ parameter: inout Tensor<Scalar>, _ gradient: Tensor<Scalar>,
  _ meanSquare: inout Tensor<Scalar>, rate: Scalar, decay: Scalar, epsilon: Scalar
) {
  let fresh = 1 - decay
  parameter.withUnsafeMutableElements { x in
    gradient.withUnsafeElements { g in
      meanSquare.withUnsafeMutableElements { s in
        Parallel.forEachRange(of: x.count, grain: 1 << 14) { range in
          for i in range {
            s[i] = decay * s[i] + fresh * (g[i] * g[i])
            x[i] -= rate * g[i] / (s[i].squareRoot() + epsilon)
          }
        }
      }
    }
  }
}

@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func momentumStep<Scalar: TensorScalar>(
  _ parameter: inout Tensor<Scalar>, _ gradient: Tensor<Scalar>, _ velocity: inout Tensor<Scalar>,
  rate: Scalar, momentum: Scalar
) {
  parameter.withUnsafeMutableElements { x in
    gradient.withUnsafeElements { g in
      velocity.withUnsafeMutableElements { v in
        Parallel.forEachRange(of: x.count, grain: 1 << 14) { range in
          for i in range {
            v[i] = momentum * v[i] - rate * g[i]
            x[i] += v[i]
          }
        }
      }
    }
  }
}
