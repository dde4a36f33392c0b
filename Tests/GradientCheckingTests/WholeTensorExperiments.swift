import GradientChecking
import Tensors

/// A function, a place, and random upstream gradients: what evidence is made from.
struct Experiment {
  typealias Forward = (NamedTensors<Double>) throws -> NamedTensors<Double>

  var inputs: NamedTensors<Double>
  var outputs: NamedTensors<Double>
  var upstream = NamedTensors<Double>()
  let forward: Forward

  init(_ inputs: NamedTensors<Double>, seed: UInt64 = 5, forward: @escaping Forward) throws {
    var random = SeededGenerator(seed: seed)
    (self.inputs, self.forward, outputs) = (inputs, forward, try forward(inputs))
    for (name, output) in zip(outputs.names, outputs.values) {
      upstream.set(name, to: .randomNormal(output.shape, using: &random))
    }
  }

  /// The derivative of every output number by every number of an input, `[O, I]`.
  func jacobian(_ name: String, at inputs: NamedTensors<Double>? = nil) throws -> Tensor<Double> {
    let inputs = inputs ?? self.inputs
    let input = try inputs[name]
    let step = 1e-5
    let columns = try (0..<input.count).map { index in
      func moved(_ distance: Double) throws -> [Double] {
        var moved = input
        moved.withUnsafeMutableElements { $0[index] += distance }
        var others = inputs
        others.set(name, to: moved)
        return try forward(others).values.flatMap(\.elements)
      }
      return Tensor(zip(try moved(step), try moved(-step)).map { ($0 - $1) / (2 * step) })
    }
    return try Tensor.stacking(columns, axis: 1)
  }

  /// The right gradient, by the Jacobian.
  func gradient(
    _ name: String, upstream: NamedTensors<Double>? = nil, at inputs: NamedTensors<Double>? = nil
  ) throws -> Tensor<Double> {
    let upstream = (upstream ?? self.upstream).values.flatMap(\.elements)
    return try Tensor(upstream, shape: [1, upstream.count])
      .matrixMultiplied(by: jacobian(name, at: inputs)).reshaped(self.inputs[name].shape)
  }

  /// The evidence for a gradient that somebody calculated.
  func evidence(_ name: String, _ analytic: Tensor<Double>) throws -> Evidence {
    let numeric = try gradient(name)
    var evidence = Evidence(
      name: name, analytic: analytic, numeric: numeric,
      comparable: Tensor(repeating: true, shape: numeric.shape),
      errorBars: Tensor(repeating: 1e-10, shape: numeric.shape), inputs: inputs, outputs: outputs,
      upstream: upstream)
    evidence.jacobian = try jacobian(name)
    for other in inputs.names where other != name {
      evidence.otherGradients[other] = try gradient(other)
    }
    evidence.forward = forward
    return evidence
  }

  func diagnoses(
    _ name: String, _ mistake: (Tensor<Double>) throws -> Tensor<Double>
  ) throws -> [Diagnosis] {
    diagnose(try evidence(name, mistake(gradient(name))))
  }
}

extension Experiment {
  /// The gradient of the mean of squares of `x·w + b` with respect to the sum.
  func affineGradient() throws -> Tensor<Double> {
    let y = try inputs["x"].matrixMultiplied(by: inputs["w"]) + inputs["b"]
    return try y * 2 / Double(y.count) * upstream["loss"].scalar()
  }
}

/// The functions that the mistakes are made in.
enum Experiments {
  static func random(_ shapes: KeyValuePairs<String, [Int]>) -> NamedTensors<Double> {
    var generator = SeededGenerator(seed: 11)
    var result = NamedTensors<Double>()
    for (name, shape) in shapes { result.set(name, to: .randomNormal(shape, using: &generator)) }
    return result
  }

  /// `y = x·w + b`.
  static func affine(_ n: Int = 5, _ d: Int = 3, _ m: Int = 4) throws -> Experiment {
    try Experiment(random(["x": [n, d], "w": [d, m], "b": [m]])) {
      ["output": try $0["x"].matrixMultiplied(by: $0["w"]) + $0["b"]]
    }
  }

  /// `y = tanh(x)`.
  static func tanh(_ shape: [Int] = [3, 4]) throws -> Experiment {
    try Experiment(random(["x": shape])) { ["output": try $0["x"].tanh()] }
  }
}

extension Experiments {
  /// `y = mean(x·w + b)`, one number.
  static func meanOfAffine() throws -> Experiment {
    try Experiment(random(["x": [5, 3], "w": [3, 4], "b": [4]])) {
      let y = try $0["x"].matrixMultiplied(by: $0["w"]) + $0["b"]
      return ["loss": Tensor(scalar: y.squared().mean())]
    }
  }

  /// The rows of `w` at the indices 3, 1, 2, 0, 1, 3.
  static func embedding() throws -> Experiment {
    try Experiment(random(["w": [5, 3]])) {
      ["output": try $0["w"].gathering(Tensor([3, 1, 2, 0, 1, 3], shape: [2, 3]))]
    }
  }

  /// `h = tanh(x_t·w + h·u + b)` for every step of `x [N, T, D]`; the states `[N, T, H]`.
  static func recurrence(steps: Int = 4) throws -> Experiment {
    try Experiment(
      random(["x": [2, steps, 3], "h0": [2, 5], "w": [3, 5], "u": [5, 5], "b": [5]])
    ) {
      inputs in
      try states(inputs, steps: steps) { name, _ in try inputs[name] }
    }
  }

  static func recurrenceWithWeightsOfItsOwnForEachStep() throws -> Experiment {
    let shared = try recurrence()
    var inputs = shared.inputs
    for name in ["w", "u", "b"] {
      for step in 0..<4 { inputs.set("\(name)\(step)", to: try shared.inputs[name]) }
    }
    return try Experiment(inputs) { inputs in
      try states(inputs, steps: 4) { name, step in try inputs["\(name)\(step)"] }
    }
  }

  private static func states(
    _ inputs: NamedTensors<Double>, steps: Int,
    weight: (_ name: String, _ step: Int) throws -> Tensor<Double>
  ) throws -> NamedTensors<Double> {
    var h = try inputs["h0"]
    var states: [Tensor<Double>] = []
    for step in 0..<steps {
      let a = try inputs["x"][.all, step].matrixMultiplied(by: weight("w", step)) * 0.3
      h = try (a + h.matrixMultiplied(by: weight("u", step)) * 0.3 + weight("b", step) * 0.3).tanh()
      states.append(h)
    }
    return ["h": try Tensor.stacking(states, axis: 1)]
  }

  /// `h = o·tanh(c)` and `c = f·c0`, two outputs.
  static func cell() throws -> Experiment {
    try Experiment(random(["f": [3, 4], "c0": [3, 4], "o": [3, 4]])) {
      let c = try $0["f"] * $0["c0"]
      return ["h": try $0["o"] * c.tanh(), "c": c]
    }
  }

  static func all() throws -> [Experiment] {
    var result = [
      try tanh([]), try tanh([1, 4, 1]), try tanh([2, 2, 2]), try meanOfAffine(), try embedding(),
      try recurrence(), try recurrence(steps: 1), try cell(), try residual(),
    ]
    for n in 1...4 {
      for d in 1...3 { result.append(try affine(n, d, 1 + (n + d) % 3)) }
    }
    return result
  }

  /// `y = x + tanh(x)·s`.
  static func residual() throws -> Experiment {
    try Experiment(random(["x": [3, 4], "s": [4]])) {
      ["output": try $0["x"] + $0["x"].tanh() * $0["s"]]
    }
  }
}
