import Tensors

extension Image {
  /// The picture resized so that its shorter side has the given length, its proportions kept; the
  /// other side is rounded down, as torchvision does.
  /// - Precondition: `shortestSide > 0`.
  public func resized(shortestSide: Int) -> Image {
    width <= height
      ? resized(width: shortestSide, height: max(1, shortestSide * height / width))
      : resized(width: max(1, shortestSide * width / height), height: shortestSide)
  }

  /// The picture resized bilinearly with antialiasing: when it shrinks, every new pixel is the
  /// triangle-weighted mean of all the pixels that it covers, as Pillow's `BILINEAR` and
  /// torchvision's `antialias=True` have it.
  /// - Precondition: both sizes are positive.
  public func resized(width newWidth: Int, height newHeight: Int) -> Image {
    precondition(newWidth > 0 && newHeight > 0, "cannot resize to \(newWidth)×\(newHeight)")
    if newWidth == width && newHeight == height { return self }
    // Along rows first, then along columns: the filter is separable.
    let horizontal = FilterBank(from: width, to: newWidth)
    let vertical = FilterBank(from: height, to: newHeight)
    let wide = Tensor<Float>(unsafeUninitializedShape: [3, height, newWidth]) { out in
      pixels.withUnsafeElements { source in
        for row in 0..<3 * height {
          for x in 0..<newWidth {
            var sum: Float = 0
            for (i, weight) in horizontal.taps[x].weights.enumerated() {
              sum += weight * source[row * width + horizontal.taps[x].first + i]
            }
            out[row * newWidth + x] = sum
          }
        }
      }
    }
    var result = self
    result.pixels = Tensor(unsafeUninitializedShape: [3, newHeight, newWidth]) { out in
      out.initialize(repeating: 0, count: 3 * newHeight * newWidth)
      wide.withUnsafeElements { source in
        for channel in 0..<3 {
          for y in 0..<newHeight {
            let target = out + (channel * newHeight + y) * newWidth
            for (i, weight) in vertical.taps[y].weights.enumerated() {
              let row = (channel * height + vertical.taps[y].first + i) * newWidth
              for x in 0..<newWidth { target[x] += weight * source[row + x] }
            }
          }
        }
      }
    }
    return result
  }
}

/// For each new pixel along one axis: the old pixels it is made of, and their weights.
private struct FilterBank {
  var taps: [(first: Int, weights: [Float])] = []

  init(from oldSize: Int, to newSize: Int) {
    let scale = Double(oldSize) / Double(newSize)
    let support = max(scale, 1)
    for index in 0..<newSize {
      let center = (Double(index) + 0.5) * scale
      let first = max(0, Int(center - support + 0.5))
      let beyond = min(oldSize, Int(center + support + 0.5))
      let weights = (first..<beyond).map { max(0, 1 - abs(Double($0) + 0.5 - center) / support) }
      let total = weights.reduce(0, +)
      taps.append((first, weights.map { Float($0 / total) }))
    }
  }
}
