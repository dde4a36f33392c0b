/// Mistakes that show in where the gradient is wrong, or in the shape of its error.
let placeHypotheses: [Hypothesis] = []
