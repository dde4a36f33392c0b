import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors
import Training
import XCTest

final class CaptionerNoiseTests: XCTestCase {
  func testAMaskKeepsTheMeanAndDropsTheGivenShare() {
    var generator = SeededGenerator(seed: 3)
    let mask = CaptionerNoise<Float>.mask([101, 99], dropping: 0.25, using: &generator)
    XCTAssertEqual(mask.shape, [101, 99])
    XCTAssertEqual(Set(mask.elements), [0, 1 / 0.75])
    XCTAssertEqual(mask.mean(), 1, accuracy: 0.02)
  }

  func testWithoutNoiseThePartsAreTheSame() throws {
    for cell in RecurrentCell.allCases {
      let example = try example(cell)
      let plain = try loss(example, CaptionerNoise())
      XCTAssertEqual(plain.loss, try example.referenceLoss(), accuracy: 1e-12)
    }
  }

  func testEveryGradientIsTheNumericOneUnderDropout() throws {
    for cell in RecurrentCell.allCases {
      var generator = SeededGenerator(seed: 5)
      let example = try example(cell)
      var noise = CaptionerNoise<Double>()
      noise.vectors = .mask([3, 4, 4], &generator)
      noise.states = .mask([3, 4, 5], &generator)
      noise.words = try Tensor(rows: [[1, 3, 3, 6], [1, 3, 2, 0], [1, 5, 3, 2]])
      let gradients = try loss(example, noise).gradients
      for (name, path) in CaptionerParameters<Double>.named {
        let numeric = try numericGradient(
          at: example.parameters[keyPath: path], upstream: Tensor(scalar: 1)
        ) { value in
          var moved = example
          moved.parameters[keyPath: path] = value
          return Tensor(scalar: try self.loss(moved, noise).loss)
        }
        XCTAssertNil(
          mismatch(
            gradients[keyPath: path], numeric, tolerance: Tolerance(relative: 1e-7, absolute: 1e-9)),
          "\(cell) \(name)")
      }
    }
  }

  private func example(_ cell: RecurrentCell) throws -> CaptioningExample {
    var generator = SeededGenerator(seed: 11)
    return try CaptioningExample(random: cell, using: &generator)
  }

  private func loss(
    _ example: CaptioningExample, _ noise: CaptionerNoise<Double>
  ) throws -> (loss: Double, gradients: CaptionerParameters<Double>) {
    do {
      return try captionerLoss(
        features: example.features, captions: example.captions, parameters: example.parameters,
        parts: referenceCaptioningParts(example.cell).adding(noise))
    } catch let error as Unimplemented {
      throw XCTSkip("\(error)")
    }
  }
}

extension Tensor<Double> {
  fileprivate static func mask(_ shape: [Int], _ generator: inout SeededGenerator) -> Tensor {
    CaptionerNoise<Double>.mask(shape, dropping: 0.4, using: &generator)
  }
}
