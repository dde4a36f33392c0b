import Exercises
import Foundation
import Tensors

/// A captioner that reads and speaks word by word, one photograph at a time, with the reference
/// layers: what the exercises' captioners are compared with.
///
/// Letters as in `CaptionerParameters`.
public struct ReferenceCaptioner {
  public var parameters: CaptionerParameters<Double>
  public var cell: RecurrentCell

  public init(_ parameters: CaptionerParameters<Double>, cell: RecurrentCell) {
    (self.parameters, self.cell) = (parameters, cell)
  }

  /// Random parameters of a size that leaves every tanh and every softmax away from saturation;
  /// biases too, so that none can be left out unnoticed.
  public init(
    random cell: RecurrentCell, featureSize: Int, embeddingSize: Int, hiddenSize: Int,
    vocabularySize: Int, deviation: Double = 0.5, using generator: inout SeededGenerator
  ) {
    var parameters = CaptionerParameters<Double>(
      cell: cell, featureSize: featureSize, embeddingSize: embeddingSize, hiddenSize: hiddenSize,
      vocabularySize: vocabularySize, using: &generator)
    for (_, path) in CaptionerParameters<Double>.named {
      parameters[keyPath: path] = .randomNormal(
        parameters[keyPath: path].shape, standardDeviation: deviation, using: &generator)
    }
    self.init(parameters, cell: cell)
  }

  /// A captioner whose sentences are known by construction: an RNN that remembers nothing but the
  /// last word and the photograph.
  ///
  /// Word vectors are unit vectors, so that the hidden state says which word came last; as many
  /// hidden numbers again keep the photograph's number. All of them are 0 or 1 up to 1e-8, so the
  /// score of a word after another is that of the table, plus that of the photograph.
  ///
  /// - Parameters:
  ///   - transitions: A score for every word after every other, `[V, V]`.
  ///   - imageScores: A score for every word in every photograph, `[P, V]`. The features of
  ///     photograph p are the unit vector p, `[P]`.
  public init(transitions: Tensor<Double>, imageScores: Tensor<Double>) throws {
    let (words, images) = (transitions.shape[0], imageScores.shape[0])
    try transitions.requireShape([words, words], "transitions")
    try imageScores.requireShape([images, words], "imageScores")
    func padded(_ matrix: Tensor<Double>, top: Int = 0, left: Int = 0, right: Int = 0) throws
      -> Tensor<Double>
    {
      try matrix.padded([(top, 0), (left, right)], with: 0)
    }
    let certain = 10.0
    let keep = try padded(.identity(images) * certain, top: words, left: words)
    self.init(
      CaptionerParameters(
        projectionWeight: try padded(.identity(images), left: words),
        projectionBias: .zeros([words + images]),
        embedding: .identity(words),
        inputWeight: try padded(.identity(words) * certain, right: images),
        hiddenWeight: keep, bias: .zeros([words + images]),
        vocabularyWeight: try .concatenating([transitions, imageScores]),
        vocabularyBias: .zeros([words])),
      cell: .rnn)
  }

  /// The state before the first word. Shapes: features `[D]`, hidden state `[1, H]`.
  private func initialState(_ features: Tensor<Double>) throws -> RecurrentState<Double> {
    RecurrentState(
      hidden: referenceAffine(
        try features.expandingAxis(at: 0), parameters.projectionWeight, parameters.projectionBias))
  }

  /// Reads a word: the log-probabilities of all words that may follow, `[V]`, and the next state.
  private func read(
    _ word: Int, _ state: RecurrentState<Double>
  ) throws -> (logProbabilities: [Double], state: RecurrentState<Double>) {
    let parts: CaptioningParts<Double> = referenceCaptioningParts(cell)
    let next = try parts.step(
      parameters.embedding.gathering(Tensor([word])), state, parameters.inputWeight,
      parameters.hiddenWeight, parameters.bias)
    let scores = referenceAffine(
      next.hidden, parameters.vocabularyWeight, parameters.vocabularyBias)
    return (referenceLogSoftmax(scores.elements), next)
  }

  /// The log-probabilities `[V]` of the words that may come after a beginning, for a photograph's
  /// features `[D]`. The beginning is without `<START>`.
  public func logProbabilities(after beginning: [Int], features: Tensor<Double>) throws -> [Double]
  {
    var (logProbabilities, state) = try read(SpecialToken.start, initialState(features))
    for word in beginning { (logProbabilities, state) = try read(word, state) }
    return logProbabilities
  }

  /// The log-probability of a caption without `<START>`: that of all its words together.
  public func logProbability(of caption: [Int], features: Tensor<Double>) throws -> Double {
    try caption.indices.reduce(0) { sum, t in
      try sum
        + logProbabilities(after: Array(caption[..<t]), features: features)[caption[t]]
    }
  }

  /// The captioner's loss: the sum of `−log p` of all words that are not `<NULL>`, over N.
  ///
  /// Shapes: features `[N, D]`, captions `[N, T + 1]` from `<START>` on.
  public func loss(features: Tensor<Double>, captions: Tensor<Int>) throws -> Double {
    var loss: Double = 0
    for n in 0..<captions.shape[0] {
      var state = try initialState(features[n, .all])
      for t in 1..<captions.shape[1] {
        let next = try read(captions[n, t - 1], state)
        state = next.state
        if captions[n, t] != SpecialToken.null { loss -= next.logProbabilities[captions[n, t]] }
      }
    }
    return loss / Double(captions.shape[0])
  }

  /// Always the likeliest next word, to `<END>` or the given length; `<NULL>` after it.
  public func greedyCaption(features: Tensor<Double>, maximumLength: Int) throws -> [Int] {
    var caption: [Int] = []
    while caption.count < maximumLength && caption.last != SpecialToken.end {
      let next = try logProbabilities(after: caption, features: features)
      caption.append(next.indices.max { next[$0] < next[$1] } ?? 0)
    }
    return filled(caption, to: maximumLength)
  }

  /// The best of all captions there are, by `log p / lengthᵃ`, with its log p. Complexity: V to the
  /// power of the length.
  public func bestCaption(
    features: Tensor<Double>, maximumLength: Int, lengthNormalization: Double = 0
  ) throws -> (caption: [Int], logProbability: Double) {
    var best: (caption: [Int], logProbability: Double, rank: Double) = ([], 0, -.infinity)
    func explore(_ caption: [Int], _ sum: Double) throws {
      if caption.last == SpecialToken.end || caption.count == maximumLength {
        let rank = sum / pow(Double(caption.count), lengthNormalization)
        if rank > best.rank { best = (caption, sum, rank) }
        return
      }
      for (word, p) in try logProbabilities(after: caption, features: features).enumerated() {
        try explore(caption + [word], sum + p)
      }
    }
    try explore([], 0)
    return (filled(best.caption, to: maximumLength), best.logProbability)
  }

  private func filled(_ caption: [Int], to length: Int) -> [Int] {
    caption + [Int](repeating: SpecialToken.null, count: length - caption.count)
  }
}
