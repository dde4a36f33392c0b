import GradientChecking

/// A map of `shape` where the right derivative is 1 everywhere, and the backward pass's is off by
/// `error` of the position; 0 is right.
func errorMap(
  _ shape: [Int], verdict: (([Int]) -> ErrorMap.ElementVerdict)? = nil,
  error: ([Int]) -> Double
) -> ErrorMap {
  let places = (0..<shape.reduce(1, *)).map { position($0, in: shape) }
  let errors = places.map(error)
  return ErrorMap(
    shape: shape, analytic: errors.map { 1 + $0 }, numeric: errors.map { _ in 1 },
    verdicts: zip(places, errors).map { verdict?($0) ?? ($1 == 0 ? .right : .wrong) })
}

/// An input's report with that map, as a check would make it.
func inputReport(
  _ name: String, _ map: ErrorMap, diagnosis: Diagnosis? = nil
) -> InputReport {
  func count(_ verdict: ErrorMap.ElementVerdict) -> Int {
    map.verdicts.filter { $0 == verdict }.count
  }
  let isWrong = count(.wrong) > 0
  var report = InputReport(
    name: name, shape: map.shape,
    verdict: isWrong ? .wrong : count(.undecided) > 0 ? .cannotTell : .right)
  (report.compared, report.wrong) = (map.verdicts.count, count(.wrong))
  (report.kinks, report.undecided) = (count(.kink), count(.undecided))
  let errors = zip(map.analytic, map.numeric).map { abs($0 - $1) }
  if let worst = errors.indices.max(by: { errors[$0] < errors[$1] }) {
    report.worst = InputReport.Comparison(
      position: position(worst, in: map.shape), analytic: map.analytic[worst],
      numeric: map.numeric[worst], errorBar: 1e-10)
  }
  report.diagnosis = diagnosis
  report.map = map
  return report
}

/// A report with one right and one wrong gradient, the latter in a block of columns, and a fault.
func gateReport(function: String = "gates", input: String = "weight") -> GradientReport {
  let weight = errorMap([2, 6]) { (2..<4).contains($0[1]) ? ($0 == [1, 3] ? -2 : -1.9) : 0 }
  var report = GradientReport(
    function: function, scalar: "Double", mode: .elements, seed: 231,
    gradients: [
      inputReport("x", errorMap([3]) { _ in 0 }),
      inputReport(
        input, weight, diagnosis: Diagnosis(.onePartWrong, "only the second of 3 blocks is wrong")),
    ],
    faults: [Fault(.inputMutated, "the layer changes its input “x”; work on a copy of it")])
  (report.forwardCalls, report.backwardCalls, report.seconds) = (31, 1, 0.0123)
  return report
}
