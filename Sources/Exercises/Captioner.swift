import Tensors

/// The recurrent cell of a captioner.
public enum RecurrentCell: String, Codable, CaseIterable, Sendable {
  case rnn, lstm

  /// How many blocks of width H its pre-activations have: 1, or the gates i, f, o, g.
  public var blockCount: Int { self == .rnn ? 1 : 4 }
}

/// The four special words of every vocabulary, at its first four places.
public enum SpecialToken {
  /// Fills a caption up to the common length; never scored.
  public static let null = 0
  public static let start = 1
  public static let end = 2
  public static let unknown = 3
}

/// All that a captioner learns, or the gradients of a loss by all of it.
///
/// Letters: D feature size, W word-vector size, H hidden size, V vocabulary size, G = H for an RNN
/// and 4H for an LSTM (blocks in the order i, f, o, g).
public struct CaptionerParameters<Scalar: TensorScalar>: Equatable, Sendable {
  /// From image features to the first hidden state: `h₀ = features·Wproj + bproj`, `[D, H]`, `[H]`.
  public var projectionWeight, projectionBias: Tensor<Scalar>
  /// A vector for each word, `[V, W]`.
  public var embedding: Tensor<Scalar>
  /// The recurrence: Wx `[W, G]`, Wh `[H, G]`, b `[G]`.
  public var inputWeight, hiddenWeight, bias: Tensor<Scalar>
  /// From hidden states to a score for each word: `[H, V]`, `[V]`.
  public var vocabularyWeight, vocabularyBias: Tensor<Scalar>

  public init(
    projectionWeight: Tensor<Scalar>, projectionBias: Tensor<Scalar>, embedding: Tensor<Scalar>,
    inputWeight: Tensor<Scalar>, hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>,
    vocabularyWeight: Tensor<Scalar>, vocabularyBias: Tensor<Scalar>
  ) {
    (self.projectionWeight, self.projectionBias) = (projectionWeight, projectionBias)
    self.embedding = embedding
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
    (self.vocabularyWeight, self.vocabularyBias) = (vocabularyWeight, vocabularyBias)
  }

  /// Initial values: word vectors normal/100, matrices normal/√(rows), biases zero.
  ///
  /// - Parameter forgetBias: That of an LSTM's forget gates instead. At 0 they let half of the cell
  ///   state through, so that nothing is left of it after a few words; at 1 memory begins longer.
  ///   Source: Jozefowicz, Zaremba, Sutskever, "An empirical exploration of recurrent network
  ///   architectures", ICML 2015, section 4.3.
  public init(
    cell: RecurrentCell, featureSize: Int, embeddingSize: Int, hiddenSize: Int,
    vocabularySize: Int, forgetBias: Scalar = 0, using generator: inout SeededGenerator
  ) {
    func matrix(_ rows: Int, _ columns: Int, _ deviation: Scalar) -> Tensor<Scalar> {
      .randomNormal([rows, columns], standardDeviation: deviation, using: &generator)
    }
    func scaled(_ rows: Int, _ columns: Int) -> Tensor<Scalar> {
      matrix(rows, columns, 1 / Scalar(rows).squareRoot())
    }
    let width = cell.blockCount * hiddenSize
    var bias = Tensor<Scalar>.zeros([width])
    if cell == .lstm { for unit in hiddenSize..<2 * hiddenSize { bias[unit] = forgetBias } }
    self.init(
      projectionWeight: scaled(featureSize, hiddenSize), projectionBias: .zeros([hiddenSize]),
      embedding: matrix(vocabularySize, embeddingSize, 1 / 100),
      inputWeight: scaled(embeddingSize, width), hiddenWeight: scaled(hiddenSize, width),
      bias: bias,
      vocabularyWeight: scaled(hiddenSize, vocabularySize), vocabularyBias: .zeros([vocabularySize])
    )
  }

  /// The gradients of a captioner's layers, gathered.
  public init(
    projection: AffineGradients<Scalar>, embedding: Tensor<Scalar>,
    recurrence: RecurrenceGradients<Scalar>, vocabulary: AffineGradients<Scalar>
  ) {
    self.init(
      projectionWeight: projection.weight, projectionBias: projection.bias, embedding: embedding,
      inputWeight: recurrence.inputWeight, hiddenWeight: recurrence.hiddenWeight,
      bias: recurrence.bias,
      vocabularyWeight: vocabulary.weight, vocabularyBias: vocabulary.bias)
  }

  /// Throws unless all sizes fit one another and the features.
  ///
  /// - Throws: `TensorError` for the first parameter whose shape does not fit.
  public func requireShapes(features: Tensor<Scalar>) throws {
    try features.requireShape([nil, nil], "features")
    try projectionWeight.requireShape([features.shape[1], nil], "projectionWeight")
    let hiddenSize = projectionWeight.shape[1]
    try projectionBias.requireShape([hiddenSize], "projectionBias")
    try embedding.requireShape([nil, nil], "embedding")
    try inputWeight.requireShape([embedding.shape[1], nil], "inputWeight")
    try hiddenWeight.requireShape([hiddenSize, inputWeight.shape[1]], "hiddenWeight")
    try bias.requireShape([inputWeight.shape[1]], "bias")
    try vocabularyWeight.requireShape([hiddenSize, embedding.shape[0]], "vocabularyWeight")
    try vocabularyBias.requireShape([embedding.shape[0]], "vocabularyBias")
  }

  /// As `requireShapes(features:)`, and captions `[N, T + 1]` with at least two words.
  public func requireShapes(features: Tensor<Scalar>, captions: Tensor<Int>) throws {
    try requireShapes(features: features)
    try captions.requireShape([features.shape[0], nil], "captions")
    guard captions.shape[1] >= 2 else {
      throw TensorError(
        "captions", shapes: [captions.shape], reason: "expected at least two words in a caption")
    }
  }

  /// Every parameter with its name, for optimizers and files.
  public static var named: [(name: String, path: WritableKeyPath<Self, Tensor<Scalar>>)] {
    [
      ("projectionWeight", \.projectionWeight), ("projectionBias", \.projectionBias),
      ("embedding", \.embedding), ("inputWeight", \.inputWeight), ("hiddenWeight", \.hiddenWeight),
      ("bias", \.bias), ("vocabularyWeight", \.vocabularyWeight),
      ("vocabularyBias", \.vocabularyBias),
    ]
  }
}
