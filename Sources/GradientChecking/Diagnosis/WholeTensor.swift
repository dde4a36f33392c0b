/// Mistakes that predict every number of the gradient: those without a free number first, then
/// those that need the Jacobian, those that fit a number, and last the one that says least.
let wholeTensorHypotheses: [Hypothesis] = [
  WholeTensor.notFinite, WholeTensor.zeros, WholeTensor.singlePrecision, WholeTensor.wrongSign,
  WholeTensor.otherInputsGradient, WholeTensor.blocksSwapped, WholeTensor.transposed,
  WholeTensor.reversed, WholeTensor.offByOne, WholeTensor.sumMissing, WholeTensor.sumOverWrongAxis,
  WholeTensor.upstreamForgotten, WholeTensor.upstreamUsedTwice, WholeTensor.factor,
  WholeTensor.onlyOneIndexCounts, WholeTensor.assignedInsteadOfAdded, WholeTensor.oneUseCounts,
  WholeTensor.pathMissing, WholeTensor.directPath, WholeTensor.bordersMissing,
  WholeTensor.upstreamRearranged,
  WholeTensor.factorNotTransposed, WholeTensor.inputAsItCame,
  WholeTensor.signLost,
  WholeTensor.clipped,
  WholeTensor.staleCache, WholeTensor.wrongShape,
]

/// The hypotheses about the gradient as a whole, one function for each.
enum WholeTensor {}
