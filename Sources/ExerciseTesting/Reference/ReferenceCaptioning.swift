import Exercises
import Foundation
import Tensors

// A captioner's layers and what is made with them, written out word by word. Letters as in
// `CaptionerParameters`; N samples, T words.

/// The kit's own parts, all of them right, for suites that judge what is built from them.
public func referenceCaptioningParts<Scalar: TensorScalar>(
  _ cell: RecurrentCell
) -> CaptioningParts<Scalar> {
  CaptioningParts(
    affine: { x, weight, bias in
      (
        referenceAffine(x, weight, bias),
        { upstream in referenceAffineGradients(upstream, x, weight) }
      )
    },
    embedding: { words, table in
      (
        try table.gathering(words),
        { try .scatterAdding($0, at: words, count: table.shape[0]) }
      )
    },
    recurrence: { x, initialHidden, inputWeight, hiddenWeight, bias in
      switch cell {
      case .rnn:
        let (hidden, caches) = try referenceRNNForward(
          x, initialHidden, inputWeight, hiddenWeight, bias)
        return (hidden, { try referenceRNNBackward($0, caches) })
      case .lstm:
        let (hidden, caches) = try referenceLSTMForward(
          x, initialHidden, inputWeight, hiddenWeight, bias)
        return (hidden, { try referenceLSTMBackward($0, caches) })
      }
    },
    temporalAffine: { x, weight, bias in
      let rows = try x.reshaped([-1, x.shape[2]])
      return (
        try referenceAffine(rows, weight, bias).reshaped([x.shape[0], x.shape[1], -1]),
        { upstream in
          var gradients = referenceAffineGradients(
            try upstream.reshaped([-1, upstream.shape[2]]), rows, weight)
          gradients.x = try gradients.x.reshaped(x.shape)
          return gradients
        }
      )
    },
    temporalSoftmaxLoss: { logits, targets, mask in
      referenceTemporalSoftmaxLoss(logits, targets, mask)
    },
    step: { x, state, inputWeight, hiddenWeight, bias in
      switch cell {
      case .rnn:
        return RecurrentState(
          hidden: try referenceRNNStepForward(
            x, state.hidden, inputWeight, hiddenWeight, bias
          ).hidden)
      case .lstm:
        let next = try referenceLSTMStepForward(
          x, state.hidden, state.cell ?? .zeros(like: state.hidden), inputWeight, hiddenWeight,
          bias)
        return RecurrentState(hidden: next.hidden, cell: next.cell)
      }
    })
}

/// `x·W + b`. Shapes: x `[N, D]`, weight `[D, M]`, bias `[M]`, result `[N, M]`.
func referenceAffine<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, _ weight: Tensor<Scalar>, _ bias: Tensor<Scalar>
) -> Tensor<Scalar> {
  var y = naiveProduct(x, weight)
  for n in 0..<y.shape[0] {
    for m in 0..<y.shape[1] { y[n, m] += bias[m] }
  }
  return y
}

func referenceAffineGradients<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, _ x: Tensor<Scalar>, _ weight: Tensor<Scalar>
) -> AffineGradients<Scalar> {
  let ones = Tensor<Scalar>.ones([1, upstream.shape[0]])
  let bias = Tensor(naiveProduct(ones, upstream).elements)
  return AffineGradients(
    x: naiveProduct(upstream, naiveTransposed(weight)),
    weight: naiveProduct(naiveTransposed(x), upstream), bias: bias)
}

/// The loss summed over time where the mask is true and averaged over N, and its gradient.
///
/// Shapes: logits and gradient `[N, T, V]`, targets and mask `[N, T]`.
public func referenceTemporalSoftmaxLoss<Scalar: TensorScalar>(
  _ logits: Tensor<Scalar>, _ targets: Tensor<Int>, _ mask: Tensor<Bool>
) -> (loss: Scalar, gradient: Tensor<Scalar>) {
  let (samples, words, size) = (logits.shape[0], logits.shape[1], logits.shape[2])
  var loss: Double = 0
  var gradient = Tensor<Scalar>.zeros(logits.shape)
  for n in 0..<samples {
    for t in 0..<words where mask[n, t] {
      let scores = (0..<size).map { Double(logits[n, t, $0]) }
      let logProbabilities = referenceLogSoftmax(scores)
      loss -= logProbabilities[targets[n, t]] / Double(samples)
      for v in 0..<size {
        let expected: Double = v == targets[n, t] ? 1 : 0
        gradient[n, t, v] = Scalar((exp(logProbabilities[v]) - expected) / Double(samples))
      }
    }
  }
  return (Scalar(loss), gradient)
}

/// `log softmax` of scores.
public func referenceLogSoftmax(_ scores: [Double]) -> [Double] {
  let largest = scores.max() ?? 0
  let logSum = largest + log(scores.map { exp($0 - largest) }.reduce(0, +))
  return scores.map { $0 - logSum }
}

/// Backpropagation through time with the reference step: the gradients of an RNN's hidden states.
///
/// Shapes: upstream `[N, T, H]`.
public func referenceRNNBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, _ caches: [RNNStepCache<Scalar>]
) throws -> RecurrenceGradients<Scalar> {
  var fromNext = Tensor<Scalar>.zeros([upstream.shape[0], upstream.shape[2]])
  var total = GradientSum<Scalar>()
  for (t, cache) in caches.enumerated().reversed() {
    let step = try referenceRNNStepBackward(upstream[.all, t] + fromNext, cache)
    fromNext = step.previousHidden
    try total.add(
      step.x, inputWeight: step.inputWeight, hiddenWeight: step.hiddenWeight, bias: step.bias)
  }
  return try total.gradients(initialHidden: fromNext)
}

/// Backpropagation through time with the reference step: the gradients of an LSTM's hidden states.
///
/// Shapes: upstream `[N, T, H]`.
public func referenceLSTMBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, _ caches: [LSTMStepCache<Scalar>]
) throws -> RecurrenceGradients<Scalar> {
  var hiddenFromNext = Tensor<Scalar>.zeros([upstream.shape[0], upstream.shape[2]])
  var cellFromNext = hiddenFromNext
  var total = GradientSum<Scalar>()
  for (t, cache) in caches.enumerated().reversed() {
    let step = try referenceLSTMStepBackward(
      upstream[.all, t] + hiddenFromNext, cellFromNext, cache)
    (hiddenFromNext, cellFromNext) = (step.previousHidden, step.previousCell)
    try total.add(
      step.x, inputWeight: step.inputWeight, hiddenWeight: step.hiddenWeight, bias: step.bias)
  }
  return try total.gradients(initialHidden: hiddenFromNext)
}

/// The gradients of steps, taken in from the last step to the first.
private struct GradientSum<Scalar: TensorScalar> {
  private var inputs: [Tensor<Scalar>] = []
  private var weights: [Tensor<Scalar>] = []

  mutating func add(
    _ x: Tensor<Scalar>, inputWeight: Tensor<Scalar>, hiddenWeight: Tensor<Scalar>,
    bias: Tensor<Scalar>
  ) throws {
    inputs.insert(x, at: 0)
    let step = [inputWeight, hiddenWeight, bias]
    weights = weights.isEmpty ? step : try zip(weights, step).map { try $0 + $1 }
  }

  func gradients(initialHidden: Tensor<Scalar>) throws -> RecurrenceGradients<Scalar> {
    RecurrenceGradients(
      x: try .stacking(inputs, axis: 1), initialHidden: initialHidden,
      inputWeight: weights[0], hiddenWeight: weights[1], bias: weights[2])
  }
}
