import Tensors

/// Compares the gradients of one run with differences, input by input, and has wrong ones diagnosed.
struct Comparisons<Scalar: TensorScalar> {
  let check: GradientCheck<Scalar>
  let run: Conduct<Scalar>.Run
  /// The inputs of the run before.
  let earlier: NamedTensors<Scalar>?
  private let probe: Probe<Scalar>
  private let upstream: [Double]
  private let analyticRows = Once<[NamedTensors<Scalar>]>()

  /// How many numbers a Jacobian may have: half a gigabyte.
  static var jacobianLimit: Int { 1 << 26 }
  /// How many elements an input may have for a look at each when a projection of it is wrong.
  private var closeLookLimit: Int { 4096 }

  init(
    check: GradientCheck<Scalar>, run: Conduct<Scalar>.Run, earlier: NamedTensors<Scalar>?
  ) {
    (self.check, self.run, self.earlier) = (check, run, earlier)
    probe = Probe(check.function.forward, at: check.inputs, outputs: run.outputs)
    upstream = flattened(run.upstream)
  }

  func report(input: Int, gradient: Tensor<Scalar>) throws -> InputReport {
    let x = check.inputs.values[input]
    guard gradient.shape == x.shape else {
      return try reportOfWrongShape(input, gradient)
    }
    switch check.options.mode {
    case .elements: return try elements(input, gradient)
    case .jacobian: return try jacobian(input, gradient)
    case .fast:
      let report = try fast(input, gradient)
      // What is wrong in sum is looked at one by one, where that is affordable.
      guard report.verdict != .right, x.count <= closeLookLimit else { return report }
      return try elements(input, gradient)
    }
  }

  // MARK: Modes

  private func elements(_ input: Int, _ gradient: Tensor<Scalar>) throws -> InputReport {
    let analytic = doubles(gradient)
    let result = try fullCheck(.loss(upstream: upstream)).compare(
      input: input, analytic: analytic)
    var report = summary(input, result, analytic: analytic)
    report.map = ErrorMap(
      shape: gradient.shape, analytic: analytic, numeric: result.numeric,
      verdicts: result.verdicts)
    if report.verdict == .wrong {
      report.diagnosis = try diagnosis(
        input, gradient, numeric: result.numeric, bars: result.errorBars,
        comparable: result.verdicts.map { $0 == .right || $0 == .wrong })
    }
    return report
  }

  private func jacobian(_ input: Int, _ gradient: Tensor<Scalar>) throws -> InputReport {
    let (i, o) = (gradient.count, probe.base.count)
    guard i <= Self.jacobianLimit / max(o, 1) else {
      throw TensorError(
        check.inputs.names[input], shapes: [gradient.shape],
        reason:
          "its Jacobian of \(o) by \(i) numbers is too large; check in the mode `elements` or "
          + "`fast`")
    }
    let name = check.inputs.names[input]
    let rows = try analyticRows.value { try gradientsOfEachOutput() }.map { doubles(try $0[name]) }
    let analytic = transposed(rows, width: i)
    let result = try fullCheck(.outputs).compare(input: input, analytic: analytic)
    var report = summary(input, result, analytic: analytic)
    report.map = worstOfEach(result, analytic, shape: gradient.shape)
    if report.verdict == .wrong {
      // The gradient of the loss, from the same numbers.
      let numeric = (0..<i).map { element in
        (0..<o).reduce(0) { $0 + upstream[$1] * result.numeric[element * o + $1] }
      }
      let bars = (0..<i).map { element in
        (0..<o).reduce(0) { $0 + abs(upstream[$1]) * result.errorBars[element * o + $1] }
      }
      let comparable = (0..<i).map { element in
        (0..<o).allSatisfy {
          let verdict = result.verdicts[element * o + $0]
          return verdict == .right || verdict == .wrong
        }
      }
      report.diagnosis = try diagnosis(
        input, gradient, numeric: numeric, bars: bars, comparable: comparable)
    }
    return report
  }

  /// The gradients for an upstream gradient of 1 at one output number and 0 elsewhere, for each.
  private func gradientsOfEachOutput() throws -> [NamedTensors<Scalar>] {
    var unit = [Double](repeating: 0, count: probe.base.count)
    return try unit.indices.map { output in
      unit[output] = 1
      defer { unit[output] = 0 }
      return try run.pullback(unflattened(unit, like: run.outputs))
    }
  }

  private func fast(_ input: Int, _ gradient: Tensor<Scalar>) throws -> InputReport {
    let fastCheck = FastCheck(
      probe: probe, inputs: check.inputs, tolerances: check.tolerances, upstream: upstream)
    var report = InputReport(
      name: check.inputs.names[input], shape: gradient.shape, verdict: .right)
    for direction in 0..<max(check.options.projections, 1) {
      let seed = check.options.seed &+ UInt64(1 + direction + 1000 * input)
      let projection = try fastCheck.compare(input: input, analytic: gradient, seed: seed)
      report.add(
        projection.verdict,
        InputReport.Comparison(
          position: [], analytic: projection.analytic, numeric: projection.estimate.value,
          errorBar: projection.estimate.errorBar))
    }
    report.conclude()
    return report
  }

  private func fullCheck(_ channels: Channels) -> FullCheck<Scalar> {
    FullCheck(
      probe: probe, inputs: check.inputs, tolerances: check.tolerances, channels: channels)
  }

  // MARK: Reports

  private func summary(
    _ input: Int, _ result: FullCheck<Scalar>.Result, analytic: [Double]
  ) -> InputReport {
    let shape = check.inputs.values[input].shape
    var report = InputReport(name: check.inputs.names[input], shape: shape, verdict: .right)
    let c = max(result.channelCount, 1)
    var worst: (at: Int, error: Double)?
    for at in result.numeric.indices {
      let verdict = result.verdicts[at]
      report.count(verdict)
      guard verdict == .right || verdict == .wrong else { continue }
      report.largestErrorBar = max(report.largestErrorBar, result.errorBars[at])
      let error = abs(analytic[at] - result.numeric[at])
      // What is not a number is further off than anything.
      if !(error <= worst?.error ?? -1) { worst = (at, error.isNaN ? .infinity : error) }
    }
    if let at = worst?.at {
      report.worst = InputReport.Comparison(
        position: position(at / c, in: shape), analytic: analytic[at], numeric: result.numeric[at],
        errorBar: result.errorBars[at])
    }
    report.conclude()
    // An element with a kink in any channel stands at one.
    if report.verdict == .right && report.kinks > 0 {
      let atKinks = Set(
        result.verdicts.indices.filter { result.verdicts[$0] == .kink }.map { $0 / c })
      if atKinks.count * c == result.numeric.count { report.verdict = .cannotTell }
    }
    return report
  }

  /// For each element of the input the output number whose derivative is furthest off.
  private func worstOfEach(
    _ result: FullCheck<Scalar>.Result, _ analytic: [Double], shape: [Int]
  ) -> ErrorMap {
    let c = result.channelCount
    var map = ErrorMap(shape: shape, analytic: [], numeric: [], verdicts: [])
    func rank(_ verdict: ErrorMap.ElementVerdict) -> Int {
      switch verdict {
      case .right: 0
      case .kink: 1
      case .undecided: 2
      case .wrong: 3
      }
    }
    for element in 0..<(c > 0 ? result.numeric.count / c : 0) {
      var (worst, worstRank, worstError) = (element * c, -1, -1.0)
      for at in element * c..<(element + 1) * c {
        let rank = rank(result.verdicts[at])
        let error = abs(analytic[at] - result.numeric[at])
        if rank > worstRank || (rank == worstRank && !(error <= worstError)) {
          (worst, worstRank, worstError) = (at, rank, error.isNaN ? .infinity : error)
        }
      }
      map.analytic.append(analytic[worst])
      map.numeric.append(result.numeric[worst])
      map.verdicts.append(result.verdicts[worst])
    }
    return map
  }

  private func reportOfWrongShape(_ input: Int, _ gradient: Tensor<Scalar>) throws -> InputReport {
    let x = check.inputs.values[input]
    var report = InputReport(name: check.inputs.names[input], shape: x.shape, verdict: .wrong)
    guard x.count <= closeLookLimit else { return report }
    let result = try fullCheck(.loss(upstream: upstream)).compare(
      input: input, analytic: [Double](repeating: .nan, count: x.count))
    report.diagnosis = try diagnosis(
      input, gradient, numeric: result.numeric, bars: result.errorBars,
      comparable: result.numeric.map(\.isFinite))
    return report
  }

  // MARK: Diagnosis

  private func diagnosis(
    _ input: Int, _ gradient: Tensor<Scalar>, numeric: [Double], bars: [Double],
    comparable: [Bool]
  ) throws -> Diagnosis? {
    let inputs = check.inputs.cast(to: Double.self)
    let (name, shape) = (inputs.names[input], inputs.values[input].shape)
    var evidence = Evidence(
      name: name, analytic: gradient.cast(to: Double.self),
      numeric: try Tensor(numeric, shape: shape), comparable: try Tensor(comparable, shape: shape),
      errorBars: try Tensor(bars, shape: shape), inputs: inputs,
      outputs: run.outputs.cast(to: Double.self), upstream: run.upstream.cast(to: Double.self))
    evidence.jacobian = try quickJacobian(input)
    for other in inputs.names.indices where other != input {
      guard let jacobian = try quickJacobian(other) else { continue }
      evidence.otherGradients[inputs.names[other]] = try Tensor(
        upstream, shape: [1, upstream.count]
      ).matrixMultiplied(by: jacobian).reshaped(inputs.values[other].shape)
    }
    evidence.backward = { upstream in
      try run.pullback(upstream.cast(to: Scalar.self))[name].cast(to: Double.self)
    }
    evidence.forward = {
      try check.function.forward($0.cast(to: Scalar.self)).cast(to: Double.self)
    }
    evidence.earlierInputs = earlier?.cast(to: Double.self)
    evidence.blocks = check.options.blocks[name]
    return diagnose(evidence).first
  }

  /// The Jacobian by central differences with the first step, `[O, I]`; nil where it is too large.
  private func quickJacobian(_ input: Int) throws -> Tensor<Double>? {
    let (i, o) = (check.inputs.values[input].count, probe.base.count)
    guard i <= closeLookLimit, i * o <= 1 << 22 else { return nil }
    let result = try fullCheck(.outputs).differences(input: input)
    return try Tensor(result, shape: [i, o]).transposed()
  }
}

/// A value that is calculated when it is first asked for.
private final class Once<Value> {
  private var known: Value?

  func value(_ calculate: () throws -> Value) rethrows -> Value {
    if let known { return known }
    let value = try calculate()
    known = value
    return value
  }
}

/// Rows of equal width as one array of columns: `[O, I]` as `[I, O]`. Eight rows at a time, so that
/// what is written next to each other is written together.
private func transposed(_ rows: [[Double]], width: Int) -> [Double] {
  var result = [Double](repeating: 0, count: rows.count * width)
  for start in stride(from: 0, to: rows.count, by: 8) {
    let block = start..<min(start + 8, rows.count)
    for i in 0..<width {
      for o in block { result[i * rows.count + o] = rows[o][i] }
    }
  }
  return result
}

extension InputReport {
  /// Counts one more comparison.
  mutating func count(_ verdict: ErrorMap.ElementVerdict) {
    compared += 1
    switch verdict {
    case .right: break
    case .wrong: wrong += 1
    case .kink: kinks += 1
    case .undecided: undecided += 1
    }
  }

  /// Counts one more comparison of a projection.
  mutating func add(_ verdict: ErrorMap.ElementVerdict, _ comparison: Comparison) {
    count(verdict)
    guard verdict == .right || verdict == .wrong else { return }
    largestErrorBar = max(largestErrorBar, comparison.errorBar)
    func error(_ comparison: Comparison) -> Double {
      let error = abs(comparison.analytic - comparison.numeric)
      return error.isNaN ? .infinity : error
    }
    if worst.map({ error(comparison) > error($0) }) ?? true { worst = comparison }
  }

  /// Wrong with a single wrong comparison; right if something could be compared, and all of that is.
  mutating func conclude() {
    if wrong > 0 {
      verdict = .wrong
    } else if undecided > 0 || (compared > 0 && kinks == compared) {
      verdict = .cannotTell
    } else {
      verdict = .right
    }
  }
}
