import Exercises
import Tensors

/// Three photographs with captions of 4, 2 and 3 words (`<END>` included), a vocabulary of 7 words
/// and random parameters: a minibatch small enough for numeric gradients.
public struct CaptioningExample {
  public var cell: RecurrentCell
  public var parameters: CaptionerParameters<Double>
  /// `[3, 2]`
  public var features: Tensor<Double>
  /// `[3, 5]`
  public var captions: Tensor<Int>

  public init(random cell: RecurrentCell, using generator: inout SeededGenerator) throws {
    self.cell = cell
    parameters =
      ReferenceCaptioner(
        random: cell, featureSize: 2, embeddingSize: 4, hiddenSize: 5, vocabularySize: 7,
        using: &generator
      ).parameters
    features = .randomNormal([3, 2], using: &generator)
    captions = try Tensor(
      rows: [4, 2, 3].map { length in
        let words = (1..<length).map { _ in Int.random(in: 3..<7, using: &generator) }
        let rest = [Int](repeating: SpecialToken.null, count: 4 - length)
        return [SpecialToken.start] + words + [SpecialToken.end] + rest
      })
  }

  /// The loss by the reference captioner.
  public func referenceLoss() throws -> Double {
    try ReferenceCaptioner(parameters, cell: cell).loss(features: features, captions: captions)
  }

  /// The loss with one parameter replaced, as a tensor without axes.
  public func referenceLoss(
    replacing path: WritableKeyPath<CaptionerParameters<Double>, Tensor<Double>>,
    with value: Tensor<Double>
  ) throws -> Tensor<Double> {
    var example = self
    example.parameters[keyPath: path] = value
    return Tensor(scalar: try example.referenceLoss())
  }
}

/// A captioner that has seen two photographs and has a sentence for each, by construction: words 4 a,
/// 5 cat, 6 dog, 7 sleeps, 8 barks.
public struct TalkingZoo {
  public var captioner: ReferenceCaptioner
  /// A cat and a dog, `[2, 2]`.
  public var features: Tensor<Double>

  public init() throws {
    var transitions = Tensor<Double>.zeros([9, 9])
    for (word, next) in [(SpecialToken.start, 4), (4, 5), (4, 6), (5, 7), (6, 8), (7, 2), (8, 2)] {
      transitions[word, next] = 6
    }
    // After <END> it would chatter on, if it were let.
    transitions[SpecialToken.end, 4] = 6
    var imageScores = Tensor<Double>.zeros([2, 9])
    (imageScores[0, 5], imageScores[1, 6]) = (2, 2)
    captioner = try ReferenceCaptioner(transitions: transitions, imageScores: imageScores)
    features = .identity(2)
  }
}

extension CaptionerParameters {
  /// The same numbers in single precision.
  public var singlePrecision: CaptionerParameters<Float> {
    CaptionerParameters<Float>(
      projectionWeight: projectionWeight.cast(to: Float.self),
      projectionBias: projectionBias.cast(to: Float.self),
      embedding: embedding.cast(to: Float.self), inputWeight: inputWeight.cast(to: Float.self),
      hiddenWeight: hiddenWeight.cast(to: Float.self), bias: bias.cast(to: Float.self),
      vocabularyWeight: vocabularyWeight.cast(to: Float.self),
      vocabularyBias: vocabularyBias.cast(to: Float.self))
  }
}

extension Golden {
  /// The parameters of a captioner, which stand in the file under their names.
  public func captionerParameters<Scalar: TensorScalar>() throws -> CaptionerParameters<Scalar> {
    CaptionerParameters(
      projectionWeight: try tensor("projectionWeight"),
      projectionBias: try tensor("projectionBias"), embedding: try tensor("embedding"),
      inputWeight: try tensor("inputWeight"), hiddenWeight: try tensor("hiddenWeight"),
      bias: try tensor("bias"), vocabularyWeight: try tensor("vocabularyWeight"),
      vocabularyBias: try tensor("vocabularyBias"))
  }
}
