import Tensors

/// Compares a gradient with differences along random directions in an input: two calls of the
/// forward pass for each, however many elements there are.
///
/// A direction is a random weight around +1 or −1, times the input's scale, for every element, so
/// that each counts about as much as any other. What a mistake in few of many elements changes is small beside the sum.
struct FastCheck<Scalar: TensorScalar> {
  let probe: Probe<Scalar>
  let inputs: NamedTensors<Scalar>
  let tolerances: Tolerances
  let upstream: [Double]

  /// The projection of the gradient on one direction beside the difference along it.
  struct Projection {
    var analytic: Double
    var estimate: Estimate
    var verdict: ErrorMap.ElementVerdict
  }

  func compare(input: Int, analytic: Tensor<Scalar>, seed: UInt64) throws -> Projection {
    let scale = Scale(inputs.values[input]).ofAll
    let channels = Channels.loss(upstream: upstream)
    let noise = channels.noise(probe.expectedNoise)
    var (projection, square) = (0.0, 0.0)
    analytic.withUnsafeElements { elements in
      forEachWeight(count: elements.count, seed: seed) { index, weight in
        let value = Double(elements[index])
        projection += weight * value
        square += value * value
      }
    }
    // The sum of independent signs is about the square root of the sum of squares; it may be less
    // by chance, and what is allowed should not be.
    let size = square.squareRoot().isFinite ? square.squareRoot() : 0
    func allowed(_ value: Double) -> Double {
      tolerances.allowed(max(abs(value), size), largest: size)
    }

    let first = try difference(input, tolerances.step * scale, seed, channels)
    let value = first.central[0]
    let smooth = 50 * tolerances.step * size + 4 * noise[0] / first.step
    if abs(value - projection) <= allowed(value) && first.gap[0] <= smooth {
      let bar = noise[0] / first.step + first.gap[0] * tolerances.step
      return Projection(
        analytic: projection, estimate: Estimate(value: value, errorBar: bar), verdict: .right)
    }
    var ladder = Ladder(noise: channels.noise(try probe.measuredNoise()))
    for (rung, step) in Ladder.steps(precision: tolerances.precision).enumerated() {
      ladder.add(try difference(input, step * scale, seed, channels)) { _ in allowed(value) }
      if rung > 0
        && ladder.isSettled(analytic: { _ in projection }, allowed: { _ in allowed(value) })
      {
        break
      }
    }
    let estimate = ladder.estimates[0]
    return Projection(
      analytic: projection, estimate: estimate,
      verdict: tolerances.verdict(
        analytic: projection, estimate, largest: max(size, abs(estimate.value))))
  }

  private func difference(
    _ input: Int, _ step: Double, _ seed: UInt64, _ channels: Channels
  ) throws -> Difference {
    let x = inputs.values[input]
    func outputs(_ distance: Double) throws -> [Double] {
      try probe.outputs(input: input) { moved in
        forEachWeight(count: moved.count, seed: seed) { index, weight in
          moved[index] = Scalar(Double(moved[index]) + weight * distance)
        }
      } back: { moved in
        x.withUnsafeElements { _ = moved.update(fromContentsOf: $0) }
      }
    }
    return channels.difference(
      after: try outputs(step), middle: probe.base, before: try outputs(-step), ahead: step,
      behind: step)
  }
}

/// Calls `body` with each index and a random weight, the same ones for the same seed: a direction
/// that needs no memory. Weights are between ½ and 3⁄2 in size, of either sign, so that errors which
/// are equal and opposite do not cancel.
func forEachWeight(count: Int, seed: UInt64, _ body: (Int, Double) -> Void) {
  var random = SeededGenerator(seed: seed)
  var bits: UInt64 = 0
  for index in 0..<count {
    if index % 4 == 0 { bits = random.next() }
    let size = 0.5 + Double(bits & 0x7FFF) / 0x8000
    body(index, bits & 0x8000 == 0 ? size : -size)
    bits >>= 16
  }
}
