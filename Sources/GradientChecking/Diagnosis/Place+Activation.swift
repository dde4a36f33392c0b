import Tensors

/// Mistakes with the derivative of the function that is applied last.
let activationHypotheses: [Hypothesis] = [
  lastActivation, elementwiseUpstream, rectifierByUpstream, cellActivation,
  wrongOnOneSide,
]

/// A function of one number, with its derivative as a function of its own result.
struct Activation: Sendable {
  var name: String
  /// Whether a number may be its result.
  var gives: @Sendable (Double) -> Bool
  /// The function φ, its inverse, and φ′(a) as a function of y = φ(a).
  var value: @Sendable (Double) -> Double
  var inverse: @Sendable (Double) -> Double
  var derivative: @Sendable (Double) -> Double
  /// The derivative in the way it is written, of the letter that it is written in.
  var formula: @Sendable (String) -> String

  static let all = [tanh, sigmoid, softplus, exp]

  static let tanh = Activation(
    name: "tanh", gives: { abs($0) < 1 }, value: { Double.tanh($0) },
    inverse: { 0.5 * Double.log((1 + $0) / (1 - $0)) }, derivative: { 1 - $0 * $0 },
    formula: { "1 − \($0)²" })
  static let sigmoid = Activation(
    name: "sigmoid", gives: { $0 > 0 && $0 < 1 }, value: { 1 / (1 + Double.exp(-$0)) },
    inverse: { Double.log($0 / (1 - $0)) }, derivative: { $0 * (1 - $0) },
    formula: { "\($0)(1 − \($0))" })
  static let softplus = Activation(
    name: "softplus", gives: { $0 > 0 }, value: { Double.log(1 + Double.exp($0)) },
    inverse: { Double.log(Double.exp($0) - 1) }, derivative: { 1 - Double.exp(-$0) },
    formula: { "1 − exp(−\($0))" })
  static let exp = Activation(
    name: "exp", gives: { $0 > 0 }, value: { Double.exp($0) }, inverse: { Double.log($0) },
    derivative: { $0 }, formula: { $0 })
}

/// A wrong factor in place of the derivative.
struct WrongDerivative: Sendable {
  var kind = Diagnosis.Kind.activationDerivativeMisplaced
  var meaning: String
  /// The factor, from the activation's result.
  var factor: @Sendable (Double) -> Double
}

extension Activation {
  /// What people put in place of the derivative.
  var mistakes: [WrongDerivative] {
    let (right, derivative) = (formula("y"), derivative)
    let (value, inverse) = (value, inverse)
    var result = [
      WrongDerivative(
        kind: .activationDerivativeMissing,
        meaning: "the derivative of \(name) is missing: multiply by \(right), y being its output"
      ) { _ in 1 },
      WrongDerivative(
        meaning: "the derivative of \(name) is taken at its input: in \(right) y is its output, "
          + "not what goes in"
      ) { derivative(inverse($0)) },
      WrongDerivative(
        meaning: "the derivative of \(name) is taken at \(name) of the output: \(right) is of the "
          + "output y itself, which has been through \(name) already"
      ) { derivative(value($0)) },
      WrongDerivative(meaning: "the derivative of \(name), \(right), is multiplied by twice") {
        derivative($0) * derivative($0)
      },
      WrongDerivative(
        meaning: "the output y of \(name) stands where its derivative \(right) should"
      ) {
        $0
      },
      WrongDerivative(
        meaning: "the derivative of \(name) is \(right), not 1 − y, y being its output"
      ) {
        1 - $0
      },
      WrongDerivative(meaning: "the derivative of \(name) is \(right), not 2y, y being its output")
      {
        2 * $0
      },
      WrongDerivative(meaning: "the derivative of \(name) is \(right), not 1 + y²") { 1 + $0 * $0 },
      WrongDerivative(
        meaning: "the input of \(name) stands where its derivative \(right) should"
      ) { inverse($0) },
    ]
    for other in [Activation.tanh, .sigmoid] where other.name != name {
      let theirs = other.derivative
      result.append(
        WrongDerivative(
          meaning:
            "the derivative of \(other.name), \(other.formula("y")), is used, but the function "
            + "is \(name), whose derivative is \(right), y being its output"
        ) { theirs($0) })
    }
    return result
  }
}

/// The backward pass uses a wrong derivative of the function that gave an output.
private let lastActivation: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite else { return nil }
  let (times, predictor) = (evidence.timeAxes(), Predictor(evidence))
  var first = 0
  for output in evidence.outputs.values {
    defer { first += output.count }
    let y = output.elements
    guard Set(y).count >= 4 else { continue }
    for activation in Activation.all where y.allSatisfy(activation.gives) {
      for mistake in activation.mistakes {
        let ratio = y.map { mistake.factor($0) / activation.derivative($0) }
        guard ratio.allSatisfy(\.isFinite),
          let prediction = evidence.gradient(
            first: first, ratio: ratio, activation: activation, predictor)
        else { continue }
        func agrees(in part: ((Int) -> Bool)?) -> Bool {
          sides.agrees(with: prediction.values, slack: prediction.slack, in: part)
        }
        if agrees(in: nil) { return Diagnosis(mistake.kind, mistake.meaning) }
        if let time = times.first(where: { time in
          agrees { sides.index($0, along: time.axis) == time.start }
        }) {
          return Diagnosis(
            mistake.kind,
            "\(mistake.meaning) (seen at the \(time.isReversed ? "first" : "last") time step, where "
              + "nothing else matters yet)")
        }
      }
    }
  }
  return nil
}

extension Evidence {
  /// The gradient if the upstream gradient of the outputs from `first` on were multiplied by
  /// `ratio`: given by the Jacobian, or by the gradient itself where the function is no more than
  /// the activation of the input.
  fileprivate func gradient(
    first: Int, ratio: [Double], activation: Activation, _ predictor: Predictor?
  ) -> LinearPrediction? {
    if let predictor {
      var upstream = flatUpstream
      guard upstream.count >= first + ratio.count else { return nil }
      for (index, ratio) in ratio.enumerated() { upstream[first + index] *= ratio }
      return predictor.prediction(upstream: upstream)
    }
    guard let x = try? inputs[name], outputs.values.count == 1, x.shape == outputs.values[0].shape,
      zip(x.elements, outputs.values[0].elements).allSatisfy({
        abs(activation.value($0) - $1) <= 1e-9 * max(1, abs($1))
      })
    else { return nil }
    return LinearPrediction(values: zip(numeric.elements, ratio).map { $0 * $1 }, slack: 0)
  }
}

/// The upstream gradient itself comes out of a function of each element.
private let elementwiseUpstream: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite, evidence.outputs.values.count == 1,
    evidence.outputs.values[0].shape == sides.shape,
    sides.agrees(with: evidence.flatUpstream), evidence.isElementwise
  else { return nil }
  // What only drops elements has a derivative of one elsewhere: a mask, which has its own name.
  let upstream = evidence.flatUpstream
  let isMask = (0..<sides.count).allSatisfy {
    !sides.telling[$0] || sides.numeric[$0] == 0 || !sides.wrong[$0]
      || abs(sides.numeric[$0]) <= 1e-9 * abs(upstream[$0])
  }
  return isMask
    ? nil
    : Diagnosis(
      .activationDerivativeMissing,
      "it is the upstream gradient itself: multiply it, element by element, by the derivative of "
        + "the function")
}

/// ReLU lets through where the upstream gradient is positive, not where its input is.
private let rectifierByUpstream: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite else { return nil }
  var first = 0
  for output in evidence.outputs.values {
    defer { first += output.count }
    let y = output.elements
    guard y.allSatisfy({ $0 >= 0 }), y.contains(0), Set(y).count >= 4 else { continue }
    var predictions: [[Double]] = []
    var upstream = evidence.flatUpstream
    guard upstream.count >= first + y.count else { return nil }
    if y.count == sides.count, evidence.outputs.values.count == 1, evidence.isRectifier {
      predictions.append(upstream.map { max($0, 0) })
    }
    for index in first..<first + y.count { upstream[index] = max(upstream[index], 0) }
    if let gradient = evidence.gradient(upstream: upstream) {
      predictions.append(gradient.elements)
    }
    if predictions.contains(where: { sides.agrees(with: $0) }), sides.count >= 8 {
      return Diagnosis(
        .activationDerivativeMisplaced,
        "ReLU's mask is taken from the upstream gradient: the gradient passes where the input is "
          + "positive, whatever its own sign")
    }
  }
  return nil
}

/// A function of each element whose derivative is right on one side of zero only, as ELU's or leaky
/// ReLU's may be.
private let wrongOnOneSide: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), evidence.isElementwise,
    let x = try? evidence.inputs[evidence.name].elements, x.count == sides.count
  else { return nil }
  for (side, other, sign) in [("negative", "positive", -1.0), ("positive", "negative", 1.0)] {
    guard sides.isWrongExactly(among: 2, in: { x[$0] * sign > 0 }) else { continue }
    let wrong = (0..<sides.count).filter { sides.wrong[$0] }
    // What should be zero there is a mask's affair.
    guard wrong.contains(where: { abs(sides.numeric[$0]) > 1e-8 * sides.scale }) else { return nil }
    let isZero = wrong.allSatisfy { abs(sides.analytic[$0]) <= 1e-12 * sides.scale }
    return Diagnosis(
      .activationDerivativeMisplaced,
      "it is right where `\(evidence.name)` is \(other) and \(isZero ? "zero" : "wrong") where it is "
        + "\(side): the function's derivative on that side is "
        + (isZero ? "not zero" : "another one"))
  }
  return nil
}

/// In an LSTM h = o·tanh(c): the derivative of that tanh, on the way from h to the cell state.
private let cellActivation: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite, evidence.outputs.names.count > 1 else {
    return nil
  }
  let outputs = evidence.outputs
  let starts = outputs.values.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  for hidden in outputs.values.indices {
    for cell in outputs.values.indices
    where cell != hidden && outputs.values[cell].shape == outputs.values[hidden].shape {
      let (h, c) = (outputs.values[hidden].elements, outputs.values[cell].elements)
      let gate = zip(h, c).map { $0 / Double.tanh($1) }
      guard gate.allSatisfy({ $0 > 0 && $0 < 1 }), h.count >= 4,
        let predictor = Predictor(evidence)
      else { continue }
      let original = evidence.flatUpstream
      for mistake in Activation.tanh.mistakes {
        var upstream = original
        for index in c.indices {
          let y = Double.tanh(c[index])
          let wrong = mistake.factor(y) - Activation.tanh.derivative(y)
          upstream[starts[cell] + index] += original[starts[hidden] + index] * gate[index] * wrong
        }
        guard let prediction = predictor.prediction(upstream: upstream),
          sides.agrees(with: prediction.values, slack: prediction.slack)
        else { continue }
        let (hiddenName, cellName) = (outputs.names[hidden], outputs.names[cell])
        return Diagnosis(
          mistake.kind,
          "on the way from `\(hiddenName)` to `\(cellName)`, where `\(hiddenName)` is a gate times "
            + "tanh(`\(cellName)`), \(mistake.meaning)")
      }
    }
  }
  return nil
}

extension Evidence {
  /// Whether each output number depends on the input number at the same position alone.
  fileprivate var isElementwise: Bool {
    guard let jacobian, jacobian.shape[0] == numeric.count else { return false }
    let (count, elements) = (numeric.count, jacobian.elements)
    let largest = elements.reduce(0) { max($0, abs($1)) }
    return elements.indices.allSatisfy {
      $0 / count == $0 % count || abs(elements[$0]) <= 1e-9 * largest
    }
  }

  /// Whether the function is max(0, x).
  fileprivate var isRectifier: Bool {
    guard let x = try? inputs[name], let y = outputs.values.first, x.shape == y.shape
    else { return false }
    return zip(x.elements, y.elements).allSatisfy { max($0, 0) == $1 }
  }
}
