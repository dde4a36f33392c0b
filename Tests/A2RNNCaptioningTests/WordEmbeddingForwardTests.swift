import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class WordEmbeddingForwardTests: ExerciseTestCase {
  func testTheVectorsArePyTorchs() throws {
    let golden = try Golden("WordEmbedding")
    try expectClose("output", to: golden.tensor("output") as Tensor<Double>) {
      try wordEmbeddingForward(golden.integers("words"), table: golden.tensor("table")).output
        as Tensor<Double>
    }
  }

  func testALookUpIsTheProductWithOneHotRows() throws {
    let words = Tensor<Int>.random([2, 5], in: 0..<6, using: &random)
    let table = Tensor<Double>.randomNormal([6, 3], using: &random)
    let expected = try Tensor.oneHot(words, depth: 6).matrixMultiplied(by: table)
    try expectClose("output", to: expected) {
      try wordEmbeddingForward(words, table: table).output
    }
  }

  func testItWorksInSinglePrecision() throws {
    let words = Tensor<Int>.random([2, 5], in: 0..<6, using: &random)
    let table = Tensor<Float>.randomNormal([6, 3], using: &random)
    try expectClose("output in Float", to: table.gathering(words)) {
      try wordEmbeddingForward(words, table: table).output
    }
  }

  func testTheSameWordHasTheSameVectorEverywhere() throws {
    let word = Int.random(in: 0..<6, using: &random)
    let table = Tensor<Double>.randomNormal([6, 3], using: &random)
    try expectInvariant(
      "spread of the vectors of one word at eight places",
      of: { try $0.variance(axes: [0, 1]) }, isCloseTo: Tensor<Double>.zeros([3])
    ) {
      try wordEmbeddingForward(Tensor(repeating: word, shape: [2, 4]), table: table).output
    }
  }

  func testTheCacheKeepsWhatTheBackwardPassNeeds() throws {
    let words = Tensor<Int>.random([2, 5], in: 0..<6, using: &random)
    let table = Tensor<Double>.randomNormal([6, 3], using: &random)
    try expectClose("cache.words", to: words) {
      try wordEmbeddingForward(words, table: table).cache.words
    }
    try expectClose("cache.vocabularySize", to: 6) {
      try wordEmbeddingForward(words, table: table).cache.vocabularySize
    }
  }

  func testWrongShapesAreRefused() throws {
    let words = Tensor<Int>.random([2, 5], in: 0..<6, using: &random)
    try expectShapeError("words of shape [10]") {
      try wordEmbeddingForward(words.flattened(), table: Tensor<Double>.ones([6, 3])).output
    }
    try expectShapeError("table of shape [18]") {
      try wordEmbeddingForward(words, table: Tensor<Double>.ones([18])).output
    }
  }

  func testAWordThatTheTableDoesNotHaveIsRefused() throws {
    for word in [6, -1] {
      let words = Tensor(repeating: word, shape: [1, 2])
      try expectShapeError("word \(word) with a table of 6 words") {
        try wordEmbeddingForward(words, table: Tensor<Double>.ones([6, 3])).output
      }
    }
  }
}
