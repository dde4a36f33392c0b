import Tensors

/// Mistakes that show in where the gradient is wrong, or in the shape of its error.
let placeHypotheses: [Hypothesis] =
  activationHypotheses + errorShapeHypotheses + partHypotheses

/// The numbers of a wrong gradient beside the right ones, flattened, and which of them are wrong.
struct SideBySide {
  let shape: [Int]
  let analytic: [Double]
  let numeric: [Double]
  /// How far the numbers of `numeric` may be off.
  let errorBars: [Double]
  let comparable: [Bool]
  /// The comparable elements that differ.
  let wrong: [Bool]
  /// Those that are not zero on both sides: a zero beside a zero says nothing about the place.
  let telling: [Bool]
  /// The largest number that should have been returned.
  let scale: Double
  /// What was returned less what should have been.
  let error: [Double]
  /// How far apart in row-major order the neighbours along each axis are.
  private let strides: [Int]

  /// Nil where there is nothing to explain: another shape, or nothing wrong.
  init?(_ evidence: Evidence) {
    guard evidence.analytic.shape == evidence.numeric.shape else { return nil }
    let (analytic, numeric) = (evidence.analytic.elements, evidence.numeric.elements)
    let (errorBars, comparable) = (evidence.errorBars.elements, evidence.comparable.elements)
    let scale = zip(numeric, comparable).reduce(0.0) { $1.1 ? max($0, abs($1.0)) : $0 }
    let allowed = zip(numeric, errorBars).map { 4 * $1 + 1e-6 * abs($0) + 1e-8 * scale }
    let wrong = analytic.indices.map {
      comparable[$0] && !(abs(analytic[$0] - numeric[$0]) <= allowed[$0])
    }
    guard wrong.contains(true) else { return nil }
    let shape = evidence.numeric.shape
    self.shape = shape
    strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    error = zip(analytic, numeric).map { $0 - $1 }
    (self.analytic, self.numeric, self.scale) = (analytic, numeric, scale)
    (self.errorBars, self.comparable, self.wrong) = (errorBars, comparable, wrong)
    telling = analytic.indices.map {
      comparable[$0] && (wrong[$0] || abs(numeric[$0]) > allowed[$0])
    }
  }

  var count: Int { numeric.count }
  var isFinite: Bool { zip(analytic, comparable).allSatisfy { !$1 || $0.isFinite } }

  /// The index of an element along an axis.
  func index(_ element: Int, along axis: Int) -> Int {
    element / strides[axis] % shape[axis]
  }

  func stride(_ axis: Int) -> Int { strides[axis] }

  /// Whether what was returned agrees with a prediction in every comparable element, at least
  /// `least` of which would be right otherwise.
  ///
  /// - Parameters:
  ///   - slack: How far the prediction may be off.
  ///   - part: Where it holds; everywhere where it is nil.
  func agrees(
    with prediction: [Double], slack: Double = 0, least: Int = 4, in part: ((Int) -> Bool)? = nil
  ) -> Bool {
    guard prediction.count == count else { return false }
    let largest = prediction.reduce(scale) { $1.isFinite ? max($0, abs($1)) : $0 }
    guard slack <= 1e-2 * largest else { return false }
    var told = 0
    for element in 0..<count where comparable[element] && part?(element) ?? true {
      let allowed =
        4 * errorBars[element] + 1e-5 * abs(prediction[element]) + 1e-7 * largest + slack
      guard abs(analytic[element] - prediction[element]) <= allowed else { return false }
      if abs(prediction[element] - numeric[element]) > allowed { told += 1 }
    }
    return told >= least
  }

  /// Whether the gradient is right outside a part and wrong in (nearly) all of it, and would hardly
  /// be so if the wrong elements lay at random.
  ///
  /// - Parameters:
  ///   - parts: How many parts are tried: one of many fits by chance more easily.
  ///   - chance: The probability of an accident that is put up with.
  ///   - zeros: Whether a zero beside a zero counts as right.
  func isWrongExactly(
    among parts: Int = 1, chance: Double = 0.005, countingZeros zeros: Bool = false,
    in part: (Int) -> Bool
  ) -> Bool {
    var (all, inside, wrongInside) = (0, 0, 0)
    var largestRight = 0.0
    for element in 0..<count where zeros ? comparable[element] : telling[element] {
      all += 1
      let isInside = part(element)
      if isInside { inside += 1 }
      guard wrong[element] else {
        largestRight = max(largestRight, abs(numeric[element]))
        continue
      }
      guard isInside else { return false }
      wrongInside += 1
    }
    guard wrongInside > 0, inside < all, 10 * wrongInside >= 9 * inside else { return false }
    // A mistake may not show where all numbers are tiny.
    guard largestRight >= 0.01 * scale else { return false }
    // The wrong elements at random places all fall into the part with this probability.
    var probability = Double(parts)
    for drawn in 0..<wrongInside { probability *= Double(inside - drawn) / Double(all - drawn) }
    return probability <= chance
  }
}

/// What a mistake would give.
struct LinearPrediction {
  var values: [Double]
  /// How far the Jacobian's own error may put them off.
  var slack: Double
}

/// Gives the gradient for other upstream gradients, by the Jacobian.
struct Predictor {
  private let evidence: Evidence
  /// How far a prediction may be off for an upstream gradient of length one.
  private let slack: Double

  /// Nil without a Jacobian.
  init?(_ evidence: Evidence) {
    let upstream = evidence.flatUpstream
    guard let jacobian = evidence.jacobian,
      let actual = evidence.gradient(upstream: upstream)?.elements
    else { return nil }
    var largest = 0.0
    jacobian.withUnsafeElements { for element in $0 { largest = max(largest, abs(element)) } }
    // Central differences are right to about ten digits, or to fewer, as the actual ones show.
    let (numeric, comparable) = (evidence.numeric.elements, evidence.comparable.elements)
    let off = numeric.indices.reduce(0.0) {
      comparable[$1] ? max($0, abs(actual[$1] - numeric[$1])) : $0
    }
    slack = 2e-10 * largest + 3 * off / max(norm(upstream), .leastNormalMagnitude)
    self.evidence = evidence
  }

  /// The gradient for an upstream gradient of all outputs, `[O]`; nil where that is not finite.
  func prediction(upstream: [Double]) -> LinearPrediction? {
    guard upstream.allSatisfy(\.isFinite),
      let values = evidence.gradient(upstream: upstream)?.elements
    else { return nil }
    return LinearPrediction(values: values, slack: slack * norm(upstream))
  }
}

private func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

extension Evidence {
  /// The upstream gradients of all outputs, one after the other.
  var flatUpstream: [Double] {
    outputs.names.flatMap { (try? upstream[$0].elements) ?? [] }
  }
}

/// "first", "second" and so on.
func ordinal(_ index: Int) -> String {
  let words = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
  return index < words.count ? words[index] : "number \(index + 1)"
}
