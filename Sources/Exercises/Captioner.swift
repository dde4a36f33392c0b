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
  public init(
    cell: RecurrentCell, featureSize: Int, embeddingSize: Int, hiddenSize: Int,
    vocabularySize: Int, using generator: inout SeededGenerator
  ) {
    func matrix(_ rows: Int, _ columns: Int, _ deviation: Scalar) -> Tensor<Scalar> {
      .randomNormal([rows, columns], standardDeviation: deviation, using: &generator)
    }
    func scaled(_ rows: Int, _ columns: Int) -> Tensor<Scalar> {
      matrix(rows, columns, 1 / Scalar(rows).squareRoot())
    }
    let width = cell.blockCount * hiddenSize
    self.init(
      projectionWeight: scaled(featureSize, hiddenSize), projectionBias: .zeros([hiddenSize]),
      embedding: matrix(vocabularySize, embeddingSize, 1 / 100),
      inputWeight: scaled(embeddingSize, width), hiddenWeight: scaled(hiddenSize, width),
      bias: .zeros([width]),
      vocabularyWeight: scaled(hiddenSize, vocabularySize), vocabularyBias: .zeros([vocabularySize]))
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

/// The gradients of an affine layer `y = x·W + b`, each shaped as what it differentiates.
public struct AffineGradients<Scalar: TensorScalar>: Sendable {
  public var x, weight, bias: Tensor<Scalar>

  public init(x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>) {
    (self.x, self.weight, self.bias) = (x, weight, bias)
  }
}

/// The gradients of a recurrence over a whole sequence, each shaped as what it differentiates.
public struct RecurrenceGradients<Scalar: TensorScalar>: Sendable {
  public var x, initialHidden, inputWeight, hiddenWeight, bias: Tensor<Scalar>

  public init(
    x: Tensor<Scalar>, initialHidden: Tensor<Scalar>, inputWeight: Tensor<Scalar>,
    hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>
  ) {
    (self.x, self.initialHidden) = (x, initialHidden)
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
  }
}

/// What a recurrence carries from one word to the next.
public struct RecurrentState<Scalar: TensorScalar>: Sendable {
  /// `[N, H]`
  public var hidden: Tensor<Scalar>
  /// The LSTM's cell state, `[N, H]`; nil for an RNN.
  public var cell: Tensor<Scalar>?

  public init(hidden: Tensor<Scalar>, cell: Tensor<Scalar>? = nil) {
    (self.hidden, self.cell) = (hidden, cell)
  }
}

/// The layers that a captioner is assembled from. Each forward pass returns its output together with
/// its backward pass, a function from the upstream gradient to the gradients of its inputs.
///
/// A captioner takes its parts as an argument, so that it can be judged with parts that are right
/// while a student's own are still being written, and run with the student's own afterwards.
/// Letters: N samples, T words, others as in `CaptionerParameters`.
public struct CaptioningParts<Scalar: TensorScalar>: Sendable {
  public typealias Array = Tensor<Scalar>

  /// `(x, weight, bias)`: x `[N, D]`, weight `[D, M]`, bias `[M]`, output `[N, M]`.
  public var affine:
    @Sendable (Array, Array, Array) throws -> (
      output: Array, backward: (Array) throws -> AffineGradients<Scalar>
    )
  /// `(words, table)`: words `[N, T]`, table `[V, W]`, output `[N, T, W]`; gradient of the table.
  public var embedding:
    @Sendable (Tensor<Int>, Array) throws -> (output: Array, backward: (Array) throws -> Array)
  /// `(x, initialHidden, inputWeight, hiddenWeight, bias)`: x `[N, T, W]`, output `[N, T, H]`.
  public var recurrence:
    @Sendable (Array, Array, Array, Array, Array) throws -> (
      output: Array, backward: (Array) throws -> RecurrenceGradients<Scalar>
    )
  /// As `affine`, at every time step: x `[N, T, H]`, output `[N, T, V]`.
  public var temporalAffine:
    @Sendable (Array, Array, Array) throws -> (
      output: Array, backward: (Array) throws -> AffineGradients<Scalar>
    )
  /// `(logits, targets, mask)`: logits `[N, T, V]`, targets and mask `[N, T]`; the loss summed over
  /// time and averaged over N, and its gradient by the logits.
  public var temporalSoftmaxLoss:
    @Sendable (Array, Tensor<Int>, Tensor<Bool>) throws -> (loss: Scalar, gradient: Array)
  /// One step of the recurrence, `(x, state, inputWeight, hiddenWeight, bias)`: x `[N, W]`.
  public var step:
    @Sendable (Array, RecurrentState<Scalar>, Array, Array, Array) throws -> RecurrentState<Scalar>

  public init(
    affine: @escaping @Sendable (Array, Array, Array) throws -> (
      output: Array, backward: (Array) throws -> AffineGradients<Scalar>
    ),
    embedding: @escaping @Sendable (Tensor<Int>, Array) throws -> (
      output: Array, backward: (Array) throws -> Array
    ),
    recurrence: @escaping @Sendable (Array, Array, Array, Array, Array) throws -> (
      output: Array, backward: (Array) throws -> RecurrenceGradients<Scalar>
    ),
    temporalAffine: @escaping @Sendable (Array, Array, Array) throws -> (
      output: Array, backward: (Array) throws -> AffineGradients<Scalar>
    ),
    temporalSoftmaxLoss: @escaping @Sendable (Array, Tensor<Int>, Tensor<Bool>) throws -> (
      loss: Scalar, gradient: Array
    ),
    step: @escaping @Sendable (Array, RecurrentState<Scalar>, Array, Array, Array) throws ->
      RecurrentState<Scalar>
  ) {
    (self.affine, self.embedding, self.recurrence) = (affine, embedding, recurrence)
    (self.temporalAffine, self.temporalSoftmaxLoss) = (temporalAffine, temporalSoftmaxLoss)
    self.step = step
  }
}
