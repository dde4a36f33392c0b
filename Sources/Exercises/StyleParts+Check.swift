import Tensors

/// An exercise of A4 does not compute what it should.
public struct StyleMistake: Error, Equatable, CustomStringConvertible {
  /// For example `A4.1`.
  public let exercise: String
  public let detail: String

  public var description: String { "\(exercise) is wrong: \(detail)" }
}

extension StyleParts where Scalar == Double {
  /// Computes the gradient of a loss by `transferStep`.
  public typealias Step = (Array, StyleTarget<Double>, StyleParts) throws -> StyleLoss<Double>

  /// Compares the losses with their formulas on small random tensors, and each gradient with a
  /// central difference along a random direction: enough to find a mistake before a picture is
  /// painted with it, in a few milliseconds.
  ///
  /// - Parameters:
  ///   - gram: The Gram matrix and its backward pass.
  ///   - step: A4's `transferStep`. It is called with a network of its own; `features` is not used.
  /// - Throws: `StyleMistake` for the first exercise that is wrong, and what the exercises throw.
  public func check(gram: GramParts<Double>, step: Step) throws {
    var random = SeededGenerator(seed: 4)
    let f = Array.randomNormal([1, 3, 4, 5], using: &random)
    let p = Array.randomNormal([1, 3, 4, 5], using: &random)
    let directions = (0..<2).map { _ in Array.randomNormal([1, 3, 4, 5], using: &random) }

    let content = try contentLoss(f, p, 0.7)
    try require("A4.1", content.loss, near: 0.7 * (f - p).squared().sum())
    try require("A4.1", content.gradient, at: f, along: directions) {
      try self.contentLoss($0, p, 0.7).loss
    }
    try checkGram(gram, f, directions, &random)
    try checkStyleLoss(f, directions, &random)

    let variation = try totalVariationLoss(f, 0.3)
    try require("A4.5", variation.loss, near: 0.3 * roughness(f))
    try require("A4.5", variation.gradient, at: f, along: directions) {
      try self.totalVariationLoss($0, 0.3).loss
    }
    try checkStep(step, f, p, directions)
  }

  private func checkGram(
    _ parts: GramParts<Double>, _ f: Array, _ directions: [Array],
    _ random: inout SeededGenerator
  ) throws {
    let upstream = Array.randomNormal([1, 3, 3], using: &random)
    for normalized in [true, false] {
      let gram = try parts.gram(f, normalized)
      try requireShape("A4.2", gram, [1, 3, 3])
      let expected = products(f) / (normalized ? 60 : 1)
      try require("A4.2", (gram - expected).absolute().max(), near: 0)
      let gradient = try parts.backward(upstream, f, normalized)
      try require("A4.3", gradient, at: f, along: directions) {
        try (parts.gram($0, normalized) * upstream).sum()
      }
    }
  }

  private func checkStyleLoss(
    _ f: Array, _ directions: [Array], _ random: inout SeededGenerator
  ) throws {
    let targets = [Array.randomNormal([1, 3, 3], using: &random), .ones([1, 3, 3])]
    let other: Array = try f[.all, .all, .all, ..<4]
    let style = try styleLoss([f, other], targets, [0.5, 2])
    let expected =
      try 0.5 * (products(f) / 60 - targets[0]).squared().sum()
      + 2 * (products(other) / 48 - targets[1]).squared().sum()
    try require("A4.4", style.loss, near: expected)
    guard style.gradients.count == 2 else {
      throw StyleMistake(
        exercise: "A4.4", detail: "it gives \(style.gradients.count) gradients for 2 layers")
    }
    try require("A4.4", style.gradients[0], at: f, along: directions) {
      try self.styleLoss([$0, other], targets, [0.5, 2]).loss
    }
    let cut: [Array] = try directions.map { try $0[.all, .all, .all, ..<4] }
    try require("A4.4", style.gradients[1], at: other, along: cut) {
      try self.styleLoss([f, $0], targets, [0.5, 2]).loss
    }
  }

  /// With a network whose layer 0 is the picture doubled, and layer 1 its square.
  private func checkStep(
    _ step: Step, _ image: Array, _ content: Array, _ directions: [Array]
  ) throws {
    var parts = self
    parts.features = { x, layers in
      let values = [0: 2 * x, 1: x.squared()].filter { layers.contains($0.key) }
      return (
        values,
        { upstream in
          let doubled = upstream[0].map { 2 * $0 } ?? Array.zeros(like: x)
          return try doubled + (upstream[1].map { try (2 * x) * $0 } ?? Array.zeros(like: x))
        }
      )
    }
    // Layer 0 serves content and style.
    let target = try StyleTarget(
      contentLayer: 0, contentWeight: 0.7, contentFeatures: content, styleLayers: [0, 1],
      styleWeights: [0.5, 2], styleGrams: [.ones([1, 3, 3]), .identity(3).expandingAxis(at: 0)],
      totalVariationWeight: 0.3)
    func loss(_ x: Array) throws -> Double {
      let variation = try parts.totalVariationLoss(x, 0.3).loss
      let style = try parts.styleLoss([2 * x, x.squared()], target.styleGrams, [0.5, 2]).loss
      return try parts.contentLoss(2 * x, content, 0.7).loss + style + variation
    }
    let result = try step(image, target, parts)
    try require("A4.6", result.total, near: loss(image))
    try require("A4.6", result.gradient, at: image, along: directions, of: loss)
  }

  /// `Σ F·Fᵀ`, `[1, C, C]`, written out.
  private func products(_ f: Array) -> Array {
    let (channels, plane) = (f.shape[1], f.shape[2] * f.shape[3])
    var result = Array.zeros([1, channels, channels])
    for a in 0..<channels {
      for b in 0..<channels {
        for i in 0..<plane {
          result[0, a, b] += f.elements[a * plane + i] * f.elements[b * plane + i]
        }
      }
    }
    return result
  }

  private func roughness(_ x: Array) -> Double {
    var sum = 0.0
    for channel in 0..<x.shape[1] {
      for row in 0..<x.shape[2] {
        for column in 0..<x.shape[3] {
          let here = x[0, channel, row, column]
          let below = row + 1 < x.shape[2] ? x[0, channel, row + 1, column] : here
          let right = column + 1 < x.shape[3] ? x[0, channel, row, column + 1] : here
          sum += (below - here) * (below - here) + (right - here) * (right - here)
        }
      }
    }
    return sum
  }
}

private func requireShape(
  _ exercise: String, _ tensor: Tensor<Double>, _ shape: [Int]
) throws {
  guard tensor.shape == shape else {
    throw StyleMistake(
      exercise: exercise, detail: "the result has the shape \(tensor.shape), expected \(shape)")
  }
}

private func require(_ exercise: String, _ value: Double, near expected: Double) throws {
  guard abs(value - expected) <= 1e-9 * max(1, abs(expected)) else {
    throw StyleMistake(
      exercise: exercise, detail: "on a small example the value is \(value), expected \(expected)")
  }
}

/// Compares a gradient with central differences of the loss along directions.
private func require(
  _ exercise: String, _ gradient: Tensor<Double>, at x: Tensor<Double>,
  along directions: [Tensor<Double>], of loss: (Tensor<Double>) throws -> Double
) throws {
  try requireShape(exercise, gradient, x.shape)
  let h = 1e-4
  for direction in directions {
    let slope = try (loss(x + h * direction) - loss(x - h * direction)) / (2 * h)
    let claimed = try (gradient * direction).sum()
    guard abs(claimed - slope) <= 1e-5 * max(1, abs(slope)) else {
      throw StyleMistake(
        exercise: exercise,
        detail: "on a small example the gradient along a direction is \(claimed), differences "
          + "give \(slope)")
    }
  }
}
