import Exercises
import Tensors

/// Captions for photographs, at every step a word drawn by its probability:
/// `p = softmax(scores / temperature)`.
///
/// At temperature 1 words come as often as the captioner believes in them; towards 0 the best word
/// always wins (greedy), towards infinity all words are equally likely. The scores are taken
/// relative to the highest before they are divided, so that no temperature overflows.
///
/// Begins with the hidden state `h₀ = features·Wproj + bproj` and the word `<START>`; a caption ends
/// with `<END>`. Letters: N samples, D feature size.
///
/// - Parameters:
///   - features: What a convolutional network saw in each photograph, `[N, D]`.
///   - parameters: All that the captioner has learned.
///   - maximumLength: How many words a caption may have, `<END>` included; at least 1.
///   - temperature: Above 0.
///   - parts: The layers; `captioningParts(basedOn:)` binds the LSTM of this module.
///   - generator: Where chance comes from; the same state gives the same captions.
/// - Returns: The captions without `<START>`, `[N, maximumLength]`, `<NULL>` after `<END>`.
/// - Throws: `TensorError` when the shapes do not fit one another, `maximumLength` is below 1 or
///   `temperature` is not above 0, and what the parts throw.
public func sampledCaptions<Scalar: TensorScalar>(
  features: Tensor<Scalar>, parameters: CaptionerParameters<Scalar>, maximumLength: Int,
  temperature: Scalar, parts: CaptioningParts<Scalar>, using generator: inout SeededGenerator
) throws -> Tensor<Int> {
  try parameters.requireShapes(features: features)
  try requirePositive(maximumLength, "maximumLength")
  guard temperature > 0 else {
    throw TensorError(
      "temperature", shapes: [], reason: "expected a number above 0, not \(temperature)")
  }
  // BEGIN SOLUTION A3.6
  let samples = features.shape[0]
  var state = try initialState(features: features, parameters: parameters, parts: parts)
  var words = Tensor(repeating: SpecialToken.start, shape: [samples])
  var captions = Tensor(repeating: SpecialToken.null, shape: [samples, maximumLength])
  var isFinished = [Bool](repeating: false, count: samples)
  for t in 0..<maximumLength where isFinished.contains(false) {
    let next = try scoresAfter(words, state: state, parameters: parameters, parts: parts)
    state = next.state
    let relative = try next.scores - next.scores.max(axis: 1, keepingAxis: true)
    let weights = (relative / temperature).exp()
    for n in 0..<samples where !isFinished[n] {
      words[n] = try draw(from: weights[n, .all].elements, using: &generator)
      captions[n, t] = words[n]
      isFinished[n] = words[n] == SpecialToken.end
    }
  }
  return captions
  // END SOLUTION
}

/// An index, each as likely as its weight among all: a dart on a bar of the weights end to end.
///
/// - Parameter weights: None below 0, at least one above.
func draw<Scalar: TensorScalar>(
  from weights: [Scalar], using generator: inout SeededGenerator
) throws -> Int {
  // BEGIN SOLUTION A3.6
  var dart = Scalar(generator.uniform()) * weights.reduce(0, +)
  for (index, weight) in weights.enumerated() {
    dart -= weight
    if dart < 0 { return index }
  }
  // Rounding may leave the dart at the very end of the bar.
  return weights.lastIndex { $0 > 0 } ?? 0
  // END SOLUTION
}
