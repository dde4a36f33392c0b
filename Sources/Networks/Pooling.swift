import Kernels
import Tensors

/// Pooling by square windows without padding.
///
/// Letters: N samples, C channels of H×W pixels, H′×W′ windows.
public enum Pooling: String, CaseIterable, Sendable, Codable {
  case max, average

  struct Window: Equatable, Sendable {
    var size, stride: Int
    /// Whether a last window that sticks out at the edge counts, with the pixels it has.
    var roundsUp: Bool

    /// VGG's.
    static let twoByTwo = Window(size: 2, stride: 2, roundsUp: false)
    /// SqueezeNet's.
    static let threeByTwo = Window(size: 3, stride: 2, roundsUp: true)

    /// H′ for H; at least 1.
    func outputSize(_ input: Int) -> Int {
      Swift.max(input - size + (roundsUp ? stride - 1 : 0), 0) / stride + 1
    }
  }

  /// What the way back needs from the way there.
  struct Cache: Sendable {
    /// The position of each window's first largest pixel within its plane; empty for averages.
    var winners: [Int32]
    var inputShape: [Int]
    var window: Window
  }

  /// Shapes: x `[N, C, H, W]`, output `[N, C, H′, W′]`.
  func forward<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, _ window: Window
  ) throws -> (output: Tensor<Scalar>, cache: Cache) {
    try x.requireShape([nil, nil, nil, nil], "x")
    let (height, width) = (x.shape[2], x.shape[3])
    let (newHeight, newWidth) = (window.outputSize(height), window.outputSize(width))
    let (planes, count) = (x.shape[0] * x.shape[1], newHeight * newWidth)
    var winners = [Int32](repeating: 0, count: self == .max ? planes * count : 0)
    let output = Tensor<Scalar>(
      unsafeUninitializedShape: [x.shape[0], x.shape[1], newHeight, newWidth]
    ) { out in
      x.withUnsafeElements { x in
        winners.withUnsafeMutableBufferPointer { winners in
          guard let x = x.baseAddress else { return }
          // An empty buffer may have an address too.
          let winners = winners.isEmpty ? nil : winners.baseAddress
          Parallel.forEachRange(of: planes) { range in
            for plane in range {
              pool(
                x + plane * height * width, (height, width), window, (newHeight, newWidth),
                out + plane * count, winners.map { $0 + plane * count })
            }
          }
        }
      }
    }
    return (output, Cache(winners: winners, inputShape: x.shape, window: window))
  }

  /// Sends each upstream element to the pixel that won its window, or in equal parts to all of it.
  /// Shapes: upstream `[N, C, H′, W′]`, result `[N, C, H, W]`.
  func inputGradient<Scalar: TensorScalar>(
    upstream: Tensor<Scalar>, cache: Cache
  ) throws -> Tensor<Scalar> {
    let (height, width) = (cache.inputShape[2], cache.inputShape[3])
    let (newHeight, newWidth) = (
      cache.window.outputSize(height), cache.window.outputSize(width)
    )
    try upstream.requireShape(
      [cache.inputShape[0], cache.inputShape[1], newHeight, newWidth], "upstream")
    let planes = cache.inputShape[0] * cache.inputShape[1]
    let count = newHeight * newWidth
    return Tensor(unsafeUninitializedShape: cache.inputShape) { gradient in
      upstream.withUnsafeElements { upstream in
        cache.winners.withUnsafeBufferPointer { winners in
          guard let upstream = upstream.baseAddress else { return }
          // An empty buffer may have an address too.
          let winners = winners.isEmpty ? nil : winners.baseAddress
          Parallel.forEachRange(of: planes) { range in
            for plane in range {
              let target = gradient + plane * height * width
              clear(target, count: height * width)
              spread(
                upstream + plane * count, (newHeight, newWidth), cache.window, (height, width),
                target, winners.map { $0 + plane * count })
            }
          }
        }
      }
    }
  }
}

/// One plane; with `winners` the largest of each window, else the average.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func pool<Scalar: TensorScalar>(
  _ x: UnsafePointer<Scalar>, _ size: (height: Int, width: Int), _ window: Pooling.Window,
  _ newSize: (height: Int, width: Int), _ out: UnsafeMutablePointer<Scalar>,
  _ winners: UnsafeMutablePointer<Int32>?
) {
  if let x = x as? UnsafePointer<Float>, let out = out as? UnsafeMutablePointer<Float>, let winners
  {
    return poolLargest(x, size, window: window.size, newSize, into: out, winners: winners)
  }
  for row in 0..<newSize.height {
    let (top, bottom) = (
      row * window.stride, min(row * window.stride + window.size, size.height)
    )
    for column in 0..<newSize.width {
      let left = column * window.stride
      let right = min(left + window.size, size.width)
      let at = row * newSize.width + column
      var (best, largest, sum) = (top * size.width + left, x[top * size.width + left], Scalar(0))
      for y in top..<bottom {
        for position in y * size.width + left..<y * size.width + right {
          let value = x[position]
          sum += value
          if value > largest { (best, largest) = (position, value) }
        }
      }
      if let winners {
        out[at] = largest
        winners[at] = Int32(best)
      } else {
        out[at] = sum / Scalar((bottom - top) * (right - left))
      }
    }
  }
}

/// The transpose of `pool`, added.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func spread<Scalar: TensorScalar>(
  _ upstream: UnsafePointer<Scalar>, _ newSize: (height: Int, width: Int),
  _ window: Pooling.Window, _ size: (height: Int, width: Int),
  _ gradient: UnsafeMutablePointer<Scalar>, _ winners: UnsafePointer<Int32>?
) {
  if let winners {
    for i in 0..<newSize.height * newSize.width { gradient[Int(winners[i])] += upstream[i] }
    return
  }
  for row in 0..<newSize.height {
    let (top, bottom) = (
      row * window.stride, min(row * window.stride + window.size, size.height)
    )
    for column in 0..<newSize.width {
      let left = column * window.stride
      let right = min(left + window.size, size.width)
      let share =
        upstream[row * newSize.width + column] / Scalar((bottom - top) * (right - left))
      for y in top..<bottom {
        for x in left..<right { gradient[y * size.width + x] += share }
      }
    }
  }
}
