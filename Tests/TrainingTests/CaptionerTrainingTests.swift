import Exercises
import Tensors
import Training
import XCTest

final class CaptionerTrainingTests: XCTestCase {
  private let training = CaptionerTraining(
    epochs: 3, batchSize: 2, learningRate: 0.1, learningRateDecay: 0.5, seed: 1)
  private let captions = Tensor<Int>.rows([
    [1, 4, 2, 0, 0], [1, 5, 4, 2, 0], [1, 2, 0, 0, 0], [1, 5, 2, 0, 0],
  ])

  func testEachBatchHoldsCaptionsWithTheirPicturesFeatures() throws {
    var lengths: Set<Int> = []
    var seen: [[Int]] = []
    try run { features, batch, _ in
      lengths.insert(batch.shape[1])
      for row in 0..<batch.shape[0] {
        let caption = try batch[row, .all].elements
        // The picture's number is its feature; captions 0 and 3 are of picture 1.
        let expected: Float = [[1, 4, 2], [1, 5, 2]].contains(Array(caption.prefix(3))) ? 1 : 0
        XCTAssertEqual(features[row, 0], expected, "\(caption)")
        seen.append(Array(caption.prefix(3)))
      }
      return 1
    }
    XCTAssertEqual(seen.count, 12)
    XCTAssertEqual(Set(seen).count, 4)
    XCTAssertTrue(lengths.allSatisfy { (3...4).contains($0) }, "\(lengths)")
  }

  func testProgressCountsIterationsAndTheLearningRateDecays() throws {
    var iterations: [Int] = []
    var biases: [Float] = []
    let parameters = try run(
      { _, _, parameters in
        biases.append(parameters.bias.elements[0])
        return Float(biases.count)
      }
    ) { progress in
      XCTAssertEqual(progress.iterations, 6)
      XCTAssertEqual(progress.loss, Float(progress.iteration))
      iterations.append(progress.iteration)
    }
    XCTAssertEqual(iterations, [1, 2, 3, 4, 5, 6])
    biases.append(parameters.bias.elements[0])
    // With a constant gradient Adam's step is the learning rate.
    let steps = zip(biases, biases.dropFirst()).map { $0 - $1 }
    for (step, rate) in zip(steps, [0.1, 0.1, 0.05, 0.05, 0.025, 0.025] as [Float]) {
      XCTAssertEqual(step, rate, accuracy: 1e-5)
    }
  }

  func testALossThatIsNoNumberStopsTraining() {
    XCTAssertThrowsError(try run({ _, _, _ in .nan })) {
      XCTAssertTrue("\($0)".contains("smaller learning rate"), "\($0)")
    }
  }

  /// Trains with gradients of one everywhere.
  @discardableResult
  private func run(
    _ loss: (Tensor<Float>, Tensor<Int>, CaptionerParameters<Float>) throws -> Float,
    report: (CaptionerTraining.Progress) -> Void = { _ in }
  ) throws -> CaptionerParameters<Float> {
    var generator = SeededGenerator(seed: 1)
    var parameters = CaptionerParameters<Float>(
      cell: .rnn, featureSize: 1, embeddingSize: 2, hiddenSize: 3, vocabularySize: 6,
      using: &generator)
    try training.run(
      &parameters, features: Tensor(rows: [[0], [1]]), captions: captions,
      pictures: Tensor([1, 0, 0, 1]),
      loss: { features, captions, parameters in
        var gradients = parameters
        for (_, path) in CaptionerParameters<Float>.named {
          gradients[keyPath: path] = .ones(parameters[keyPath: path].shape)
        }
        return (try loss(features, captions, parameters), gradients)
      }, report: report)
    return parameters
  }
}

extension Tensor<Int> {
  fileprivate static func rows(_ rows: [[Int]]) -> Tensor {
    (try? Tensor(rows: rows)) ?? Tensor([])
  }
}
