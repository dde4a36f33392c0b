import CKernels

/// The largest element of each square window of a plane, windows two pixels apart, and its position in
/// the plane: the first, where several are equally large.
///
/// Shapes: x `[size]`, out and winners `[newSize]`, which may count windows that stick out at the end.
/// - Precondition: `window` is 2 or 3, every window has a pixel.
public func poolLargest(
  _ x: UnsafePointer<Float>, _ size: (height: Int, width: Int), window: Int,
  _ newSize: (height: Int, width: Int), into out: UnsafeMutablePointer<Float>,
  winners: UnsafeMutablePointer<Int32>
) {
  pool_largest(
    x, size.height, size.width, Int32(window), newSize.height, newSize.width, out, winners)
}
