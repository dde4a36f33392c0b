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
  // BEGIN SOLUTION A3.7
  let beams = try (0..<features.shape[0]).map { n in
    try bestBeam(
      features: features[n..<n + 1], parameters: parameters, width: width,
      maximumLength: maximumLength, lengthNormalization: lengthNormalization, parts: parts)
  }
  let captions = beams.map { beam in
    let rest = maximumLength - beam.words.count
    return beam.words + [Int](repeating: SpecialToken.null, count: rest)
  }
  return (try Tensor(rows: captions), Tensor(beams.map(\.logProbability)))
  // END SOLUTION
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
  // BEGIN SOLUTION A3.7
  var beams = [Beam<Scalar>()]
  // One row for each beam.
  var state = try initialState(features: features, parameters: parameters, parts: parts)
  for length in 1...maximumLength where !beams.allSatisfy(\.isFinished) {
    let words = Tensor(beams.map { $0.words.last ?? SpecialToken.start })
    let next = try scoresAfter(words, state: state, parameters: parameters, parts: parts)
    let logProbabilities = try next.scores - next.scores.logSumExp(axis: 1, keepingAxis: true)

    // A candidate is a beam and a word to add, or a beam that has ended.
    var candidates: [(row: Int, word: Int?, logProbability: Scalar, rank: Scalar)] = []
    for (row, beam) in beams.enumerated() {
      if beam.isFinished {
        let penalty = Scalar.pow(Scalar(beam.words.count), lengthNormalization)
        candidates.append((row, nil, beam.logProbability, beam.logProbability / penalty))
        continue
      }
      let penalty = Scalar.pow(Scalar(length), lengthNormalization)
      for (word, addition) in try logProbabilities[row, .all].elements.enumerated() {
        let sum = beam.logProbability + addition
        candidates.append((row, word, sum, sum / penalty))
      }
    }
    let best = candidates.sorted { $0.rank > $1.rank }.prefix(width)
    beams = best.map { candidate in
      Beam(
        words: beams[candidate.row].words + (candidate.word.map { [$0] } ?? []),
        logProbability: candidate.logProbability)
    }
    state = try next.state.gathering(Tensor(best.map(\.row)))
  }
  return beams[0]
  // END SOLUTION
}
