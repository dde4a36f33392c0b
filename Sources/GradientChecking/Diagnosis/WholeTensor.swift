/// Mistakes that predict every number of the gradient: those without a free number first, then
/// those that need the Jacobian, those that fit a number, and last the one that says least.
let wholeTensorHypotheses: [Hypothesis] = [
  WholeTensor.notFinite, WholeTensor.zeros, WholeTensor.singlePrecision, WholeTensor.wrongSign,
  WholeTensor.factor, WholeTensor.signLost, WholeTensor.clipped,
]

/// The hypotheses about the gradient as a whole, one function for each.
enum WholeTensor {}
