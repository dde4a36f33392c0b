import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class WordEmbeddingBackwardTests: ExerciseTestCase {
  func testTheGradientIsPyTorchs() throws {
    let golden = try Golden("WordEmbedding")
    let cache = WordEmbeddingCache(words: try golden.integers("words"), vocabularySize: 6)
    try expectClose("gradient of table", to: golden.tensor("grad_table") as Tensor<Double>) {
      try wordEmbeddingBackward(golden.tensor("upstream"), cache: cache) as Tensor<Double>
    }
  }

  func testTheGradientIsTheNumericOne() throws {
    let words = Tensor<Int>.random([2, 5], in: 0..<6, using: &random)
    let upstream = Tensor<Double>.randomNormal([2, 5, 3], using: &random)
    let table = Tensor<Double>.randomNormal([6, 3], using: &random)
    try expectGradient(
      "gradient of table", at: table, upstream: upstream, of: { try $0.gathering(words) }
    ) {
      try wordEmbeddingBackward(
        upstream, cache: WordEmbeddingCache(words: words, vocabularySize: 6))
    }
  }

  func testItWorksInSinglePrecision() throws {
    let words = Tensor<Int>.random([2, 5], in: 0..<6, using: &random)
    let upstream = Tensor<Double>.randomNormal([2, 5, 3], using: &random)
    // The transpose of the product with one-hot rows.
    let expected = try Tensor<Double>.oneHot(words.flattened(), depth: 6)
      .matrixMultiplied(by: upstream.reshaped([10, 3]), transposingSelf: true)
    try expectClose("gradient of table in Float", to: expected) {
      try wordEmbeddingBackward(
        upstream.cast(to: Float.self), cache: WordEmbeddingCache(words: words, vocabularySize: 6))
    }
  }

  func testAWordThatComesTwiceGathersBothGradients() throws {
    let cache = WordEmbeddingCache(words: try Tensor(rows: [[2, 1, 2]]), vocabularySize: 4)
    let upstream = try Tensor<Double>([1, 2, 10, 20, 100, 200], shape: [1, 3, 2])
    let expected = try Tensor<Double>(rows: [[0, 0], [10, 20], [101, 202], [0, 0]])
    try expectClose("gradient of table for the words 2 1 2", to: expected) {
      try wordEmbeddingBackward(upstream, cache: cache)
    }
  }

  func testNoGradientIsLost() throws {
    let words = Tensor<Int>.random([2, 5], in: 0..<6, using: &random)
    let upstream = Tensor<Double>.randomNormal([2, 5, 3], using: &random)
    try expectInvariant(
      "sum of the gradient over the table, against that of upstream over all places",
      of: { try $0.sum(axis: 0) }, isCloseTo: upstream.sum(axes: [0, 1])
    ) {
      try wordEmbeddingBackward(
        upstream, cache: WordEmbeddingCache(words: words, vocabularySize: 6))
    }
  }

  func testAnUpstreamGradientOfTheWrongShapeIsRefused() throws {
    let words = Tensor<Int>.random([2, 5], in: 0..<6, using: &random)
    let cache = WordEmbeddingCache(words: words, vocabularySize: 6)
    for shape in [[5, 2, 3], [2, 5], [2, 4, 3], [10, 3]] {
      try expectShapeError("upstream of shape \(shape), words [2, 5]") {
        try wordEmbeddingBackward(Tensor<Double>.ones(shape), cache: cache)
      }
    }
  }
}
