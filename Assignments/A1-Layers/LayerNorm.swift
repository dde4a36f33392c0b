import Exercises
import Tensors

// Letters: N samples, D features.

/// What the backward pass of layer normalisation needs from its forward pass.
public struct LayerNormCache<Scalar: TensorScalar>: Sendable {
  /// x̂, `[N, D]`.
  public var normalized: Tensor<Scalar>
  /// `σ = √(variance + ε)` of each sample, `[N, 1]`.
  public var deviation: Tensor<Scalar>
  /// γ, `[D]`.
  public var scale: Tensor<Scalar>

  public init(normalized: Tensor<Scalar>, deviation: Tensor<Scalar>, scale: Tensor<Scalar>) {
    (self.normalized, self.deviation, self.scale) = (normalized, deviation, scale)
  }
}

/// Layer normalisation: each sample is shifted and scaled to mean 0 and variance 1 over its
/// features, then scaled and shifted by what the layer learns:
/// `x̂ = (x − μ) / √(v + ε)`, `y = γ∘x̂ + β`, with μ and v over the D features and v divided by D.
///
/// The samples know nothing of one another, so it does the same in training and in use.
///
/// Source: Ba, Kiros, Hinton, "Layer normalization", 2016, arXiv 1607.06450, equations 3 and 4.
///
/// - Parameters:
///   - x: A minibatch, `[N, D]` with D at least 1.
///   - scale: γ, `[D]`.
///   - shift: β, `[D]`.
///   - epsilon: ε, added to the variance so that its root never vanishes.
/// - Returns: y, `[N, D]`, and what the backward pass needs.
/// - Throws: `TensorError` when the shapes do not fit one another, and for no features.
public func layerNormForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, scale: Tensor<Scalar>, shift: Tensor<Scalar>, epsilon: Scalar = 1e-5
) throws -> (output: Tensor<Scalar>, cache: LayerNormCache<Scalar>) {
  try x.requireShape([nil, nil], "x")
  try requirePositive(x.shape[1], "number of features")
  try scale.requireShape([x.shape[1]], "scale")
  try shift.requireShape([x.shape[1]], "shift")
  // TODO(A1.7): Layer normalisation, forward and backward
  throw Unimplemented("A1.7")
}

/// The backward pass of layer normalisation: that of batch normalisation with means over the D
/// features of a sample in the place of those over the N samples of a feature. Only dγ and dβ are
/// still sums over the samples, because all samples share γ and β.
///
/// `dx̂ = γ∘dy`, `dx = (dx̂ − mean(dx̂) − x̂∘mean(dx̂∘x̂)) / σ`, `dγ = Σₙ dy∘x̂`, `dβ = Σₙ dy`.
///
/// - Parameters:
///   - upstream: The gradient dy of the loss with respect to y, `[N, D]`.
///   - cache: What `layerNormForward` kept.
/// - Returns: The gradients with respect to x, scale and shift.
/// - Throws: `TensorError` when `upstream` has not the shape of y.
public func layerNormBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: LayerNormCache<Scalar>
) throws -> NormalizationGradients<Scalar> {
  try upstream.requireShape(cache.normalized.shape, "upstream")
  // TODO(A1.7): Layer normalisation, forward and backward
  throw Unimplemented("A1.7")
}
