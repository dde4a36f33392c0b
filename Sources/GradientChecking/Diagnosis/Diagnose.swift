/// Explains the evidence by one kind of mistake, or does not: nil. It must be certain, for a wrong
/// explanation is worse than none: what it predicts agrees with every comparable number, within what
/// rounding and the error bars allow, and could hardly do so by chance.
typealias Hypothesis = @Sendable (Evidence) -> Diagnosis?

/// The mistakes that explain a wrong gradient, the best explanation first; empty where none does.
public func diagnose(_ evidence: Evidence) -> [Diagnosis] {
  hypotheses.compactMap { $0(evidence) }
}

/// In the order in which they are believed: an explanation without a free number before one that
/// fits a number, one of the whole tensor before one of the place where it is wrong.
/// What is carried back through time comes first, for it explains more than the same numbers called
/// the last of several contributions; so does a penalty. That some activation is missing, or that the
/// gradient through one of several outputs is wrong somehow, says least and comes last.
private let hypotheses: [Hypothesis] =
  [notCarriedBack, recurrenceMistake, penalty] + wholeTensorHypotheses + placeHypotheses
  + [WholeTensor.plainProduct, WholeTensor.wrongThroughAnOutput]
