/// The sizes of a convolution or pooling over one image: input `[channels, height, width]`, a
/// window that moves by `stride` over the input with `padding` zeros on each side.
public struct WindowGeometry: Equatable, Sendable {
  public var channels, height, width: Int
  public var windowHeight, windowWidth: Int
  public var stride, padding: Int

  public init(
    channels: Int, height: Int, width: Int, windowHeight: Int, windowWidth: Int, stride: Int = 1,
    padding: Int = 0
  ) {
    precondition(
      stride > 0 && padding >= 0 && windowHeight > 0 && windowWidth > 0
        && windowHeight <= height + 2 * padding && windowWidth <= width + 2 * padding,
      "a window of \(windowHeight)×\(windowWidth) with stride \(stride) and padding \(padding) "
        + "does not fit an image of \(height)×\(width)")
    (self.channels, self.height, self.width) = (channels, height, width)
    (self.windowHeight, self.windowWidth) = (windowHeight, windowWidth)
    (self.stride, self.padding) = (stride, padding)
  }

  public var outputHeight: Int { (height + 2 * padding - windowHeight) / stride + 1 }
  public var outputWidth: Int { (width + 2 * padding - windowWidth) / stride + 1 }

  /// Rows of the matrix that `im2col` writes: `channels·windowHeight·windowWidth`.
  public var patchLength: Int { channels * windowHeight * windowWidth }
  /// Columns of that matrix: `outputHeight·outputWidth`.
  public var patchCount: Int { outputHeight * outputWidth }
}

/// Writes every window of `image [C, H, W]` as a column of `columns [C·HH·WW, H'·W']`, so that a
/// convolution becomes the matrix product `weight [F, C·HH·WW] · columns`.
///
/// Source: Chellapilla, Puri, Simard, "High Performance Convolutional Neural Networks for Document
/// Processing", 2006.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func im2col<Scalar: KernelScalar>(
  _ image: UnsafePointer<Scalar>, _ geometry: WindowGeometry,
  into columns: UnsafeMutablePointer<Scalar>
) {
  forEachWindowRow(geometry) { imageRow, columnRow, valid, shift in
    let target = columns + columnRow
    target.update(repeating: 0, count: valid.lowerBound)
    (target + valid.upperBound).update(
      repeating: 0, count: geometry.outputWidth - valid.upperBound)
    guard let imageRow else { return }
    let source = image + imageRow + shift
    if geometry.stride == 1 {
      (target + valid.lowerBound).update(from: source + valid.lowerBound, count: valid.count)
    } else {
      for x in valid { target[x] = source[x * geometry.stride] }
    }
  }
}

/// The transpose of `im2col`: adds every column of `columns` back to where it came from in
/// `image [C, H, W]`, overlapping windows summed. `image` is not cleared first.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func col2im<Scalar: KernelScalar>(
  _ columns: UnsafePointer<Scalar>, _ geometry: WindowGeometry,
  addingTo image: UnsafeMutablePointer<Scalar>
) {
  forEachWindowRow(geometry) { imageRow, columnRow, valid, shift in
    guard let imageRow else { return }
    let source = columns + columnRow
    let target = image + imageRow + shift
    for x in valid { target[x * geometry.stride] += source[x] }
  }
}

/// For each row of the column matrix and each output row: where it begins there, the image row it
/// reads (nil in the padding), the output columns that lie inside the image, and the horizontal
/// shift, so that output column `x` reads image column `x·stride + shift`.
@inline(__always)
private func forEachWindowRow(
  _ g: WindowGeometry,
  _ body: (_ imageRow: Int?, _ columnRow: Int, _ valid: Range<Int>, _ shift: Int) -> Void
) {
  let (outputHeight, outputWidth) = (g.outputHeight, g.outputWidth)
  var columnRow = 0
  for channel in 0..<g.channels {
    for windowY in 0..<g.windowHeight {
      for windowX in 0..<g.windowWidth {
        let shift = windowX - g.padding
        let first = min(max(0, (-shift + g.stride - 1) / g.stride), outputWidth)
        let beyond = min(
          outputWidth, max(first, (g.width - shift + g.stride - 1) / g.stride))
        for outputY in 0..<outputHeight {
          let y = outputY * g.stride + windowY - g.padding
          let inside = y >= 0 && y < g.height
          body(
            inside ? (channel * g.height + y) * g.width : nil, columnRow,
            inside ? first..<beyond : outputWidth..<outputWidth, shift)
          columnRow += outputWidth
        }
      }
    }
  }
}
