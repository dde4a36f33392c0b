import Exercises
import Foundation
import Tensors

extension ReferenceLayers {
  /// The kit's own layers for a fully connected network, all of them right, and fast enough to
  /// train with.
  public static func parts<Scalar: TensorScalar>() -> LayerParts<Scalar> {
    LayerParts(
      affine: { x, weight, bias in
        (
          try x.matrixMultiplied(by: weight) + bias,
          { upstream in
            AffineGradients(
              x: try upstream.matrixMultiplied(by: weight.transposed()),
              weight: try x.transposed().matrixMultiplied(by: upstream),
              bias: try upstream.sum(axis: 0))
          }
        )
      },
      relu: { x in
        (
          relu(x),
          { upstream in
            try Tensor(zip(x.elements, upstream.elements).map { $0 > 0 ? $1 : 0 }, shape: x.shape)
          }
        )
      },
      softmaxLoss: { logits, labels in
        (softmaxLoss(logits, labels: labels), softmaxGradient(logits, labels: labels))
      })
  }

  /// `(p − one-hot(labels)) / N`. Shapes: logits and result `[N, C]`, labels `[N]`.
  public static func softmaxGradient<Scalar: TensorScalar>(
    _ logits: Tensor<Scalar>, labels: Tensor<Int>
  ) -> Tensor<Scalar> {
    let (samples, classes) = (logits.shape[0], logits.shape[1])
    var gradient = logits
    for n in 0..<samples {
      let scores = (0..<classes).map { Double(logits[n, $0]) }
      for (c, logProbability) in referenceLogSoftmax(scores).enumerated() {
        let target: Double = c == labels[n] ? 1 : 0
        gradient[n, c] = Scalar((exp(logProbability) - target) / Double(samples))
      }
    }
    return gradient
  }

  /// What a fully connected network gives for each class: affine – ReLU – affine – … – affine.
  /// Shapes: x `[N, D₀]`, result `[N, C]`.
  public static func fullyConnectedLogits<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, _ parameters: FullyConnectedParameters<Scalar>
  ) -> Tensor<Scalar> {
    var output = x
    for (layer, (weight, bias)) in zip(parameters.weights, parameters.biases).enumerated() {
      output = affine(layer == 0 ? output : relu(output), weight: weight, bias: bias)
    }
    return output
  }

  /// The softmax loss of these logits and `½·λ·Σ W²`.
  public static func fullyConnectedLoss<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, labels: Tensor<Int>, parameters: FullyConnectedParameters<Scalar>,
    regularization: Scalar
  ) -> Scalar {
    let squares = parameters.weights.flatMap(\.elements).map { $0 * $0 }.reduce(0, +)
    return softmaxLoss(fullyConnectedLogits(x, parameters), labels: labels)
      + regularization / 2 * squares
  }

  /// All parameters one after the other, in the order weight, bias, weight, bias, …
  public static func flattened<Scalar: TensorScalar>(
    _ parameters: FullyConnectedParameters<Scalar>
  ) -> Tensor<Scalar> {
    Tensor(zip(parameters.weights, parameters.biases).flatMap { $0.elements + $1.elements })
  }

  /// The parameters that `flattened` made `numbers` of.
  /// - Parameter layout: Parameters of the same shapes.
  public static func unflattened<Scalar: TensorScalar>(
    _ numbers: Tensor<Scalar>, like layout: FullyConnectedParameters<Scalar>
  ) throws -> FullyConnectedParameters<Scalar> {
    var parameters = layout
    var start = 0
    func next(_ tensor: Tensor<Scalar>) throws -> Tensor<Scalar> {
      defer { start += tensor.count }
      return try numbers[start..<start + tensor.count].reshaped(tensor.shape)
    }
    for layer in layout.weights.indices {
      parameters.weights[layer] = try next(layout.weights[layer])
      parameters.biases[layer] = try next(layout.biases[layer])
    }
    return parameters
  }
}
