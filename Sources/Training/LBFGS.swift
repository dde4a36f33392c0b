import Kernels
import Tensors

/// L-BFGS without a line search: one gradient for each step.
///
/// The direction is that of Newton's method with an inverse Hessian estimated from the last steps and
/// the changes of the gradient over them. The first step goes `min(1, 1/‖g‖₁)·η` against the gradient,
/// every later one η along the direction; but no element moves further than `maximumChange`. The same numbers as PyTorch's `torch.optim.LBFGS` without a
/// line search and without tolerances.
///
/// Source: Nocedal and Wright, "Numerical Optimization", 2006, algorithm 7.4; Liu and Nocedal, "On the
/// limited memory BFGS method for large scale optimization", 1989, DOI 10.1007/BF01589116.
public struct LBFGS<Scalar: TensorScalar>: Optimizer, Sendable {
  public var learningRate: Scalar
  /// How many of the last steps are remembered.
  public let corrections: Int
  /// How far an element may move in one step.
  public let maximumChange: Scalar

  /// A step and the change of the gradient over it, with `1/yᵀs`.
  private struct Correction: Sendable {
    var step, change: Tensor<Scalar>
    var inverse: Scalar
  }

  private var remembered: [Correction] = []
  /// yᵀs/yᵀy of the last correction: the size of the inverse Hessian before the corrections.
  private var scale: Scalar = 1
  /// The gradient of the last step and what was added to the parameter then.
  private var last: (gradient: Tensor<Scalar>, step: Tensor<Scalar>)?

  /// - Parameters:
  ///   - learningRate: The length of a step in units of the direction, η.
  ///   - corrections: How many steps to remember, at least 1. Memory: two tensors for each.
  ///   - maximumChange: A step in which an element would move further is shortened as a whole. Where
  ///     a loss is far from quadratic, as a style's is at first, the estimated Hessian may send a
  ///     parameter so far that it takes hundreds of steps to come back.
  public init(
    learningRate: Scalar = 1, corrections: Int = 100, maximumChange: Scalar = .infinity
  ) {
    precondition(corrections >= 1, "corrections must be at least 1, got \(corrections)")
    (self.learningRate, self.corrections) = (learningRate, corrections)
    self.maximumChange = maximumChange
  }

  /// Moves `parameter` one step in place. Shapes: both equal.
  /// - Parameter name: Not used: one instance is for one parameter.
  /// - Throws: `TensorError` when the gradient is not shaped as the parameter, or the parameter not
  ///   as in the step before.
  public mutating func update(
    _ parameter: inout Tensor<Scalar>, gradient: Tensor<Scalar>, name: String
  ) throws {
    try gradient.requireShape(parameter.shape, "gradient")
    if let last { try parameter.requireShape(last.step.shape, "parameter") }
    var length = learningRate
    if let last {
      try remember(step: last.step, change: gradient - last.gradient)
    } else {
      length *= min(1, 1 / gradient.absolute().sum())
    }
    var step = try direction(gradient)
    let largest = length * step.absolute().max()
    step *= largest > maximumChange ? length * maximumChange / largest : length
    try parameter += step
    last = (gradient, step)
  }

  private mutating func remember(step: Tensor<Scalar>, change: Tensor<Scalar>) {
    let curvature = dot(change, step)
    // Where the gradient does not grow along a step there is nothing to learn from it.
    guard curvature > 1e-10 else { return }
    if remembered.count == corrections { remembered.removeFirst() }
    remembered.append(Correction(step: step, change: change, inverse: 1 / curvature))
    scale = curvature / dot(change, change)
  }

  /// `−H·g` by two loops over the corrections.
  private func direction(_ gradient: Tensor<Scalar>) throws -> Tensor<Scalar> {
    var direction = -gradient
    var shares: [Scalar] = []
    for correction in remembered.reversed() {
      let share = correction.inverse * dot(correction.step, direction)
      add(-share, correction.change, to: &direction)
      shares.append(share)
    }
    direction *= scale
    for (correction, share) in zip(remembered, shares.reversed()) {
      let other = correction.inverse * dot(correction.change, direction)
      add(share - other, correction.step, to: &direction)
    }
    return direction
  }

  private func dot(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Scalar {
    a.withUnsafeElements { x in
      b.withUnsafeElements { y in
        guard let first = x.baseAddress, let second = y.baseAddress else { return 0 }
        return Kernels.dot(first, second, count: x.count)
      }
    }
  }

  private func add(_ share: Scalar, _ x: Tensor<Scalar>, to y: inout Tensor<Scalar>) {
    x.withUnsafeElements { x in
      y.withUnsafeMutableElements { y in
        guard let from = x.baseAddress, let to = y.baseAddress else { return }
        addScaled(share, from, to: to, count: x.count)
      }
    }
  }
}

extension LBFGS {
  /// All that is remembered, to be saved and set again: the next steps are then the same.
  ///
  /// `gradient` and `step` of the last step, `scale`, and for each correction, the oldest first,
  /// `steps.0`, `changes.0` and `inverses.0`. Setting what lacks one of these forgets everything.
  public var state: [String: Tensor<Scalar>] {
    get {
      guard let last else { return [:] }
      var state = ["gradient": last.gradient, "step": last.step, "scale": Tensor([scale])]
      for (index, correction) in remembered.enumerated() {
        state["steps.\(index)"] = correction.step
        state["changes.\(index)"] = correction.change
        state["inverses.\(index)"] = Tensor([correction.inverse])
      }
      return state
    }
    set {
      (remembered, scale, last) = ([], 1, nil)
      guard let gradient = newValue["gradient"], let step = newValue["step"],
        let size = newValue["scale"]
      else { return }
      (last, scale) = ((gradient, step), size[0])
      while let step = newValue["steps.\(remembered.count)"],
        let change = newValue["changes.\(remembered.count)"],
        let inverse = newValue["inverses.\(remembered.count)"]
      {
        remembered.append(Correction(step: step, change: change, inverse: inverse[0]))
      }
    }
  }
}
