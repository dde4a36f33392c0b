import Tensors

/// Checks a function in `Float` against its twin in `Double`.
///
/// Differences in `Float` have three digits at best. So the twin is checked by differences, and the
/// function by the twin: its outputs and gradients must be the same up to the rounding of `Float`.
///
/// - Parameters:
///   - function: What is checked.
///   - twin: The same in `Double`.
///   - inputs: As for `checkGradients(of:at:options:)`.
///   - options: How the twin is checked.
/// - Returns: The twin's report, with the faults of the `Float` function: `twinDiffers` where it
///   gives other numbers.
/// - Throws: What the forward passes throw at the inputs themselves.
public func checkGradients(
  of function: DifferentiableFunction<Float>, twin: DifferentiableFunction<Double>,
  at inputs: NamedTensors<Float>, options: GradientCheckOptions = GradientCheckOptions()
) throws -> GradientReport {
  var report = try checkGradients(of: twin, at: inputs.cast(to: Double.self), options: options)
  report.function = function.name
  report.scalar = "Float"
  var random = SeededGenerator(seed: options.seed)
  let conduct = Conduct(function: function, inputs: inputs)
  let run = try conduct.run(using: &random)
  report.faults += try conduct.faults(of: run).filter { !report.faults.contains($0) }
  let (outputs, pullback) = try twin.run(inputs.cast(to: Double.self))
  let gradients = try pullback(run.upstream.cast(to: Double.self))
  // A thousand roundings that all go the same way.
  let rounding = Tolerance(relative: 1e3 * Double(Float.ulpOfOne), absolute: 0)
  if let name = differing(outputs, run.outputs.cast(to: Double.self), rounding) {
    report.faults.append(fault("output “\(name)”"))
  } else if let name = differing(gradients, run.gradients.cast(to: Double.self), rounding) {
    report.faults.append(fault("gradient of “\(name)”"))
  }
  return report
}

private func fault(_ what: String) -> Fault {
  Fault(
    .twinDiffers,
    "the \(what) in Float is not the one in Double, by more than rounding; look for a difference "
      + "of large numbers, an exponential of a large one, or a constant of one precision only")
}
