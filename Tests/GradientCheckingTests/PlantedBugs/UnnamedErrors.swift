import GradientChecking
import Tensors

/// A way to spoil a gradient that is no kind of mistake.
struct UnnamedError: Sendable {
  let name: String
  /// The smallest number of elements where what it does is surely no kind of mistake.
  var smallest = 4
  /// The wrong gradient from the right one, the input and the upstream gradients, all outputs'
  /// one after the other.
  let spoil:
    @Sendable (
      _ right: Tensor<Double>, _ x: Tensor<Double>, _ upstream: [Double],
      _ random: inout SeededGenerator
    ) throws -> Tensor<Double>

  static let all: [UnnamedError] = [
    UnnamedError(name: "random numbers") { right, _, upstream, random in
      try linear(upstream, right.shape, &random)
    },
    UnnamedError(name: "gradient of an unrelated linear map") { right, x, upstream, random in
      try linear(upstream, right.shape, &random) * (x.squared().mean() + 0.1)
    },
    UnnamedError(name: "random numbers added") { right, _, upstream, random in
      try right + linear(upstream, right.shape, &random) * 0.3
    },
    UnnamedError(name: "random errors here and there", smallest: 12) { right, _, upstream, random in
      let noise = try linear(upstream, right.shape, &random)
      let places = shuffled(right.count, &random).prefix(max(3, right.count / 5))
      return try changing(right, at: Array(places)) { noise.elements[$0] }
    },
    UnnamedError(name: "noise of 1e-3") { right, _, _, random in
      try right * (Tensor.randomNormal(right.shape, using: &random) * 1e-3 + 1)
    },
    UnnamedError(name: "random factor for each element") { right, _, _, random in
      try right * Tensor.randomUniform(right.shape, in: -2..<2, using: &random)
    },
    UnnamedError(name: "random factor for each index of the first axis") {
      right, _, _, random in
      let sizes = [right.shape.first ?? 1] + [Int](repeating: 1, count: max(0, right.rank - 1))
      return try right * Tensor.randomUniform(sizes, in: -2..<2, using: &random)
    },
    UnnamedError(name: "elements in a random order", smallest: 8) { right, _, _, random in
      let order = shuffled(right.count, &random)
      return try Tensor(order.map { right.elements[$0] }, shape: right.shape)
    },
    UnnamedError(name: "random error of rank one") { right, _, upstream, random in
      let rows = right.shape.first ?? 1
      let u = try linear(upstream, [rows, 1], &random)
      let v = Tensor<Double>.randomNormal([1, right.count / rows], using: &random)
      return try right + (u * v).reshaped(right.shape)
    },
    UnnamedError(name: "rows mixed at random") { right, _, _, random in
      let rows = right.shape.first ?? 1
      let mixer = Tensor<Double>.randomNormal([rows, rows], using: &random)
      return try mixer.matrixMultiplied(by: right.reshaped([rows, -1])).reshaped(right.shape)
    },
    UnnamedError(name: "cubes") { right, _, _, _ in right.map { $0 * $0 * $0 } },
    UnnamedError(name: "sines") { right, _, _, _ in (right * 3).tanh() },
    UnnamedError(name: "rounded to a tenth of the largest") { right, _, _, _ in
      let unit = right.absolute().max() / 10
      return unit > 0 ? right.map { ($0 / unit).rounded() * unit } : right
    },
    UnnamedError(name: "a number added to each") { right, _, upstream, _ in
      right + 0.37 * (upstream.reduce(0, +) + right.absolute().max())
    },
    UnnamedError(name: "three mistakes at once") { right, x, _, random in
      let backwards = try Tensor(Array(right.elements.reversed()), shape: right.shape)
      return try backwards.absolute() * 1.7 + x * 0.4
        - right * Tensor.randomUniform(right.shape, in: 0..<1, using: &random)
    },
    UnnamedError(name: "half of the errors' signs at random", smallest: 8) { right, _, _, random in
      let places = shuffled(right.count, &random).prefix(right.count / 2)
      return try changing(right, at: Array(places)) { -1.4 * right.elements[$0] }
    },
  ]

  /// A random linear function of the upstream gradients, always the same for the same seed.
  private static func linear(
    _ upstream: [Double], _ shape: [Int], _ random: inout SeededGenerator
  ) throws -> Tensor<Double> {
    let count = shape.reduce(1, *)
    let map = Tensor<Double>.randomNormal([count, upstream.count], using: &random)
    return try map.matrixMultiplied(by: Tensor(upstream, shape: [upstream.count, 1]))
      .reshaped(shape)
  }

  private static func shuffled(_ count: Int, _ random: inout SeededGenerator) -> [Int] {
    Array(0..<count).shuffled(using: &random)
  }

  private static func changing(
    _ right: Tensor<Double>, at places: [Int], to value: (Int) -> Double
  ) throws -> Tensor<Double> {
    var result = right
    result.withUnsafeMutableElements { elements in
      for place in places { elements[place] = value(place) }
    }
    return result
  }
}

extension PlantedLayerRows {
  /// What a check finds when the gradient of one input is spoilt.
  func check(_ error: UnnamedError, input: String, seed: UInt64) throws -> InputReport? {
    let (right, at) = (function, try inputs(seed))
    let x = try at[input]
    guard x.count >= error.smallest else { return nil }
    let spoilt = DifferentiableFunction<Double>(name) { inputs in
      let (outputs, pullback) = try right.run(inputs)
      return (output: outputs, cache: pullback)
    } backward: { (upstream: NamedTensors<Double>, pullback) in
      var gradients = try pullback(upstream)
      var random = SeededGenerator(seed: seed &+ 0x9e37_79b9)
      gradients.set(
        input,
        to: try error.spoil(
          gradients[input], x, upstream.values.flatMap(\.elements), &random))
      return gradients
    }
    var options = GradientCheckOptions()
    (options.blocks, options.seed) = (blocks, seed)
    return try checkGradients(of: spoilt, at: at, options: options).gradients
      .first { $0.name == input }
  }
}
