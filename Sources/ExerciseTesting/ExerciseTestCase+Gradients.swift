import GradientChecking
import Tensors
import XCTest

extension ExerciseTestCase {
  /// The value is a gradient that agrees with the numeric gradient of `forward` at `x`. One that does
  /// not is explained by the kind of mistake that it looks like, with a picture of where it is wrong.
  ///
  /// - Parameters:
  ///   - label: What is checked: `gradient of` and the name of the input.
  ///   - x: The input or parameter by which `forward` is differentiated.
  ///   - upstream: The gradient of the loss by the output of `forward`; nil for a scalar loss.
  ///   - outputs: The names of the outputs where `forward` stacks several along its first axis.
  ///   - others: What else is known to help an explanation: integers and masks, such as targets.
  ///   - blocks: What blocks of x along an axis are, such as an LSTM's gates.
  ///   - forward: A forward pass of the kit's (not the exercise's own) as a function of `x`.
  ///   - actual: The exercise's gradient.
  public func expectGradient(
    _ label: String, at x: Tensor<Double>, upstream: Tensor<Double>? = nil,
    outputs: [String] = [], others: NamedTensors<Double> = [:], blocks: Blocks? = nil,
    relativeError: Double = 1e-7, file: StaticString = #filePath, line: UInt = #line,
    of forward: (Tensor<Double>) throws -> Tensor<Double>, _ actual: () throws -> Tensor<Double>
  ) throws {
    let numeric = try numericGradient(at: x, upstream: upstream, of: forward)
    try expectThat(label, file, line, actual) { gradient in
      guard let mismatch = gradientMismatch(gradient, numeric, relativeError: relativeError) else {
        return nil
      }
      let example = WrongGradient(
        label: label, gradient: gradient, numeric: numeric, x: x, upstream: upstream,
        outputs: outputs, others: others, blocks: blocks, relativeError: relativeError)
      let explanation = (try? example.explanation(forward)).flatMap { $0 }
      return "the gradient differs from the numeric gradient: \(mismatch)\(explanation ?? "")"
    }
  }
}

/// A gradient that is not the numeric one, with all that a suite knows about it.
private struct WrongGradient {
  var label: String
  var gradient, numeric, x: Tensor<Double>
  var upstream: Tensor<Double>?
  var outputs: [String]
  var others: NamedTensors<Double>
  var blocks: Blocks?
  var relativeError: Double

  /// How many numbers a Jacobian may have, and how many elements an input, so that a check stays a
  /// matter of a second.
  private static let limits = (jacobian: 1 << 20, input: 1024)

  /// The mistake that it looks like and a picture of the error; nil where there is neither.
  func explanation(_ forward: (Tensor<Double>) throws -> Tensor<Double>) throws -> String? {
    let evidence = try evidence(forward)
    var lines = diagnose(evidence).prefix(1).map { "→ \($0.message)" }
    if let picture = picture { lines.append(picture) }
    return lines.isEmpty ? nil : "\n" + lines.joined(separator: "\n")
  }

  private var picture: String? {
    guard gradient.shape == numeric.shape, gradient.count > 2 else { return nil }
    let verdicts = zip(gradient.elements, numeric.elements).map { a, n in
      gradientMismatch(
        Tensor(scalar: a), Tensor(scalar: n), relativeError: relativeError, largest: largest)
        == nil ? ErrorMap.ElementVerdict.right : .wrong
    }
    // Where all is wrong there is nothing to see.
    guard verdicts.contains(.right) else { return nil }
    return ErrorMap(
      shape: x.shape, analytic: gradient.elements, numeric: numeric.elements, verdicts: verdicts
    ).terminalPicture(width: 88)
  }

  private var largest: Double { numeric.elements.lazy.map { abs($0) }.max() ?? 0 }

  private func evidence(
    _ forward: (Tensor<Double>) throws -> Tensor<Double>
  ) throws -> Evidence {
    let name = label.split(separator: " ").drop { $0 == "gradient" || $0 == "of" }.first ?? "x"
    let output = try forward(x)
    let upstream = upstream ?? .ones(output.shape)
    var inputs = others
    inputs.set(String(name), to: x)
    var evidence = Evidence(
      name: String(name), analytic: gradient, numeric: numeric,
      comparable: Tensor(repeating: true, shape: x.shape),
      errorBars: Tensor(repeating: 1e-9 * max(largest, 1e-5), shape: x.shape), inputs: inputs,
      outputs: try named(output), upstream: try named(upstream))
    if x.count <= Self.limits.input && x.count * output.count <= Self.limits.jacobian {
      evidence.jacobian = try numericJacobian(at: x, of: forward)
    }
    evidence.blocks = blocks
    return evidence
  }

  /// The outputs by name, where they are stacked.
  private func named(_ stacked: Tensor<Double>) throws -> NamedTensors<Double> {
    guard !outputs.isEmpty else { return ["output": stacked] }
    var result = NamedTensors<Double>()
    for (name, part) in zip(outputs, try stacked.unstacked()) { result.set(name, to: part) }
    return result
  }
}
