import Tensors

/// How far two tensors may differ: `|actual − expected| ≤ absolute + relative·|expected|`.
public struct Tolerance: Sendable, Equatable {
  public var relative: Double
  public var absolute: Double

  public init(relative: Double, absolute: Double) {
    self.relative = relative
    self.absolute = absolute
  }

  /// For values computed in `Double` from the same formula in another order.
  public static let double = Tolerance(relative: 1e-9, absolute: 1e-11)
  /// For values computed in `Float`, whose unit roundoff is 6e-8, after some hundred operations.
  public static let float = Tolerance(relative: 1e-4, absolute: 1e-5)
}

/// The first reason why a tensor is not what was expected, in words a student can act on; nil when
/// it is.
///
/// Looks at the shape first, then for NaN and infinity, then for the element that is furthest off.
public func mismatch(
  _ actual: Tensor<Double>, _ expected: Tensor<Double>, tolerance: Tolerance
) -> String? {
  if actual.shape != expected.shape {
    return "the shape is \(actual.shape), expected \(expected.shape)"
  }
  var worst: (index: Int, excess: Double)?
  var wrong = 0
  for (index, (a, e)) in zip(actual.elements, expected.elements).enumerated() {
    if a == e || (a.isNaN && e.isNaN) { continue }
    let error = abs(a - e)
    let allowed = tolerance.absolute + tolerance.relative * abs(e)
    // What is allowed around infinity is infinite, yet only infinity is near it.
    guard !(error.isFinite && error <= allowed) else { continue }
    wrong += 1
    let excess = error.isFinite ? error / allowed : .infinity
    if worst == nil || excess > worst?.excess ?? 0 { worst = (index, excess) }
  }
  guard let worst else { return nil }
  let (a, e) = (actual.elements[worst.index], expected.elements[worst.index])
  let place = actual.rank == 0 ? "" : " at index \(position(worst.index, in: actual.shape))"
  let share = "\(wrong) of \(actual.count) element\(actual.count == 1 ? " is" : "s are") wrong"
  return "\(share)\(actual.count == 1 ? "" : ", the worst\(place)"): got \(a), expected \(e)"
}

/// The first reason why a gradient is not the numeric one; nil when the relative error is at most
/// `relativeError` everywhere.
///
/// The error of an element is taken relative to the element, or to 1e-4 of the largest element
/// where that is more: below it the differences' own rounding speaks.
/// - Parameters:
///   - actual: The gradient in question.
///   - numeric: What it should be.
///   - relativeError: The error allowed, in proportion to an element.
///   - largest: The largest element in size, where the tensors are part of a larger one.
public func gradientMismatch(
  _ actual: Tensor<Double>, _ numeric: Tensor<Double>, relativeError: Double = 1e-7,
  largest: Double? = nil
) -> String? {
  let largest = largest ?? numeric.elements.lazy.map { abs($0) }.max() ?? 0
  return mismatch(
    actual, numeric,
    tolerance: Tolerance(
      relative: relativeError, absolute: relativeError * max(1e-4 * largest, 1e-5)))
}

/// The index along each axis of the element with the given number in row-major order.
public func position(_ index: Int, in shape: [Int]) -> [Int] {
  var remainder = index
  var result: [Int] = []
  for size in shape.reversed() {
    result.append(remainder % size)
    remainder /= size
  }
  return result.reversed()
}
