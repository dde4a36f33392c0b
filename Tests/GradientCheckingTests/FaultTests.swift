import GradientChecking
import Tensors
import XCTest

private typealias Named = NamedTensors<Double>
private typealias Both = (output: NamedTensors<Double>, cache: Tensor<Double>)

/// What is wrong with the way that passes behave is found, whatever their numbers are.
final class FaultTests: XCTestCase {
  /// In memory of its own: one test writes to it.
  private let x = Tensor<Double>([0.5, -1.5, 2, 0.25].map { $0 + 0 })

  /// y = 2x, with passes that a test may spoil.
  private func double(
    forward: @escaping (Tensor<Double>) throws -> Tensor<Double> = { $0 * 2 },
    backward: @escaping (Tensor<Double>) throws -> NamedTensors<Double> = { ["x": $0 * 2] }
  ) -> DifferentiableFunction<Double> {
    DifferentiableFunction("double") {
      (inputs: Named) -> (output: Tensor<Double>, cache: Tensor<Double>) in
      (try forward(inputs["x"]), try inputs["x"])
    } backward: { (upstream: Tensor<Double>, _: Tensor<Double>) in
      try backward(upstream)
    }
  }

  private func faults(_ function: DifferentiableFunction<Double>) throws -> [Fault.Kind] {
    let report = try checkGradients(of: function, at: ["x": x])
    if !report.faults.isEmpty { XCTAssertEqual(report.verdict, .wrong) }
    return report.faults.map(\.kind)
  }

  func testAFunctionThatBehavesHasNone() throws {
    XCTAssertEqual(try faults(double()), [])
  }

  func testAForwardPassThatVaries() throws {
    var calls = 0.0
    let found = try faults(
      double(forward: {
        calls += 1
        return $0 * 2 + calls
      }))
    XCTAssertTrue(found.contains(.forwardVaries), "\(found)")
  }

  func testABackwardPassThatVaries() throws {
    var calls = 0.0
    let found = try faults(
      double(backward: {
        calls += 1
        return ["x": $0 * (2 + calls * 1e-12)]
      }))
    XCTAssertTrue(found.contains(.backwardVaries), "\(found)")
  }

  func testAnInputThatIsWrittenTo() throws {
    let found = try faults(
      double(forward: { x in
        let result = x * 2
        // Around the value semantics, as C code would.
        x.withUnsafeElements { UnsafeMutablePointer(mutating: $0.baseAddress)?[0] += 1 }
        return result
      }))
    XCTAssertTrue(found.contains(.inputMutated), "\(found)")
  }

  func testAnUpstreamGradientThatIsWrittenTo() throws {
    let found = try faults(
      double(backward: { upstream in
        let result = upstream * 2
        upstream.withUnsafeElements { UnsafeMutablePointer(mutating: $0.baseAddress)?[0] += 1 }
        return ["x": result]
      }))
    XCTAssertTrue(found.contains(.upstreamMutated), "\(found)")
  }

  func testAnOutputWhoseShapeVaries() throws {
    let found = try faults(
      double(forward: { x in
        try x.elements[0] > 0.5 ? (x * 2)[0..<3] : x * 2
      }))
    XCTAssertEqual(found, [.outputShapeVaries])
  }

  func testAGradientThatIsMissing() throws {
    XCTAssertEqual(
      try faults(double(backward: { ["y": $0] })), [.gradientMissing, .gradientUnknown])
  }

  func testAGradientOfAnotherShape() throws {
    let report = try checkGradients(
      of: double(backward: { ["x": try ($0 * 2).reshaped([2, 2])] }), at: ["x": x])
    XCTAssertEqual(report.faults.map(\.kind), [.gradientShape])
    XCTAssertEqual(
      report.faults[0].message,
      "the gradient of “x” has shape [2, 2], expected [4], the shape of “x”")
    XCTAssertEqual(report.gradients[0].verdict, .wrong)
  }

  func testAGradientWhereTheUpstreamIsZero() throws {
    XCTAssertEqual(try faults(double(backward: { ["x": $0 * 2 + 1e-9] })), [.zeroUpstream])
  }

  func testABackwardPassThatIsNotLinear() throws {
    XCTAssertEqual(
      try faults(double(backward: { ["x": $0.clamped(to: -0.5...0.5) * 2] })), [.notLinear])
  }

  func testAnOutputThatIsNotANumber() throws {
    let report = try checkGradients(
      of: double(forward: { $0.squareRoot() }), at: ["x": x])
    XCTAssertEqual(report.faults.map(\.kind), [.outputNotFinite])
    XCTAssertTrue(report.faults[0].message.contains("at [1]"), report.faults[0].message)
  }

  func testAGradientThatIsNotANumber() throws {
    XCTAssertEqual(
      try faults(double(backward: { ["x": $0.map { $0 / 0 }] })), [.gradientNotFinite])
  }

  func testABackwardPassThatThrows() throws {
    let report = try checkGradients(
      of: double(backward: { ["x": try $0.reshaped([3])] }), at: ["x": x])
    XCTAssertEqual(report.faults.map(\.kind), [.threw])
    XCTAssertEqual(report.verdict, .wrong)
  }

  func testAForwardPassThatThrowsIsTheCallersAffair() {
    XCTAssertThrowsError(
      try checkGradients(of: double(forward: { try $0.reshaped([3]) }), at: ["x": x]))
  }

  func testASampleThatLeaksIntoAnother() throws {
    var options = GradientCheckOptions()
    options.batchedInputs = ["x"]
    func check(_ rows: @escaping (Tensor<Double>) throws -> Tensor<Double>) throws -> [Fault] {
      let function = DifferentiableFunction("rows") {
        (inputs: Named) -> (output: Tensor<Double>, cache: Tensor<Double>) in
        (try rows(inputs["x"]), try inputs["x"])
      } backward: { (upstream: Tensor<Double>, _: Tensor<Double>) -> Named in
        ["x": upstream]
      }
      let x = try Tensor<Double>(rows: [[1, 2, 3], [4, 5, 6]])
      return try checkGradients(of: function, at: ["x": x], options: options).faults
    }
    XCTAssertEqual(try check { $0 }, [])
    XCTAssertEqual(try check { try $0 - $0.mean(axis: 1, keepingAxis: true) }, [])
    XCTAssertEqual(
      try check { try $0 - $0.mean(axis: 0, keepingAxis: true) }.map(\.kind),
      [.batchInconsistent])
  }

  func testParametersGatherTheGradientsOfTheSamples() throws {
    var options = GradientCheckOptions()
    options.batchedInputs = ["x"]
    func check(_ scale: Double) throws -> [Fault.Kind] {
      let function = DifferentiableFunction("shift") { (inputs: Named) -> Both in
        (["y": try inputs["x"] + inputs["b"]], try inputs["x"])
      } backward: { (upstream: NamedTensors<Double>, x: Tensor<Double>) -> Named in
        // Divided by the size of the batch, which the forward pass does not do.
        let b = try upstream["y"].sum(axis: 0) / (scale == 0 ? 1 : Double(x.shape[0]))
        return ["x": try upstream["y"], "b": b]
      }
      let x = try Tensor<Double>(rows: [[1, 2, 3], [4, 5, 6]])
      return try checkGradients(
        of: function, at: ["x": x, "b": Tensor([1, 2, 3])], options: options
      ).faults.map(\.kind)
    }
    XCTAssertEqual(try check(0), [])
    XCTAssertEqual(try check(1), [.batchInconsistent])
  }

  func testALossOverTheBatchCannotBeTakenApart() throws {
    var options = GradientCheckOptions()
    options.batchedInputs = ["x"]
    let loss = DifferentiableFunction("loss") {
      (inputs: Named) -> (output: Tensor<Double>, cache: Tensor<Double>) in
      (Tensor(scalar: try inputs["x"].sum()), try inputs["x"])
    } backward: { (upstream: Tensor<Double>, x: Tensor<Double>) -> Named in
      ["x": try upstream.broadcast(to: x.shape)]
    }
    XCTAssertThrowsError(try checkGradients(of: loss, at: ["x": x], options: options))
  }
}
