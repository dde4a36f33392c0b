import Exercises
import Tensors

/// Captions for photographs, at every step the word with the highest score.
///
/// Begins with the hidden state `h₀ = features·Wproj + bproj` and the word `<START>`; each word that
/// comes out goes in at the next step. A caption ends with `<END>`.
///
/// Letters: N samples, D feature size.
///
/// - Parameters:
///   - features: What a convolutional network saw in each photograph, `[N, D]`.
///   - parameters: All that the captioner has learned.
///   - maximumLength: How many words a caption may have, `<END>` included; at least 1.
///   - parts: The layers; `captioningParts()` binds those of this module.
/// - Returns: The captions without `<START>`, `[N, maximumLength]`, `<NULL>` after `<END>`.
/// - Throws: `TensorError` when the shapes do not fit one another or `maximumLength` is below 1, and
///   what the parts throw.
public func greedyCaptions<Scalar: TensorScalar>(
  features: Tensor<Scalar>, parameters: CaptionerParameters<Scalar>, maximumLength: Int,
  parts: CaptioningParts<Scalar>
) throws -> Tensor<Int> {
  try parameters.requireShapes(features: features)
  try requirePositive(maximumLength, "maximumLength")
  // BEGIN SOLUTION A2.10
  let samples = features.shape[0]
  let initial = try parts.affine(
    features, parameters.projectionWeight, parameters.projectionBias)
  var state = RecurrentState(hidden: initial.output)
  var words = Tensor(repeating: SpecialToken.start, shape: [samples])
  var captions = Tensor(repeating: SpecialToken.null, shape: [samples, maximumLength])
  var isFinished = [Bool](repeating: false, count: samples)
  for t in 0..<maximumLength where isFinished.contains(false) {
    let vectors = try parts.embedding(words.expandingAxis(at: 1), parameters.embedding).output
    state = try parts.step(
      vectors.squeezingAxis(at: 1), state, parameters.inputWeight, parameters.hiddenWeight,
      parameters.bias)
    let scores = try parts.affine(
      state.hidden, parameters.vocabularyWeight, parameters.vocabularyBias
    ).output
    words = try scores.argmax(axis: 1)
    for n in 0..<samples where !isFinished[n] {
      captions[n, t] = words[n]
      isFinished[n] = words[n] == SpecialToken.end
    }
  }
  return captions
  // END SOLUTION
}
