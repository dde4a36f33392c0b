import GradientChecking
import Tensors
import XCTest

/// Asserts that a backward pass is right; where it is not, the test fails at the caller's line with
/// the mistake that the numbers look like and a picture of where they are wrong.
///
/// - Parameters:
///   - function: What is checked.
///   - inputs: The tensors to differentiate by, with the integers and masks that the function needs.
///   - options: How it is checked.
/// - Returns: The report; nil where the forward pass throws, which is a failure too.
@discardableResult
public func XCTAssertGradientsCorrect<Scalar: TensorScalar>(
  of function: DifferentiableFunction<Scalar>, at inputs: NamedTensors<Scalar>,
  options: GradientCheckOptions = GradientCheckOptions(), file: StaticString = #filePath,
  line: UInt = #line
) -> GradientReport? {
  judged(file, line) { try checkGradients(of: function, at: inputs, options: options) }
}

/// Asserts that a layer's backward pass is right, at its example inputs or at others.
@discardableResult
public func XCTAssertGradientsCorrect<L: Layer>(
  of layer: L, at inputs: NamedTensors<L.Scalar>? = nil,
  options: GradientCheckOptions = GradientCheckOptions(), file: StaticString = #filePath,
  line: UInt = #line
) -> GradientReport? {
  judged(file, line) { try checkGradients(of: layer, at: inputs, options: options) }
}

/// Asserts that a function in `Float` is right, by its twin in `Double`.
@discardableResult
public func XCTAssertGradientsCorrect(
  of function: DifferentiableFunction<Float>, twin: DifferentiableFunction<Double>,
  at inputs: NamedTensors<Float>, options: GradientCheckOptions = GradientCheckOptions(),
  file: StaticString = #filePath, line: UInt = #line
) -> GradientReport? {
  judged(file, line) {
    try checkGradients(of: function, twin: twin, at: inputs, options: options)
  }
}

private func judged(
  _ file: StaticString, _ line: UInt, _ check: () throws -> GradientReport
) -> GradientReport? {
  do {
    let report = try check()
    if report.verdict != .right { XCTFail("\n" + report.text(), file: file, line: line) }
    return report
  } catch {
    XCTFail("the gradients cannot be checked: \(error)", file: file, line: line)
    return nil
  }
}
