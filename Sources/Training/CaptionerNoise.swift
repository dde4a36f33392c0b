import Exercises
import Tensors

/// What chance does to a captioner in one iteration of its training.
public struct CaptionerNoise<Scalar: TensorScalar>: Sendable {
  /// What word vectors `[N, T, W]` and hidden states `[N, T, H]`, as the vocabulary sees them, are
  /// multiplied by: 0 where they are dropped, `1/(1 − p)` elsewhere, so that their mean stays.
  public var vectors, states: Tensor<Scalar>?
  /// The words that are read instead of the true ones, `[N, T]`.
  public var words: Tensor<Int>?

  public init() {}

  /// A factor for every element: 0 with probability p, `1/(1 − p)` otherwise.
  public static func mask(
    _ shape: [Int], dropping probability: Scalar, using generator: inout SeededGenerator
  ) -> Tensor<Scalar> {
    let kept = 1 / (1 - probability)
    // Half of 64 random bits decide about one element.
    let threshold = UInt32(Double(probability) * 0x1p32)
    let count = shape.reduce(1, *)
    return Tensor(unsafeUninitializedShape: shape) { mask in
      for i in stride(from: 0, to: count, by: 2) {
        let bits = generator.next()
        mask[i] = UInt32(truncatingIfNeeded: bits) < threshold ? 0 : kept
        guard i + 1 < count else { break }
        mask[i + 1] = UInt32(truncatingIfNeeded: bits >> 32) < threshold ? 0 : kept
      }
    }
  }
}

extension CaptioningParts {
  /// The same parts for one iteration of training: they read other words and drop out some of the
  /// word vectors and of the hidden states, with the backward passes that belong to it. What a
  /// recurrence hands on from word to word stays whole.
  ///
  /// Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
  /// JMLR 15, 2014; the places: Zaremba, Sutskever, Vinyals, "Recurrent Neural Network
  /// Regularization", 2014, arXiv 1409.2329.
  public func adding(_ noise: CaptionerNoise<Scalar>) -> CaptioningParts {
    var parts = self
    parts.embedding = { [embedding] words, table in
      let (output, backward) = try embedding(noise.words ?? words, table)
      guard let mask = noise.vectors else { return (output, backward) }
      return (try output * mask, { try backward($0 * mask) })
    }
    if let mask = noise.states {
      parts.recurrence = { [recurrence] x, initialHidden, inputWeight, hiddenWeight, bias in
        let (output, backward) = try recurrence(x, initialHidden, inputWeight, hiddenWeight, bias)
        return (try output * mask, { try backward($0 * mask) })
      }
    }
    return parts
  }

  /// The word that the captioner itself would say at every place, having read the true ones before
  /// it. Shapes: features `[N, D]`, words `[N, T]`, result `[N, T]`.
  func predictions(
    features: Tensor<Scalar>, words: Tensor<Int>, parameters: CaptionerParameters<Scalar>
  ) throws -> Tensor<Int> {
    let initial = try affine(features, parameters.projectionWeight, parameters.projectionBias)
    let vectors = try embedding(words, parameters.embedding)
    let states = try recurrence(
      vectors.output, initial.output, parameters.inputWeight, parameters.hiddenWeight,
      parameters.bias)
    return try temporalAffine(
      states.output, parameters.vocabularyWeight, parameters.vocabularyBias
    ).output.argmax(axis: 2)
  }
}
