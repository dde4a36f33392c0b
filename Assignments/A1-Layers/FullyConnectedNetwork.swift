import Exercises
import Tensors

// Letters: N samples, D₀ numbers in a sample, L layers.

/// The loss of a fully connected classifier, affine – ReLU – affine – … – affine – softmax, and its
/// gradient by every parameter: `loss = softmax loss + ½·λ·Σ W²` over all weights. Biases are not
/// punished for their size.
///
/// All layers come from `parts`; each gives its output and a function for the way back.
///
/// - Parameters:
///   - x: Samples, `[N, D₀]` with N at least 1.
///   - labels: The right class of each sample, `[N]`.
///   - parameters: A weight `[Dₗ, Dₗ₊₁]` and a bias `[Dₗ₊₁]` for each of the L layers.
///   - regularization: λ, at least 0.
///   - parts: The layers to build with.
/// - Returns: The loss and its gradients, which are named and shaped as the parameters.
/// - Throws: `TensorError` when the shapes do not fit one another, for no samples or no layers, and
///   for a label that is no class.
public func fullyConnectedLoss<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, labels: Tensor<Int>, parameters: FullyConnectedParameters<Scalar>,
  regularization: Scalar, parts: LayerParts<Scalar>
) throws -> (loss: Scalar, gradients: FullyConnectedParameters<Scalar>) {
  try parameters.requireShapes(x: x, labels: labels)
  // TODO(A1.16): A fully connected network, loss and all gradients
  throw Unimplemented("A1.16")
}
