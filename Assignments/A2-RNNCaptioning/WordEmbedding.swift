import Exercises
import Tensors

// Letters: N samples, T words, V vocabulary size, W word-vector size.

/// What the backward pass of a word embedding needs from its forward pass.
public struct WordEmbeddingCache: Sendable {
  /// The words that were looked up, `[N, T]`.
  public var words: Tensor<Int>
  /// How many words the table has, V.
  public var vocabularySize: Int

  public init(words: Tensor<Int>, vocabularySize: Int) {
    (self.words, self.vocabularySize) = (words, vocabularySize)
  }
}

/// A learned vector for each word: `output[n, t] = table[words[n, t]]`.
///
/// - Parameters:
///   - words: The numbers of words, each from `0..<V`, `[N, T]`.
///   - table: A vector for each word of the vocabulary, `[V, W]`.
/// - Returns: The words' vectors, `[N, T, W]`, and what the backward pass needs.
/// - Throws: `TensorError` when `words` or `table` has not two axes, or a word is not in the table.
public func wordEmbeddingForward<Scalar: TensorScalar>(
  _ words: Tensor<Int>, table: Tensor<Scalar>
) throws -> (output: Tensor<Scalar>, cache: WordEmbeddingCache) {
  try words.requireShape([nil, nil], "words")
  try table.requireShape([nil, nil], "table")
  try requireIndices(words, below: table.shape[0], "words")
  // TODO(A2.5): Word embedding, forward
  throw Unimplemented("A2.5")
}

/// The backward pass of the embedding: each word's row of the table gathers the gradients of all
/// places where the word stands.
///
/// `dtable[v] = Σ upstream[n, t]` over all n, t with `words[n, t] = v`.
///
/// - Parameters:
///   - upstream: The gradient of the loss with respect to the vectors, `[N, T, W]`.
///   - cache: What `wordEmbeddingForward` kept.
/// - Returns: The gradient with respect to the table, `[V, W]`.
/// - Throws: `TensorError` when `upstream` has no vector for each word.
public func wordEmbeddingBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, cache: WordEmbeddingCache
) throws -> Tensor<Scalar> {
  try upstream.requireShape(cache.words.shape + [nil], "upstream")
  // TODO(A2.6): Word embedding, backward
  throw Unimplemented("A2.6")
}
