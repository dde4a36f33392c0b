import CKernels

/// Adds a channel's bias to the first `width` of its `count` elements and sets what is negative to
/// 0: `x = max(0, x + bias)`, rows of `width` out of rows of `count`.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func rectify<Scalar: KernelScalar>(
  _ x: UnsafeMutablePointer<Scalar>, addingBias bias: UnsafePointer<Scalar>, channels: Int,
  width: Int, count: Int
) {
  for channel in 0..<channels {
    let row = x + channel * count
    let shift = bias[channel]
    if let row = row as? UnsafeMutablePointer<Float>, let shift = shift as? Float {
      CKernels.rectify(row, shift, width)
    } else {
      for i in 0..<width {
        let sum = row[i] + shift
        row[i] = sum < 0 ? 0 : sum
      }
    }
  }
}

/// `upstream` where ReLU let something pass, 0 elsewhere: rows of `width` out of rows of `count`.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func rectifierGradient<Scalar: KernelScalar>(
  _ upstream: UnsafePointer<Scalar>, _ passed: UnsafePointer<Bool>,
  into result: UnsafeMutablePointer<Scalar>, channels: Int, width: Int, count: Int
) {
  for channel in 0..<channels {
    let (from, open) = (upstream + channel * count, passed + channel * count)
    let to = result + channel * width
    if let from = from as? UnsafePointer<Float>,
      let to = to as? UnsafeMutablePointer<Float>
    {
      rectifier_gradient(from, open, to, width)
    } else {
      for i in 0..<width { to[i] = open[i] ? from[i] : 0 }
    }
  }
}
