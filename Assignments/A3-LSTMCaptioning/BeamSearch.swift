import Exercises
import Tensors

/// The caption for each photograph that a beam search finds: at every step the `width` best
/// beginnings of captions are kept.
///
/// The probability of a caption is the product of its words' (`<END>` included), a sum of
/// logarithms: `log p = Σ log softmax(scores)[word]`. Beginnings are ranked by
/// `log p / lengthᵃ`, where the length counts `<END>` and a is `lengthNormalization`; 0 ranks by
/// probability alone, which favours short captions. A caption that has ended keeps its place among
/// the beginnings as long as its rank does. The search is over when all have ended or are
/// `maximumLength` long; the best of them is the result. Width 1 is greedy.
///
/// Letters: N samples, D feature size. Source: Graves, "Sequence transduction with recurrent neural
/// networks", 2012, arXiv:1211.3711; length normalisation as in Wu et al., 2016, arXiv:1609.08144.
///
/// - Parameters:
///   - features: What a convolutional network saw in each photograph, `[N, D]`.
///   - parameters: All that the captioner has learned.
///   - width: How many beginnings are kept; at least 1.
///   - maximumLength: How many words a caption may have, `<END>` included; at least 1.
///   - lengthNormalization: The exponent a, from 0 (none) to 1 (the mean over the words).
///   - parts: The layers; `captioningParts(basedOn:)` binds the LSTM of this module.
/// - Returns: The captions without `<START>`, `[N, maximumLength]`, `<NULL>` after `<END>`, and
///   log p of each (not divided by its length), `[N]`.
/// - Throws: `TensorError` when the shapes do not fit one another or `width` or `maximumLength` is
///   below 1, and what the parts throw.
public func beamSearchCaptions<Scalar: TensorScalar>(
  features: Tensor<Scalar>, parameters: CaptionerParameters<Scalar>, width: Int,
  maximumLength: Int, lengthNormalization: Scalar = 0, parts: CaptioningParts<Scalar>
) throws -> (captions: Tensor<Int>, logProbabilities: Tensor<Scalar>) {
  try parameters.requireShapes(features: features)
  try requirePositive(width, "width")
  try requirePositive(maximumLength, "maximumLength")
  // TODO(A3.7): Beam search
  throw Unimplemented("A3.7")
}

/// The beginning of a caption, or all of one.
struct Beam<Scalar: TensorScalar> {
  var words: [Int] = []
  var logProbability: Scalar = 0

  var isFinished: Bool { words.last == SpecialToken.end }
}

/// The best caption for one photograph, features `[1, D]`.
func bestBeam<Scalar: TensorScalar>(
  features: Tensor<Scalar>, parameters: CaptionerParameters<Scalar>, width: Int,
  maximumLength: Int, lengthNormalization: Scalar, parts: CaptioningParts<Scalar>
) throws -> Beam<Scalar> {
  // TODO(A3.7): Beam search
  throw Unimplemented("A3.7")
}
