import GradientChecking
import GradientCheckingTesting
import Tensors
import XCTest

/// The XCTest assertions fail where they are called, and say why.
final class AssertionTests: XCTestCase {
  private struct Failure {
    var message: String
    var file: String
    var line: Int
  }
  private var caught: [Failure]?

  override func recordFailure(
    withDescription description: String, inFile filePath: String, atLine lineNumber: Int,
    expected: Bool
  ) {
    guard caught != nil else {
      return super.recordFailure(
        withDescription: description, inFile: filePath, atLine: lineNumber, expected: expected)
    }
    caught?.append(Failure(message: description, file: filePath, line: lineNumber))
  }

  private func failures(_ body: () -> Void) -> [Failure] {
    caught = []
    body()
    defer { caught = nil }
    return caught ?? []
  }

  private func square(_ factor: Double) -> DifferentiableFunction<Double> {
    DifferentiableFunction("square") {
      (inputs: NamedTensors<Double>) -> (output: Tensor<Double>, cache: Tensor<Double>) in
      (try inputs["x"].squared(), try inputs["x"])
    } backward: { (upstream: Tensor<Double>, x: Tensor<Double>) -> NamedTensors<Double> in
      ["x": try upstream * x * factor]
    }
  }

  private let inputs: NamedTensors<Double> = ["x": Tensor([0.5, -1.5, 2, 0.25])]

  func testARightGradientPassesAndGivesItsReport() {
    XCTAssertEqual(XCTAssertGradientsCorrect(of: square(2), at: inputs)?.verdict, .right)
  }

  func testAWrongOneFailsAtTheCallersLineWithTheDiagnosis() throws {
    let line = #line + 2
    let found = failures {
      XCTAssertGradientsCorrect(of: square(-2), at: inputs)
    }
    XCTAssertEqual(found.count, 1)
    let failure = try XCTUnwrap(found.first)
    XCTAssertEqual(failure.line, line)
    XCTAssertTrue(failure.file.hasSuffix("AssertionTests.swift"), failure.file)
    XCTAssertTrue(failure.message.contains("wrong sign"), failure.message)
  }

  func testAForwardPassThatThrowsIsAFailure() {
    let found = failures {
      XCTAssertNil(XCTAssertGradientsCorrect(of: square(2), at: ["y": Tensor([1])]))
    }
    XCTAssertEqual(found.count, 1)
    XCTAssertTrue(found[0].message.contains("there is no tensor of that name; there are y"))
  }
}
