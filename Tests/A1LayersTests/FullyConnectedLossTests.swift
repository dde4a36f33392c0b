import A1Layers
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class FullyConnectedLossTests: ExerciseTestCase {
  private func golden<Scalar: TensorScalar>(
    prefix: String = ""
  ) throws -> FullyConnectedParameters<Scalar> {
    let golden = try Golden("fullyConnected")
    return FullyConnectedParameters(
      weights: try (0..<3).map { try golden.tensor("\(prefix)weight\($0)") },
      biases: try (0..<3).map { try golden.tensor("\(prefix)bias\($0)") })
  }

  func testItComputesWhatPyTorchComputes() throws {
    let file = try Golden("fullyConnected")
    let x: Tensor<Double> = try file.tensor("x")
    let labels = try file.integers("labels")
    let parameters: FullyConnectedParameters<Double> = try golden()
    let expected: FullyConnectedParameters<Double> = try golden(prefix: "grad_")
    func result() throws -> (loss: Double, gradients: FullyConnectedParameters<Double>) {
      try fullyConnectedLoss(
        x, labels: labels, parameters: parameters, regularization: 0.3,
        parts: ReferenceLayers.parts())
    }
    try expectClose("loss", to: file.number("loss")) { try result().loss }
    for layer in 0..<3 {
      try expectClose("gradient of weights[\(layer)]", to: expected.weights[layer]) {
        try gradient(result().gradients.weights, layer)
      }
      try expectClose("gradient of biases[\(layer)]", to: expected.biases[layer]) {
        try gradient(result().gradients.biases, layer)
      }
    }
  }

  /// One of the gradients, of which there may be too few.
  private func gradient<Scalar>(_ gradients: [Tensor<Scalar>], _ layer: Int) throws -> Tensor<
    Scalar
  > {
    guard gradients.indices.contains(layer) else {
      throw TensorError(
        "gradients", shapes: gradients.map(\.shape), reason: "there is none for layer \(layer)")
    }
    return gradients[layer]
  }

  func testItsGradientsAreTheNumericOnesForAnyNumberOfLayers() throws {
    for sizes in [[4, 3], [4, 6, 3], [2, 4, 5, 3]] {
      // Positive samples, weights and biases keep every ReLU away from its kink.
      let x = Tensor<Double>.randomUniform([5, sizes[0]], in: 0.2..<1, using: &random)
      let labels = Tensor<Int>.random([5], in: 0..<3, using: &random)
      var parameters = FullyConnectedParameters<Double>(sizes: sizes, using: &random)
      for layer in parameters.weights.indices {
        parameters.weights[layer] = .randomUniform(
          parameters.weights[layer].shape, in: 0.1..<0.8, using: &random)
        parameters.biases[layer] = Tensor(repeating: 0.3, shape: [sizes[layer + 1]])
        // Each ReLU also has an output that it cuts off for all samples.
        if layer + 2 < sizes.count { parameters.biases[layer][1] = -20 }
      }
      let fixed = parameters
      func loss(_ parameters: FullyConnectedParameters<Double>) -> Tensor<Double> {
        Tensor(
          scalar: ReferenceLayers.fullyConnectedLoss(
            x, labels: labels, parameters: parameters, regularization: 0.2))
      }
      func gradients() throws -> FullyConnectedParameters<Double> {
        try fullyConnectedLoss(
          x, labels: labels, parameters: fixed, regularization: 0.2,
          parts: ReferenceLayers.parts()
        ).gradients
      }
      for layer in fixed.weights.indices {
        for (name, path) in [
          ("weights", \FullyConnectedParameters<Double>.weights), ("biases", \.biases),
        ] {
          try expectGradient(
            "gradient of \(name)[\(layer)] with sizes \(sizes)", at: fixed[keyPath: path][layer],
            of: { moved in
              var parameters = fixed
              parameters[keyPath: path][layer] = moved
              return loss(parameters)
            }, { try gradient(gradients()[keyPath: path], layer) })
        }
      }
    }
  }

  func testItsLossIsTheOneOfTheFormula() throws {
    let x = Tensor<Double>.randomNormal([6, 4], using: &random)
    let labels = Tensor<Int>.random([6], in: 0..<3, using: &random)
    let parameters = FullyConnectedParameters<Double>(sizes: [4, 7, 5, 3], using: &random)
    for regularization in [0, 0.5] {
      let loss = ReferenceLayers.fullyConnectedLoss(
        x, labels: labels, parameters: parameters, regularization: regularization)
      try expectClose("loss with λ = \(regularization)", to: loss) {
        try fullyConnectedLoss(
          x, labels: labels, parameters: parameters, regularization: regularization,
          parts: ReferenceLayers.parts()
        ).loss
      }
    }
  }

  func testItBuildsWithThePartsThatItIsGiven() throws {
    let x = Tensor<Double>.randomNormal([5, 4], using: &random)
    let labels = Tensor<Int>.random([5], in: 0..<3, using: &random)
    let parameters = FullyConnectedParameters<Double>(sizes: [4, 6, 3], using: &random)
    var parts: LayerParts<Double> = ReferenceLayers.parts()
    parts.relu = { x in
      let output = x.tanh()
      return (output, { try $0 * (1 - output.squared()) })
    }
    let chosen = parts
    func loss(_ parameters: FullyConnectedParameters<Double>) throws -> Double {
      let hidden = ReferenceLayers.affine(
        x, weight: parameters.weights[0], bias: parameters.biases[0]
      ).tanh()
      return ReferenceLayers.softmaxLoss(
        ReferenceLayers.affine(hidden, weight: parameters.weights[1], bias: parameters.biases[1]),
        labels: labels)
    }
    func result() throws -> (loss: Double, gradients: FullyConnectedParameters<Double>) {
      try fullyConnectedLoss(
        x, labels: labels, parameters: parameters, regularization: 0, parts: chosen)
    }
    try expectClose("loss with tanh for the ReLU", to: loss(parameters)) { try result().loss }
    try expectGradient(
      "gradient of weights[0] with tanh for the ReLU", at: parameters.weights[0],
      of: { weight in
        var moved = parameters
        moved.weights[0] = weight
        return Tensor(scalar: try loss(moved))
      }, { try gradient(result().gradients.weights, 0) })
  }

  func testDescendingItsGradientsItLearnsFiftySamplesByHeart() throws {
    let x = Tensor<Double>.randomNormal([50, 20], using: &random)
    let labels = Tensor<Int>.random([50], in: 0..<4, using: &random)
    let start = FullyConnectedParameters<Double>(sizes: [20, 40, 4], using: &random)
    func predictions(_ numbers: Tensor<Double>) throws -> Tensor<Double> {
      let trained = try ReferenceLayers.unflattened(numbers, like: start)
      return try ReferenceLayers.fullyConnectedLogits(x, trained).argmax(axis: 1)
        .map { Double($0) }
    }
    try expectInvariant("predictions after training", of: predictions, isCloseTo: labels) {
      var parameters = start
      for _ in 0..<150 {
        let gradients = try fullyConnectedLoss(
          x, labels: labels, parameters: parameters, regularization: 0,
          parts: ReferenceLayers.parts()
        ).gradients
        for layer in parameters.weights.indices {
          try parameters.weights[layer] -= gradient(gradients.weights, layer) * 0.5
          try parameters.biases[layer] -= gradient(gradients.biases, layer) * 0.5
        }
      }
      return ReferenceLayers.flattened(parameters)
    }
  }

  func testItRunsInSinglePrecision() throws {
    let file = try Golden("fullyConnected")
    let x: Tensor<Float> = try file.tensor("x")
    let labels = try file.integers("labels")
    let parameters: FullyConnectedParameters<Float> = try golden()
    try expectClose("loss", to: Float(file.number("loss"))) {
      try fullyConnectedLoss(
        x, labels: labels, parameters: parameters, regularization: 0.3,
        parts: ReferenceLayers.parts()
      ).loss
    }
  }

  func testItRefusesShapesAndLabelsThatDoNotFit() throws {
    let parameters = FullyConnectedParameters<Double>(sizes: [4, 6, 3], using: &random)
    func loss(
      x: [Int] = [2, 4], labels: [Int] = [0, 2],
      _ change: (inout FullyConnectedParameters<Double>) -> Void = { _ in }
    ) throws -> Double {
      var parameters = parameters
      change(&parameters)
      return try fullyConnectedLoss(
        .zeros(x), labels: Tensor(labels), parameters: parameters, regularization: 0,
        parts: ReferenceLayers.parts()
      ).loss
    }
    try expectShapeError("samples of another size") { try loss(x: [2, 5]) }
    try expectShapeError("three labels for two samples") { try loss(labels: [0, 1, 2]) }
    try expectShapeError("a label that is no class") { try loss(labels: [0, 3]) }
    try expectShapeError("a missing bias") { try loss { $0.biases.removeLast() } }
    try expectShapeError("no layers") { try loss { ($0.weights, $0.biases) = ([], []) } }
  }
}
