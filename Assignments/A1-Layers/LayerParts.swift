import Exercises
import Tensors

/// The layers of this module in the form in which a fully connected network takes them.
public func layerParts<Scalar: TensorScalar>() -> LayerParts<Scalar> {
  LayerParts(
    affine: { x, weight, bias in
      let (output, cache) = try affineForward(x, weight: weight, bias: bias)
      return (output, { try affineBackward($0, cache: cache) })
    },
    relu: { x in
      let (output, cache) = try reluForward(x)
      return (output, { try reluBackward($0, cache: cache) })
    },
    softmaxLoss: { logits, labels in try softmaxLoss(logits, labels: labels) })
}
