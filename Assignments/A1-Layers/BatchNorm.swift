import Exercises
import Tensors

// Letters: N samples, D features.

/// What batch normalisation remembers of the minibatches it has seen, for use without one.
public struct RunningStatistics<Scalar: TensorScalar>: Equatable, Sendable {
  /// Running averages of the mean and of the variance of each feature, `[D]`.
  public var mean, variance: Tensor<Scalar>

  public init(mean: Tensor<Scalar>, variance: Tensor<Scalar>) {
    (self.mean, self.variance) = (mean, variance)
  }

  /// Before the first minibatch: means of 0 and variances of 1.
  public init(features: Int) {
    self.init(mean: .zeros([features]), variance: .ones([features]))
  }
}

/// What the backward pass of batch normalisation needs from its forward pass.
public struct BatchNormCache<Scalar: TensorScalar>: Sendable {
  /// x̂, `[N, D]`.
  public var normalized: Tensor<Scalar>
  /// `σ = √(variance + ε)` of each feature, `[D]`.
  public var deviation: Tensor<Scalar>
  /// γ, `[D]`.
  public var scale: Tensor<Scalar>

  public init(normalized: Tensor<Scalar>, deviation: Tensor<Scalar>, scale: Tensor<Scalar>) {
    (self.normalized, self.deviation, self.scale) = (normalized, deviation, scale)
  }
}

/// Batch normalisation while training: each feature is shifted and scaled to mean 0 and variance 1
/// over the minibatch, then scaled and shifted by what the layer learns:
/// `x̂ = (x − μ) / √(v + ε)`, `y = γ∘x̂ + β`, with μ and v over the N samples and v divided by N.
///
/// The running averages move towards this minibatch: `running = momentum·running +
/// (1 − momentum)·batch`, where the variance is again the one divided by N. (PyTorch weights the
/// other way round, its momentum being 1 − ours, and averages the variance divided by N − 1.)
///
/// Source: Ioffe, Szegedy, "Batch normalization", ICML 2015, arXiv 1502.03167, algorithm 1.
///
/// - Parameters:
///   - x: A minibatch, `[N, D]` with N at least 1.
///   - scale: γ, `[D]`.
///   - shift: β, `[D]`.
///   - running: The running averages so far.
///   - momentum: The share of the old running average in the new one, from `0...1`.
///   - epsilon: ε, added to the variance so that its root never vanishes.
/// - Returns: y, `[N, D]`, the new running averages, and what the backward pass needs.
/// - Throws: `TensorError` when the shapes do not fit one another, and for no samples.
public func batchNormForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, scale: Tensor<Scalar>, shift: Tensor<Scalar>,
  running: RunningStatistics<Scalar>, momentum: Scalar = 0.9, epsilon: Scalar = 1e-5
) throws -> (
  output: Tensor<Scalar>, running: RunningStatistics<Scalar>, cache: BatchNormCache<Scalar>
) {
  try requireBatchNormShapes(x, scale, shift, running)
  try requirePositive(x.shape[0], "number of samples")
  // TODO(A1.5): Batch normalisation, forward
  throw Unimplemented("A1.5")
}

/// Batch normalisation when the network is used: as in training, with the running averages in the
/// place of the minibatch's, so that a sample's output does not depend on its neighbours.
///
/// - Parameters:
///   - x: `[N, D]`
///   - scale: γ, `[D]`.
///   - shift: β, `[D]`.
///   - running: The running averages after training.
///   - epsilon: ε, as in training.
/// - Returns: y, `[N, D]`.
/// - Throws: `TensorError` when the shapes do not fit one another.
public func batchNormInference<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, scale: Tensor<Scalar>, shift: Tensor<Scalar>,
  running: RunningStatistics<Scalar>, epsilon: Scalar = 1e-5
) throws -> Tensor<Scalar> {
  try requireBatchNormShapes(x, scale, shift, running)
  // TODO(A1.5): Batch normalisation, forward
  throw Unimplemented("A1.5")
}

/// The backward pass of batch normalisation (the one while training).
///
/// x acts on the loss directly, through the mean, and through the variance; what the last two
/// contribute is what is subtracted here, with means over the N samples:
/// `dx̂ = γ∘dy`, `dx = (dx̂ − mean(dx̂) − x̂∘mean(dx̂∘x̂)) / σ`, `dγ = Σₙ dy∘x̂`, `dβ = Σₙ dy`.
///
/// - Parameters:
///   - upstream: The gradient dy of the loss with respect to y, `[N, D]`.
///   - cache: What `batchNormForward` kept.
/// - Returns: The gradients with respect to x, scale and shift.
/// - Throws: `TensorError` when `upstream` has not the shape of y.
public func batchNormBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: BatchNormCache<Scalar>
) throws -> NormalizationGradients<Scalar> {
  try upstream.requireShape(cache.normalized.shape, "upstream")
  // TODO(A1.6): Batch normalisation, backward
  throw Unimplemented("A1.6")
}

private func requireBatchNormShapes<Scalar>(
  _ x: Tensor<Scalar>, _ scale: Tensor<Scalar>, _ shift: Tensor<Scalar>,
  _ running: RunningStatistics<Scalar>
) throws {
  try x.requireShape([nil, nil], "x")
  let features = x.shape[1]
  try scale.requireShape([features], "scale")
  try shift.requireShape([features], "shift")
  try running.mean.requireShape([features], "running.mean")
  try running.variance.requireShape([features], "running.variance")
}
