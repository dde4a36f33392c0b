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
    shape = evidence.numeric.shape
    (self.analytic, self.numeric, self.scale) = (analytic, numeric, scale)
    (self.errorBars, self.comparable, self.wrong) = (errorBars, comparable, wrong)
    telling = analytic.indices.map {
      comparable[$0] && (wrong[$0] || abs(numeric[$0]) > allowed[$0])
    }
  }

  var count: Int { numeric.count }
  var error: [Double] { zip(analytic, numeric).map { $0 - $1 } }
  var isFinite: Bool { zip(analytic, comparable).allSatisfy { !$1 || $0.isFinite } }

  /// The index of an element along an axis.
  func index(_ element: Int, along axis: Int) -> Int {
    element / stride(axis) % shape[axis]
  }

  func stride(_ axis: Int) -> Int { shape[(axis + 1)...].reduce(1, *) }

  /// Whether what was returned agrees with a prediction in every comparable element, of which at
  /// least `least` are not zero.
  func agrees(with prediction: [Double], least: Int = 4) -> Bool {
    guard prediction.count == count else { return false }
    let largest = prediction.reduce(scale) { $1.isFinite ? max($0, abs($1)) : $0 }
    var told = 0
    for element in 0..<count where comparable[element] {
      let allowed = 4 * errorBars[element] + 1e-5 * abs(prediction[element]) + 1e-7 * largest
      guard abs(analytic[element] - prediction[element]) <= allowed else { return false }
      if telling[element] { told += 1 }
    }
    return told >= least
  }

  /// Whether the gradient is right outside a part and wrong in (nearly) all of it, and would hardly
  /// be so if the wrong elements lay at random.
  ///
  /// - Parameters:
  ///   - parts: How many parts are tried: one of many fits by chance more easily.
  ///   - chance: The probability of an accident that is put up with.
  func isWrongExactly(among parts: Int = 1, chance: Double = 0.01, in part: (Int) -> Bool) -> Bool {
    var (all, inside, wrongInside) = (0, 0, 0)
    for element in 0..<count where telling[element] {
      all += 1
      let isInside = part(element)
      if isInside { inside += 1 }
      guard wrong[element] else { continue }
      guard isInside else { return false }
      wrongInside += 1
    }
    guard wrongInside > 0, inside < all, 10 * wrongInside >= 9 * inside else { return false }
    // The wrong elements at random places all fall into the part with this probability.
    var probability = Double(parts)
    for drawn in 0..<wrongInside { probability *= Double(inside - drawn) / Double(all - drawn) }
    return probability <= chance
  }
}

/// "first", "second" and so on.
func ordinal(_ index: Int) -> String {
  let words = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
  return index < words.count ? words[index] : "number \(index + 1)"
}
