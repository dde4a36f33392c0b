import Foundation
import Tensors

/// The gradient that a mistake would give, in row-major order.
struct Prediction {
  var values: [Double]
  /// How far each value may be off; infinite where it is not known.
  var slack: [Double]

  /// The largest absolute value of those that are known.
  var scale: Double {
    zip(values, slack).reduce(0) { $1.1.isFinite ? max($0, abs($1.0)) : $0 }
  }

  func map(_ function: (Double) -> Double) -> Prediction {
    Prediction(values: values.map(function), slack: slack)
  }

  func scaled(by factor: Double) -> Prediction {
    Prediction(values: values.map { $0 * factor }, slack: slack.map { $0 * max(1, abs(factor)) })
  }

  /// Elements taken from other places. Where there is no source, zero, or anything at all.
  func taken(from sources: [Int?], otherwiseZero: Bool = false) -> Prediction {
    Prediction(
      values: sources.map { $0.map { values[$0] } ?? 0 },
      slack: sources.map { $0.map { slack[$0] } ?? (otherwiseZero ? 0 : .infinity) })
  }

  /// The same with other values, which may be off in proportion.
  func with(_ values: [Double]) -> Prediction { Prediction(values: values, slack: slack) }
}

extension Evidence {
  /// What the gradient should have been, as far as that is known.
  var truth: Prediction {
    Prediction(
      values: numeric.elements,
      slack: zip(comparable.elements, zip(numeric.elements, errorBars.elements)).map {
        $0 && $1.0.isFinite && $1.1.isFinite ? $1.1 : .infinity
      })
  }

  var shapeIsRight: Bool { analytic.shape == numeric.shape }

  /// Whether a prediction agrees with every number of the gradient that it knows, and with so many
  /// that the right gradient does not have that it cannot be chance.
  ///
  /// - Parameter bits: How improbable chance must be: `2⁻ᵇⁱᵗˢ` for one prediction. Two numbers in
  ///   `Double` give 32, and of a number that occurs again, or of zero, none gives more than 4.
  func isExplained(by prediction: Prediction, bits: Double = 28) -> Bool {
    guard let agreement = agreement(with: prediction) else { return false }
    return agreement.bits >= bits
  }

  /// How many bits of surprise a prediction explains, and how many numbers besides zero; nil where
  /// it contradicts any number.
  func agreement(with prediction: Prediction) -> (bits: Double, nonzero: Int)? {
    guard prediction.values.count == analytic.count else { return nil }
    let floor = 1e-7 * prediction.scale
    func tolerance(_ index: Int) -> Double {
      floor + 1e-5 * abs(prediction.values[index]) + 2 * prediction.slack[index]
    }
    for index in 0..<analytic.count where prediction.slack[index].isFinite {
      guard abs(analytic.elements[index] - prediction.values[index]) <= tolerance(index) else {
        return nil
      }
    }
    let truth = shapeIsRight ? self.truth : nil
    var bits = 0.0
    var nonzero = 0
    var telling: [(size: Double, tolerance: Double)] = []
    for index in 0..<analytic.count where prediction.slack[index].isFinite {
      let (value, allowed) = (prediction.values[index], tolerance(index))
      if abs(value) > 8 * allowed { nonzero += 1 }
      if let truth {
        guard truth.slack[index].isFinite else { continue }
        let difference = abs(value - truth.values[index])
        guard difference > 4 * (allowed + truth.slack[index]) else { continue }
      }
      telling.append((abs(value), allowed))
    }
    telling.sort { $0.size < $1.size }
    var previous = -Double.infinity
    for (size, allowed) in telling {
      let isNew = size > 8 * allowed && size - previous > 4 * allowed
      bits += isNew ? min(16, log2(size / allowed)) : 4
      previous = size
    }
    return nonzero == 0 ? nil : (bits, nonzero)
  }

  /// Whether the gradient is right to the accuracy of explanations, which then have nothing to say.
  var isRight: Bool {
    guard shapeIsRight else { return false }
    let truth = self.truth
    let floor = 1e-7 * truth.scale
    return analytic.elements.indices.allSatisfy {
      let difference = abs(analytic.elements[$0] - truth.values[$0])
      return difference <= floor + 1e-5 * abs(truth.values[$0]) + 2 * truth.slack[$0]
    }
  }
}

/// A number as a person would write it: `4`, `0.25`, `0.7071`.
func written(_ number: Double) -> String {
  if number == number.rounded(), abs(number) < 1e6 { return "\(Int(number))" }
  return String(format: "%.4g", number)
}

/// `1 element`, `4 elements`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
