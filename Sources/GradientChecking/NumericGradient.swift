import Tensors

/// The gradient of `Σ upstream·f(x)` with respect to `x`, by differences: what a backward pass must
/// give.
///
/// The central difference over five points, whose truncation error falls with `step⁴`:
/// `f' ≈ (8·(f(x+h) − f(x−h)) − (f(x+2h) − f(x−2h))) / 12h` (Abramowitz and Stegun, 25.3.6). With
/// the default step and values around 1 both its truncation and its rounding error are near 1e-12,
/// away from kinks. Complexity: four calls of `f` for each element of `x`.
///
/// Shapes: x `[…]`, upstream as `f(x)`, result as `x`.
/// - Parameters:
///   - x: Where the gradient is taken.
///   - f: The forward pass as a function of `x` alone. It must not keep state between calls.
///   - upstream: The gradient of the loss with respect to `f(x)`; all ones where it is nil.
///   - step: The distance h between two points; for large elements in proportion to them.
/// - Throws: What `f` throws, and `TensorError` when `upstream` has not the shape of `f(x)`.
public func numericGradient(
  at x: Tensor<Double>, upstream: Tensor<Double>? = nil, step: Double = 1e-3,
  of f: (Tensor<Double>) throws -> Tensor<Double>
) throws -> Tensor<Double> {
  func loss(_ x: Tensor<Double>) throws -> Double {
    let output = try f(x)
    guard let upstream else { return output.sum() }
    try upstream.requireShape(output.shape, "upstream")
    return try (output * upstream).sum()
  }
  var moved = x
  var gradient = Tensor<Double>.zeros(x.shape)
  for index in 0..<x.count {
    let element = x.elements[index]
    let h = step * max(1, abs(element))
    func movedLoss(_ distance: Double) throws -> Double {
      moved.withUnsafeMutableElements { $0[index] = element + distance }
      return try loss(moved)
    }
    let near = try movedLoss(h) - movedLoss(-h)
    let far = try movedLoss(2 * h) - movedLoss(-2 * h)
    moved.withUnsafeMutableElements { $0[index] = element }
    gradient.withUnsafeMutableElements { $0[index] = (8 * near - far) / (12 * h) }
  }
  return gradient
}

/// The derivative of every output number by every number of `x`, by central differences over two
/// points.
///
/// Shapes: x with I elements, `f(x)` with O, result `[O, I]`. Complexity: two calls of `f` for each
/// element of `x`.
/// - Throws: What `f` throws.
public func numericJacobian(
  at x: Tensor<Double>, of f: (Tensor<Double>) throws -> Tensor<Double>
) throws -> Tensor<Double> {
  var moved = x
  let columns = try x.elements.indices.map { index in
    let element = x.elements[index]
    let h = 6e-6 * max(1, abs(element))
    moved.withUnsafeMutableElements { $0[index] = element + h }
    let after = try f(moved)
    moved.withUnsafeMutableElements { $0[index] = element - h }
    let before = try f(moved)
    moved.withUnsafeMutableElements { $0[index] = element }
    return try ((after - before) / (2 * h)).flattened()
  }
  return try Tensor.stacking(columns, axis: 1)
}
