import Foundation
import Tensors

/// Checks a backward pass against differences of the forward pass, and says what is wrong with it.
///
/// Both passes first run at other inputs near by, so that what a layer keeps from an earlier call
/// shows. The forward pass then runs at least twice for each element of the inputs, or in fast mode
/// for each random direction; the article <doc:HowTheNumbersAreFound> says how and why.
///
/// - Parameters:
///   - function: What is checked.
///   - inputs: The tensors to differentiate by, with the integers and masks that the function needs.
///     Values around 1 that keep away from kinks, and sizes that all differ, find most.
///   - options: How it is checked.
/// - Returns: A report, whose `verdict` is what it comes to; nothing is printed.
/// - Throws: What the forward pass throws at the inputs themselves, and `TensorError` when options
///   and inputs do not fit.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
public func checkGradients<Scalar: TensorScalar>(
  of function: DifferentiableFunction<Scalar>, at inputs: NamedTensors<Scalar>,
  options: GradientCheckOptions = GradientCheckOptions()
) throws -> GradientReport {
  var check = GradientCheck(function, inputs, options)
  return try check.report()
}

/// Checks a layer at its example inputs, or at others.
public func checkGradients<L: Layer>(
  of layer: L, at inputs: NamedTensors<L.Scalar>? = nil,
  options: GradientCheckOptions = GradientCheckOptions()
) throws -> GradientReport {
  var random = SeededGenerator(seed: options.seed)
  return try checkGradients(
    of: DifferentiableFunction(layer),
    at: inputs ?? L.exampleInputs(using: &random), options: options)
}

/// One check, from the first run to the report.
struct GradientCheck<Scalar: TensorScalar> {
  let function: DifferentiableFunction<Scalar>
  let inputs: NamedTensors<Scalar>
  let options: GradientCheckOptions
  let tolerances: Tolerances
  let calls = CallCount()

  init(
    _ function: DifferentiableFunction<Scalar>, _ inputs: NamedTensors<Scalar>,
    _ options: GradientCheckOptions
  ) {
    self.function = function.counting(calls)
    (self.inputs, self.options) = (inputs, options)
    tolerances = Tolerances(options, precision: Double(Scalar.ulpOfOne))
  }

  mutating func report() throws -> GradientReport {
    guard inputs.count > 0 else {
      throw TensorError(
        "inputs", shapes: inputs.values.map(\.shape),
        reason: "expected at least one number to differentiate by")
    }
    let start = Date()
    var random = SeededGenerator(seed: options.seed)
    var report = GradientReport(
      function: function.name, scalar: "\(Scalar.self)", mode: options.mode, seed: options.seed,
      gradients: [], faults: [])
    let conduct = Conduct(function: function, inputs: inputs)
    let earlier = conduct.warmUp(using: &random)
    do {
      let run = try conduct.run(using: &random)
      report.faults = try conduct.faults(of: run)
      if report.faults.isEmpty && !options.batchedInputs.isEmpty {
        report.faults = try conduct.batchFaults(of: run, batched: options.batchedInputs)
      }
      report.gradients = try gradients(
        of: run, earlier, hopeless: report.faults.contains { $0.kind == .outputNotFinite })
    } catch let error as FaultError {
      report.faults.append(error.fault)
    }
    (report.forwardCalls, report.backwardCalls) = (calls.forward, calls.backward)
    report.seconds = Date().timeIntervalSince(start)
    return report
  }

  /// What is found out about the gradient of each input.
  private func gradients(
    of run: Conduct<Scalar>.Run, _ earlier: NamedTensors<Scalar>?, hopeless: Bool
  ) throws -> [InputReport] {
    if hopeless {
      return zip(inputs.names, inputs.values).map {
        InputReport(name: $0, shape: $1.shape, verdict: .cannotTell)
      }
    }
    let comparison = Comparisons(check: self, run: run, earlier: earlier)
    return try inputs.names.indices.map { index in
      guard let gradient = try? run.gradients[inputs.names[index]] else {
        return InputReport(
          name: inputs.names[index], shape: inputs.values[index].shape, verdict: .cannotTell)
      }
      return try comparison.report(input: index, gradient: gradient)
    }
  }
}

/// How often the passes were called.
final class CallCount {
  var forward = 0
  var backward = 0
}

extension DifferentiableFunction {
  /// The same function, which counts.
  func counting(_ calls: CallCount) -> DifferentiableFunction {
    DifferentiableFunction(
      name: name,
      run: { inputs in
        calls.forward += 1
        let (outputs, pullback) = try run(inputs)
        return (
          outputs,
          {
            calls.backward += 1
            return try pullback($0)
          }
        )
      },
      forward: {
        calls.forward += 1
        return try forward($0)
      })
  }
}
