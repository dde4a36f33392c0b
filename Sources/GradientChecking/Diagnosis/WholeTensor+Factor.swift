import Foundation
import Tensors

extension WholeTensor {
  /// The right gradient times a number.
  static func factor(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight else { return nil }
    let truth = evidence.truth
    let known = truth.slack.indices.filter {
      truth.slack[$0].isFinite && abs(truth.values[$0]) > 1e-4 * truth.scale + 8 * truth.slack[$0]
    }
    guard known.count >= 3, let fitted = quotient(evidence, truth, known),
      abs(fitted.factor) > 1e-9
    else {
      return nil
    }
    if let named = names(of: fitted.factor, slack: fitted.slack, evidence) {
      guard evidence.isExplained(by: truth.scaled(by: named.factor), bits: 24) else { return nil }
      return Diagnosis(named.kind, named.message)
    }
    let factor = fitted.factor
    // The number itself takes away the surprise of one element.
    guard evidence.isExplained(by: truth.scaled(by: factor), bits: 28 + 16) else { return nil }
    let elements = known.map { evidence.analytic.elements[$0] }
    let norm = elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    if known.count == truth.values.count, factor > 0, factor < 1,
      let limit = [1.0, 5, 10, 0.5, 0.1].first(where: { abs(norm / $0 - 1) < 1e-7 })
    {
      return Diagnosis(
        .clipped,
        "the gradient is scaled down to the norm \(written(limit)), by \(written(factor)): clip, if "
          + "at all, after the backward pass, when the parameters are updated")
    }
    return Diagnosis(
      .constantFactor,
      "the gradient is the right one times \(written(factor)) everywhere: divide by it, or find the "
        + "constant of the forward pass that is missing or counted twice")
  }

  /// The quotient of analytic and right gradient by least squares, the less a number weighs the
  /// larger its error bar is; and how far the error bars let it be off.
  private static func quotient(
    _ evidence: Evidence, _ truth: Prediction, _ known: [Int]
  ) -> (factor: Double, slack: Double)? {
    var (products, squares, errors) = (0.0, 0.0, 0.0)
    for index in known {
      let (value, slack) = (truth.values[index], truth.slack[index])
      let bar = slack + 1e-9 * truth.scale
      let weight = 1 / (bar * bar)
      products += weight * evidence.analytic.elements[index] * value
      squares += weight * value * value
      errors += weight * slack * abs(value)
    }
    let factor = products / squares
    return factor.isFinite ? (factor, 2 * errors / squares) : nil
  }

  private struct NamedFactor {
    var factor: Double
    var kind: Diagnosis.Kind
    var message: String
  }

  /// What a factor stands for: sizes of axes and small numbers that occur in derivatives.
  private static func names(
    of fitted: Double, slack: Double, _ evidence: Evidence
  ) -> NamedFactor? {
    func isFactor(_ candidate: Double) -> Bool {
      abs(fitted - candidate) <= 2e-5 * abs(candidate) + slack
    }
    let sizes = sizes(evidence)
    for (number, advice) in commonFactors where isFactor(number) {
      let hint = sizes.first { Double($0.size) == number || 1 / Double($0.size) == number }
      let also =
        hint.map {
          "; or it is the size of \($0.name), summed instead of averaged or the "
            + "other way round"
        } ?? ""
      return NamedFactor(
        factor: number, kind: .constantFactor,
        message: "the gradient is \(times(number)): \(advice)\(also)")
    }
    for (size, name) in sizes where size > 2 {
      let number = Double(size)
      if isFactor(number) {
        return NamedFactor(
          factor: number, kind: .sumInsteadOfMean,
          message: "the gradient is \(size) times too large, and \(size) is \(name): where the "
            + "forward pass averages, the backward pass sums; divide by \(size)")
      }
      if isFactor(1 / number) {
        return NamedFactor(
          factor: 1 / number, kind: .meanInsteadOfSum,
          message: "the gradient is \(size) times too small, and \(size) is \(name): where the "
            + "forward pass sums, the backward pass averages; do not divide by \(size)")
      }
    }
    for (size, name) in sizes where size > 1 {
      let root = Double(size).squareRoot()
      for (number, doing) in [(root, "divide"), (1 / root, "multiply")] where isFactor(number) {
        return NamedFactor(
          factor: number, kind: .constantFactor,
          message: "the gradient is \(times(number)), and that is the square root of \(size), "
            + "\(name): \(doing) by √\(size), as the forward pass does")
      }
      for number in [-Double(size), -1 / Double(size)] where isFactor(number) {
        return NamedFactor(
          factor: number, kind: .constantFactor,
          message: "the gradient is the right one times "
            + "\(number < -1 ? "-\(size)" : "-1/\(size)"), where \(size) is \(name): it has the "
            + "wrong sign, and a sum stands for a mean or the other way round")
      }
    }
    return nil
  }

  private static let commonFactors: [(number: Double, advice: String)] = [
    (2, "a term is counted twice, or a 2 from the derivative of a square is one too many"),
    (0.5, "a term is missing that counts as much, or the 2 from the derivative of a square is"),
    (-2, "a term that should be added once is subtracted, and the sign is wrong; find the -2"),
    (-0.5, "the sign is wrong, and a factor 2, as from the derivative of a square, is missing"),
  ]

  private static func times(_ number: Double) -> String {
    switch number {
    case 2: "twice as large as it should be"
    case 0.5: "half as large as it should be"
    case 1...: "\(written(number)) times too large"
    case 0..<1: "the right one times \(written(number))"
    default: "the right one times \(written(number))"
    }
  }

  /// The sizes that a sum or a mean may run over, the likeliest first.
  private static func sizes(_ evidence: Evidence) -> [(size: Int, name: String)] {
    var result: [(size: Int, name: String)] = []
    func add(_ size: Int, _ name: String) {
      if size > 1, !result.contains(where: { $0.size == size }) { result.append((size, name)) }
    }
    let tensors =
      evidence.outputs.names.compactMap { name in
        (try? evidence.outputs[name]).map { (name, $0.shape) }
      }
      + ([evidence.name] + evidence.inputs.names).compactMap { name in
        (try? evidence.inputs[name]).map { (name, $0.shape) }
      }
    for (name, shape) in tensors {
      for (axis, size) in shape.enumerated() { add(size, "the size of axis \(axis) of `\(name)`") }
    }
    for (name, shape) in tensors {
      add(shape.reduce(1, *), "the number of elements of `\(name)`")
    }
    for (name, shape) in tensors where shape.count > 2 {
      for first in shape.indices {
        for second in shape.indices where second > first {
          add(
            shape[first] * shape[second],
            "the size of axes \(first) and \(second) of `\(name)` together")
        }
        add(
          shape.reduce(1, *) / max(1, shape[first]),
          "the size of all axes of `\(name)` but \(first) together")
      }
    }
    return result
  }
}
