/// Mistakes that predict every number of the gradient.
let wholeTensorHypotheses: [Hypothesis] = []
