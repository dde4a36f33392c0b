import Foundation
import Tensors

extension WholeTensor {
  /// NaN or infinity.
  static func notFinite(_ evidence: Evidence) -> Diagnosis? {
    let elements = evidence.analytic.elements
    let places = elements.indices.filter { !elements[$0].isFinite }
    guard let first = places.first else { return nil }
    let place =
      evidence.analytic.rank == 0
      ? ""
      : """
       (the first at \(position(first, in: evidence.analytic.shape)))
      """
    let share =
      places.count == elements.count
      ? "every element" : "\(places.count) of \(counted(elements.count, "element"))"
    return Diagnosis(
      .notFinite,
      "\(share) of the gradient \(places.count == 1 ? "is" : "are") \(elements[first])\(place): "
        + "look for a division by zero, a logarithm or root of zero, or an exponential of a large "
        + "number in the backward pass")
  }

  /// Nothing but zeros.
  static func zeros(_ evidence: Evidence) -> Diagnosis? {
    let truth = evidence.truth
    let scale = truth.scale
    let isWrong = zip(truth.values, truth.slack).contains {
      $1.isFinite && abs($0) > 4 * $1 + 1e-5 * scale
    }
    guard isWrong, !evidence.analytic.elements.isEmpty,
      evidence.analytic.elements.allSatisfy({ abs($0) <= 1e-13 * scale })
    else { return nil }
    return Diagnosis(
      .zeros,
      "the gradient is zero everywhere, and should reach \(written(scale)): it is returned before "
        + "anything is added to it, or the path back to this input is cut")
  }

  /// Right to seven digits: every number is one that a `Float` can hold.
  static func singlePrecision(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight else { return nil }
    let truth = evidence.truth
    let scale = truth.scale
    var (long, worst) = (0, 0.0)
    for (index, element) in evidence.analytic.elements.enumerated() {
      guard element.isFinite, Double(Float(element)) == element else { return nil }
      // Numbers with few digits are in both precisions.
      if Double(Float(element).bitPattern & 0xFFF) != 0 { long += 1 }
      guard truth.slack[index].isFinite else { continue }
      let error = abs(element - truth.values[index])
      guard error <= 5e-6 * scale else { return nil }
      if error > 10 * truth.slack[index] { worst = max(worst, error / scale) }
    }
    guard long >= 3, worst >= 1e-9 else { return nil }
    return Diagnosis(
      .singlePrecision,
      "the gradient is right to about \(written((-log10(worst)).rounded(.down))) digits and every "
        + "number of it fits in a Float: the backward pass computes, or stores, in Float where the "
        + "forward pass uses Double")
  }

  /// The right gradient times −1.
  static func wrongSign(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight,
      evidence.isExplained(by: evidence.truth.scaled(by: -1), bits: 14)
    else { return nil }
    return Diagnosis(
      .wrongSign,
      "the gradient has the wrong sign everywhere and is right otherwise: multiply it by -1, or "
        + "look for a difference taken the wrong way round")
  }

  /// Right but for the sign: all signs are the same, or they are wrong here and there.
  static func signLost(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight else { return nil }
    let truth = evidence.truth
    let elements = evidence.analytic.elements
    let signed = Prediction(
      values: zip(truth.values, elements).map { abs($0) * ($1 < 0 ? -1 : 1) }, slack: truth.slack)
    guard evidence.isExplained(by: signed) else { return nil }
    let known = elements.indices.filter {
      truth.slack[$0].isFinite && abs(truth.values[$0]) > 1e-5 * truth.scale + 4 * truth.slack[$0]
    }
    let wrong = Set(known.filter { elements[$0] * truth.values[$0] < 0 })
    let share = "\(wrong.count) of \(counted(known.count, "element"))"
    if known.allSatisfy({ elements[$0] > 0 }) || known.allSatisfy({ elements[$0] < 0 }) {
      return Diagnosis(
        .signLost,
        "the gradient is right in absolute value but has lost its sign (\(share) should be "
          + "\(elements[known[0]] > 0 ? "negative" : "positive")): an absolute value, a square or "
          + "a square root has swallowed it")
    }
    for name in [evidence.name] + evidence.inputs.names {
      guard let input = try? evidence.inputs[name], input.shape == evidence.numeric.shape,
        known.allSatisfy({ wrong.contains($0) == (input.elements[$0] < 0) })
      else { continue }
      return Diagnosis(
        .signLost,
        "the gradient is right in absolute value but has the wrong sign where `\(name)` is negative "
          + "(\(share)): the derivative's sign, such as sign(\(name)) of |\(name)|, is missing")
    }
    return nil
  }

  /// Right up to a limit, and the limit beyond it.
  static func clipped(_ evidence: Evidence) -> Diagnosis? {
    guard evidence.shapeIsRight, !evidence.isRight else { return nil }
    let truth = evidence.truth
    let known = truth.slack.indices.filter { truth.slack[$0].isFinite }
    let elements = known.map { evidence.analytic.elements[$0] }
    guard let lowest = elements.min(), let highest = elements.max(), lowest < highest else {
      return nil
    }
    let predicted = truth.map { min(max($0, lowest), highest) }
    guard let agreement = evidence.agreement(with: predicted) else { return nil }
    let below = known.filter { truth.values[$0] < lowest - 1e-5 * truth.scale }.count
    let above = known.filter { truth.values[$0] > highest + 1e-5 * truth.scale }.count
    // A limit at zero shows wherever zeros stand for other reasons: it needs more of them.
    let least = (below > 0 && lowest == 0) || (above > 0 && highest == 0) ? 4 : 2
    guard below + above >= least, known.count - below - above >= 2, agreement.nonzero >= 2 else {
      return nil
    }
    let limits =
      below == 0
      ? "at most \(written(highest))"
      : above == 0
        ? "at least \(written(lowest))" : "between \(written(lowest)) and \(written(highest))"
    return Diagnosis(
      .clipped,
      "the gradient is clipped to \(limits): \(below + above) of \(counted(known.count, "element")) "
        + "stand\(below + above == 1 ? "s" : "") at the limit and the others are right; clip, if at "
        + "all, after the backward pass, when the parameters are updated")
  }
}
