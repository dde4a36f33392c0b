import CKernels

/// What Adam does to `count` parameters x with gradients g, in one pass, since memory is what it waits
/// for: `m = β₁m + (1−β₁)g`, `v = β₂v + (1−β₂)g²`, `x −= step·m / (√(squareScale·v) + ε)`.
///
/// Source: Kingma, Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, arXiv 1412.6980.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func adam<Scalar: KernelScalar>(
  _ x: UnsafeMutablePointer<Scalar>, gradient g: UnsafePointer<Scalar>,
  mean m: UnsafeMutablePointer<Scalar>, meanSquare v: UnsafeMutablePointer<Scalar>, count: Int,
  beta1: Scalar, beta2: Scalar, step: Scalar, squareScale: Scalar, epsilon: Scalar
) {
  Parallel.forEachRange(of: count, grain: 1 << 13) { range in
    let start = range.lowerBound
    if let x = x as? UnsafeMutablePointer<Float>, let g = g as? UnsafePointer<Float>,
      let m = m as? UnsafeMutablePointer<Float>, let v = v as? UnsafeMutablePointer<Float>,
      let beta1 = beta1 as? Float, let beta2 = beta2 as? Float, let step = step as? Float,
      let squareScale = squareScale as? Float, let epsilon = epsilon as? Float
    {
      return adam_floats(
        x + start, g + start, m + start, v + start, range.count, beta1, beta2, step, squareScale,
        epsilon)
    }
    let (fresh1, fresh2) = (1 - beta1, 1 - beta2)
    for i in range {
      m[i] = beta1 * m[i] + fresh1 * g[i]
      v[i] = beta2 * v[i] + fresh2 * (g[i] * g[i])
      x[i] -= step * m[i] / ((squareScale * v[i]).squareRoot() + epsilon)
    }
  }
}
