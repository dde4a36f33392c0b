import Exercises
import Tensors

/// The given parts with the LSTM of this module for their recurrence.
///
/// - Parameter parts: Where embedding, affine layers and loss come from; A2's `captioningParts()`.
public func captioningParts<Scalar: TensorScalar>(
  basedOn parts: CaptioningParts<Scalar>
) -> CaptioningParts<Scalar> {
  var parts = parts
  parts.recurrence = { x, initialHidden, inputWeight, hiddenWeight, bias in
    let (hidden, caches) = try lstmForward(
      x, initialHidden: initialHidden, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
      bias: bias, step: lstmStepForward)
    return (hidden, { try lstmBackward($0, caches: caches, step: lstmStepBackward) })
  }
  parts.step = { x, state, inputWeight, hiddenWeight, bias in
    let (hidden, cell, _) = try lstmStepForward(
      x, previousHidden: state.hidden, previousCell: state.cell ?? .zeros(like: state.hidden),
      inputWeight: inputWeight, hiddenWeight: hiddenWeight, bias: bias)
    return RecurrentState(hidden: hidden, cell: cell)
  }
  return parts
}

// What greedy sampling (A2.10) did at every step, for sampling and beam search.

/// The state before the first word: `h₀ = features·Wproj + bproj`.
///
/// Shapes: features `[N, D]`, hidden state `[N, H]`.
func initialState<Scalar: TensorScalar>(
  features: Tensor<Scalar>, parameters: CaptionerParameters<Scalar>, parts: CaptioningParts<Scalar>
) throws -> RecurrentState<Scalar> {
  RecurrentState(
    hidden: try parts.affine(
      features, parameters.projectionWeight, parameters.projectionBias
    ).output)
}

/// Reads a word in each sample: a score for every word that may come next, and the state after it.
///
/// Shapes: words `[N]`, hidden state `[N, H]`, scores `[N, V]`.
func scoresAfter<Scalar: TensorScalar>(
  _ words: Tensor<Int>, state: RecurrentState<Scalar>, parameters: CaptionerParameters<Scalar>,
  parts: CaptioningParts<Scalar>
) throws -> (scores: Tensor<Scalar>, state: RecurrentState<Scalar>) {
  let vectors = try parts.embedding(words.expandingAxis(at: 1), parameters.embedding).output
  let next = try parts.step(
    vectors.squeezingAxis(at: 1), state, parameters.inputWeight, parameters.hiddenWeight,
    parameters.bias)
  let scores = try parts.affine(
    next.hidden, parameters.vocabularyWeight, parameters.vocabularyBias
  ).output
  return (scores, next)
}
