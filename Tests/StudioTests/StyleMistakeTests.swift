import A4StyleTransfer
import Exercises
import Foundation
import Tensors
import XCTest

/// Wrong losses are found before a picture is painted with them.
final class StyleMistakeTests: XCTestCase {
  private typealias Parts = StyleParts<Double>
  private let right: StyleParts<Double> = styleParts { _, _ in ([:], { _ in .zeros([]) }) }

  override func setUpWithError() throws {
    guard ProcessInfo.processInfo.environment["EXERCISES"] == "solutions" else {
      throw XCTSkip("built from Assignments/, whose exercises throw; set EXERCISES=solutions")
    }
  }

  private func mistake(
    _ change: (inout StyleParts<Double>, inout GramParts<Double>) -> Void = { _, _ in },
    step: StyleParts<Double>.Step = { try transferStep($0, target: $1, parts: $2) }
  ) -> String? {
    var (parts, gram) = (right, gramParts() as GramParts<Double>)
    change(&parts, &gram)
    do {
      try parts.check(gram: gram, step: step)
      return nil
    } catch {
      return (error as? StyleMistake)?.exercise ?? "\(error)"
    }
  }

  func testTheSolutionsAreRightAndSoonFoundToBe() {
    let start = Date()
    XCTAssertNil(mistake())
    XCTAssertLessThan(Date().timeIntervalSince(start), 0.1)
  }

  func testEachMistakeIsNamedByItsExercise() {
    let (right, gram) = (right, gramParts() as GramParts<Double>)
    XCTAssertEqual(
      mistake { parts, _ in
        parts.contentLoss = { ($0.sum() * $2, try 2 * $2 * ($0 - $1)) }
      }, "A4.1")
    XCTAssertEqual(
      mistake { parts, _ in
        parts.contentLoss = {
          let (loss, gradient) = try right.contentLoss($0, $1, $2)
          return (loss, 0.5 * gradient)
        }
      }, "A4.1")
    XCTAssertEqual(mistake { _, parts in parts.gram = { try 2 * gram.gram($0, $1) } }, "A4.2")
    XCTAssertEqual(
      mistake { _, parts in parts.gram = { features, _ in try gram.gram(features, true) } }, "A4.2")
    // Right only for symmetric upstreams.
    XCTAssertEqual(
      mistake { _, parts in
        parts.backward = { try gram.backward($0.permuted(0, 2, 1) * 2 - $0, $1, $2) * 0.5 }
      }, "A4.3")
    XCTAssertEqual(
      mistake { parts, _ in
        parts.styleLoss = {
          let (loss, gradients) = try right.styleLoss($0, $1, $2)
          return (loss, gradients.dropLast() + [-gradients[1]])
        }
      }, "A4.4")
    XCTAssertEqual(
      mistake { parts, _ in
        parts.styleLoss = {
          (try right.styleLoss($0, $1, $2).loss, [])
        }
      }, "A4.4")
    XCTAssertEqual(
      mistake { parts, _ in
        parts.totalVariationLoss = {
          let (loss, gradient) = try right.totalVariationLoss($0, $1)
          return (loss, gradient.flattened())
        }
      }, "A4.5")
    XCTAssertEqual(
      mistake { parts, _ in parts.totalVariationLoss = { (.nan, .zeros(like: $0 * $1)) } }, "A4.5")
    XCTAssertEqual(
      mistake(step: { image, target, parts in
        var loss = try transferStep(image, target: target, parts: parts)
        loss.gradient = try loss.gradient - parts.totalVariationLoss(image, 0.3).gradient
        return loss
      }), "A4.6")
  }

  func testAnExerciseThatIsNotWrittenIsPassedOn() {
    XCTAssertEqual(
      mistake { parts, _ in parts.contentLoss = { _, _, _ in throw Unimplemented("A4.1") } },
      "A4.1 is not implemented yet")
  }
}
