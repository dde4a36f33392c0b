import Exercises
import Tensors

/// The loss of a captioner on a minibatch, and the gradients of everything it learns, scoring only
/// the words that count.
///
/// The scores of all words of the vocabulary are the largest product by far, and where the target
/// is `<NULL>` it is made for nothing. So the hidden states of the M places with a real target are
/// packed together, `[M, H]`, scored and judged there, and their gradients put back to where they
/// came from; all other hidden states have the gradient zero. The result is that of scoring
/// everything and masking the loss.
///
/// Letters: N samples, T + 1 words in a caption, M targets that are not `<NULL>`, D feature size,
/// others as in `CaptionerParameters`. Source: Vinyals et al., "Show and tell", 2015,
/// arXiv:1411.4555.
///
/// - Parameters:
///   - features: What a convolutional network saw in each photograph, `[N, D]`.
///   - captions: A caption for each, from `<START>` to `<END>`, then `<NULL>`, `[N, T + 1]`.
///   - parameters: All that the captioner has learned.
///   - parts: The layers; `captioningParts(basedOn:)` binds the LSTM of this module.
/// - Returns: The loss, summed over time and averaged over the minibatch, and a gradient for each
///   parameter.
/// - Throws: `TensorError` when the shapes do not fit one another, and what the parts throw.
public func captionerLoss<Scalar: TensorScalar>(
  features: Tensor<Scalar>, captions: Tensor<Int>, parameters: CaptionerParameters<Scalar>,
  parts: CaptioningParts<Scalar>
) throws -> (loss: Scalar, gradients: CaptionerParameters<Scalar>) {
  try parameters.requireShapes(features: features, captions: captions)
  // BEGIN SOLUTION A3.5
  let (n, t) = (captions.shape[0], captions.shape[1] - 1)
  let initial = try parts.affine(
    features, parameters.projectionWeight, parameters.projectionBias)
  let vectors = try parts.embedding(captions[.all, 0..<t], parameters.embedding)
  let lstm = try parts.recurrence(
    vectors.output, initial.output, parameters.inputWeight, parameters.hiddenWeight,
    parameters.bias)

  // Pack: the rows of [N·T, H] that have a target.
  let targets = try captions[.all, 1...].flattened()
  let places = Tensor(targets.elements.indices.filter { targets[$0] != SpecialToken.null })
  let states = try lstm.output.reshaped([n * t, -1]).gathering(places)
  let scores = try parts.affine(states, parameters.vocabularyWeight, parameters.vocabularyBias)

  // As one sample of M words the loss is their sum; the average over the minibatch is ours to take.
  let (sum, upstream) = try parts.temporalSoftmaxLoss(
    scores.output.expandingAxis(at: 0), targets.gathering(places).expandingAxis(at: 0),
    Tensor(repeating: true, shape: [1, places.count]))
  let vocabulary = try scores.backward(upstream.squeezingAxis(at: 0) / Scalar(n))

  // Unpack: each row's gradient to its place.
  let unpacked = try Tensor.scatterAdding(vocabulary.x, at: places, count: n * t)
  let recurrence = try lstm.backward(unpacked.reshaped(lstm.output.shape))
  let gradients = CaptionerParameters(
    projection: try initial.backward(recurrence.initialHidden),
    embedding: try vectors.backward(recurrence.x), recurrence: recurrence, vocabulary: vocabulary)
  return (sum / Scalar(n), gradients)
  // END SOLUTION
}
