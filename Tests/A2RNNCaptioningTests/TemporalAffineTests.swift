import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class TemporalAffineTests: ExerciseTestCase {
  private struct Layer<Scalar: TensorScalar> {
    var x, weight, bias: Tensor<Scalar>

    /// The reference's output for these values.
    func reference() throws -> Tensor<Scalar> {
      try referenceCaptioningParts(.rnn).temporalAffine(x, weight, bias).output
    }

    func replacing(_ path: WritableKeyPath<Self, Tensor<Scalar>>, with value: Tensor<Scalar>)
      -> Self
    {
      var layer = self
      layer[keyPath: path] = value
      return layer
    }
  }

  private func randomLayer() -> Layer<Double> {
    Layer(
      x: .randomNormal([2, 3, 4], using: &random), weight: .randomNormal([4, 5], using: &random),
      bias: .randomNormal([5], using: &random))
  }

  private func output<Scalar: TensorScalar>(_ layer: Layer<Scalar>) throws -> Tensor<Scalar> {
    try temporalAffineForward(layer.x, weight: layer.weight, bias: layer.bias).output
  }

  func testOutputAndGradientsArePyTorchs() throws {
    let golden = try Golden("TemporalAffine")
    let layer = Layer<Double>(
      x: try golden.tensor("x"), weight: try golden.tensor("weight"),
      bias: try golden.tensor("bias"))
    try expectClose("output", to: golden.tensor("output") as Tensor<Double>) { try output(layer) }
    let cache = TemporalAffineCache(x: layer.x, weight: layer.weight)
    for (name, gradient) in [
      ("x", \AffineGradients<Double>.x), ("weight", \.weight), ("bias", \.bias),
    ] {
      try expectClose("gradient of \(name)", to: golden.tensor("grad_\(name)") as Tensor<Double>) {
        try temporalAffineBackward(golden.tensor("upstream"), cache: cache)[keyPath: gradient]
      }
    }
  }

  func testTheOutputFollowsTheFormula() throws {
    let layer = randomLayer()
    try expectClose("output", to: layer.reference()) { try output(layer) }
    try expectClose("output in Float", to: layer.reference()) {
      try output(
        Layer(
          x: layer.x.cast(to: Float.self), weight: layer.weight.cast(to: Float.self),
          bias: layer.bias.cast(to: Float.self)))
    }
  }

  func testEveryGradientIsTheNumericOne() throws {
    let layer = randomLayer()
    let upstream = Tensor<Double>.randomNormal([2, 3, 5], using: &random)
    let cache = TemporalAffineCache(x: layer.x, weight: layer.weight)
    let parts:
      [(
        String, WritableKeyPath<Layer<Double>, Tensor<Double>>,
        KeyPath<AffineGradients<Double>, Tensor<Double>>
      )] = [
        ("x", \.x, \.x), ("weight", \.weight, \.weight), ("bias", \.bias, \.bias),
      ]
    for (name, path, gradient) in parts {
      try expectGradient(
        "gradient of \(name)", at: layer[keyPath: path], upstream: upstream,
        of: { try layer.replacing(path, with: $0).reference() }
      ) {
        try temporalAffineBackward(upstream, cache: cache)[keyPath: gradient]
      }
    }
  }

  func testTheCacheKeepsWhatTheBackwardPassNeeds() throws {
    let layer = randomLayer()
    try expectClose("cache.x", to: layer.x) {
      try temporalAffineForward(layer.x, weight: layer.weight, bias: layer.bias).cache.x
    }
    try expectClose("cache.weight", to: layer.weight) {
      try temporalAffineForward(layer.x, weight: layer.weight, bias: layer.bias).cache.weight
    }
  }

  func testTimeStepsDoNotTouchOneAnother() throws {
    let layer = randomLayer()
    var reversed = layer
    reversed.x = try .stacking(layer.x.unstacked(axis: 1).reversed(), axis: 1)
    try expectInvariant(
      "output for the inputs in reverse order, reversed, minus the output",
      of: { try $0[0, .all] - .stacking($0[1, .all].unstacked(axis: 1).reversed(), axis: 1) },
      isCloseTo: Tensor<Double>.zeros([2, 3, 5])
    ) {
      try Tensor.stacking([output(layer), output(reversed)])
    }
  }

  func testWrongShapesAreRefused() throws {
    let layer = randomLayer()
    try expectShapeError("x of shape [6, 4]") {
      try output(layer.replacing(\.x, with: .ones([6, 4])))
    }
    try expectShapeError("weight of shape [5, 4]") {
      try output(layer.replacing(\.weight, with: .ones([5, 4])))
    }
    try expectShapeError("bias of shape [4]") {
      try output(layer.replacing(\.bias, with: .ones([4])))
    }
    let cache = TemporalAffineCache(x: layer.x, weight: layer.weight)
    for shape in [[3, 2, 5], [6, 5], [2, 3, 4]] {
      try expectShapeError("upstream of shape \(shape), output [2, 3, 5]") {
        try temporalAffineBackward(.ones(shape), cache: cache).x
      }
    }
  }
}
