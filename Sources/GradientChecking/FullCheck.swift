import Tensors

/// Compares a gradient, element by element of an input, with differences along each of them.
///
/// Letters: I numbers of the input, C channels.
struct FullCheck<Scalar: TensorScalar> {
  let probe: Probe<Scalar>
  let inputs: NamedTensors<Scalar>
  let tolerances: Tolerances
  let channels: Channels

  /// The numeric derivatives and what they say, row by row: `[I, C]`.
  struct Result {
    var channelCount: Int
    var numeric: [Double]
    var errorBars: [Double]
    var verdicts: [ErrorMap.ElementVerdict]
    /// The largest derivative in size.
    var largest = 0.0
  }

  /// Two calls of the forward pass for each element; up to ten more for one that these do not
  /// settle.
  /// - Parameter analytic: What the backward pass gave, `[I, C]`.
  func compare(input: Int, analytic: [Double]) throws -> Result {
    let x = inputs.values[input]
    let scale = Scale(x)
    let noise = channels.noise(probe.expectedNoise)
    let c = noise.count
    var result = Result(channelCount: c, numeric: [], errorBars: [], verdicts: [])
    result.numeric.reserveCapacity(x.count * c)
    // First the gaps, which then become error bars where they stand.
    result.errorBars.reserveCapacity(x.count * c)
    var steps: [Double] = []
    for element in 0..<x.count {
      let first = try difference(
        input, element, tolerances.step * scale.of(Double(x.elements[element])))
      result.numeric.append(contentsOf: first.central)
      result.errorBars.append(contentsOf: first.gap)
      steps.append(first.step)
    }
    for value in result.numeric where abs(value) > result.largest && value.isFinite {
      result.largest = abs(value)
    }
    result.verdicts = [ErrorMap.ElementVerdict](repeating: .right, count: x.count * c)
    for element in 0..<x.count {
      var settled = true
      for channel in 0..<c {
        let (at, step) = (element * c + channel, steps[element])
        let (value, gap) = (result.numeric[at], result.errorBars[at])
        // A second derivative fifty times the first, in units of the scale, passes for smooth.
        let smooth = 50 * tolerances.step * result.largest + 4 * noise[channel] / step
        let allowed = tolerances.allowed(value, largest: result.largest)
        result.errorBars[at] = noise[channel] / step + gap * tolerances.step
        let isRight = abs(analytic[at] - value) <= allowed && gap <= smooth
        if !isRight { settled = false }
      }
      if !settled { try look(closer: element, of: input, analytic, &result) }
    }
    return result
  }

  /// The central differences with the first step alone, `[I, C]`.
  func differences(input: Int) throws -> [Double] {
    let x = inputs.values[input]
    let scale = Scale(x)
    return try (0..<x.count).flatMap { element in
      try difference(input, element, tolerances.step * scale.of(Double(x.elements[element])))
        .central
    }
  }

  /// Replaces the entries of one element by what smaller and larger steps say.
  private func look(
    closer element: Int, of input: Int, _ analytic: [Double], _ result: inout Result
  ) throws {
    let noise = channels.noise(try probe.measuredNoise())
    let (c, largest) = (noise.count, result.largest)
    let scale = Scale(inputs.values[input]).of(Double(inputs.values[input].elements[element]))
    var ladder = Ladder(noise: noise)
    let first = Array(result.numeric[element * c..<(element + 1) * c])
    func allowed(_ channel: Int) -> Double {
      let value = ladder.estimates[channel].value
      let known = value.isFinite ? value : first[channel]
      return tolerances.allowed(known.isFinite ? known : 0, largest: largest)
    }
    for (rung, step) in Ladder.steps(precision: tolerances.precision).enumerated() {
      let difference = try difference(input, element, step * scale)
      let limits = noise.indices.map(allowed)
      ladder.add(difference) { limits[$0] }
      if rung > 0 && ladder.isSettled(analytic: { analytic[element * c + $0] }, allowed: allowed) {
        break
      }
    }
    for channel in 0..<c {
      let at = element * c + channel
      let estimate = ladder.estimates[channel]
      result.verdicts[at] = tolerances.verdict(
        analytic: analytic[at], estimate, largest: largest)
      if estimate.value.isFinite { result.numeric[at] = estimate.value }
      result.errorBars[at] = estimate.errorBar
    }
  }

  private func difference(_ input: Int, _ element: Int, _ step: Double) throws -> Difference {
    let x = Double(inputs.values[input].elements[element])
    // Rounded first, so that the distance is what it is taken for.
    let (after, before) = (Scalar(x + step), Scalar(x - step))
    return channels.difference(
      after: try probe.outputs(input: input, element: element, at: after), middle: probe.base,
      before: try probe.outputs(input: input, element: element, at: before),
      ahead: Double(after) - x, behind: x - Double(before))
  }
}
