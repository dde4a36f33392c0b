import Exercises
import Tensors

/// The layers of this module in the form in which a captioner takes them.
public func captioningParts<Scalar: TensorScalar>() -> CaptioningParts<Scalar> {
  CaptioningParts(
    affine: { x, weight, bias in
      // A batch of vectors is a batch of sequences of one.
      let (output, cache) = try temporalAffineForward(
        x.expandingAxis(at: 1), weight: weight, bias: bias)
      return (
        try output.squeezingAxis(at: 1),
        { upstream in
          var gradients = try temporalAffineBackward(upstream.expandingAxis(at: 1), cache: cache)
          gradients.x = try gradients.x.squeezingAxis(at: 1)
          return gradients
        }
      )
    },
    embedding: { words, table in
      let (output, cache) = try wordEmbeddingForward(words, table: table)
      return (output, { try wordEmbeddingBackward($0, cache: cache) })
    },
    recurrence: { x, initialHidden, inputWeight, hiddenWeight, bias in
      let (hidden, caches) = try rnnForward(
        x, initialHidden: initialHidden, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
        bias: bias, step: rnnStepForward)
      return (hidden, { try rnnBackward($0, caches: caches, step: rnnStepBackward) })
    },
    temporalAffine: { x, weight, bias in
      let (output, cache) = try temporalAffineForward(x, weight: weight, bias: bias)
      return (output, { try temporalAffineBackward($0, cache: cache) })
    },
    temporalSoftmaxLoss: { logits, targets, mask in
      try temporalSoftmaxLoss(logits, targets: targets, mask: mask)
    },
    step: { x, state, inputWeight, hiddenWeight, bias in
      let (hidden, _) = try rnnStepForward(
        x, previousHidden: state.hidden, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
        bias: bias)
      return RecurrentState(hidden: hidden)
    })
}
