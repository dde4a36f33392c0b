import Exercises
import Foundation
import Tensors

// Recurrent steps and sequences written out number by number: slow, and nothing of the exercises or
// of the fast kernels in them. Letters: N samples, T time steps, D input size, H hidden size, G = H
// for an RNN and 4H for an LSTM.

/// One step of a recurrent network: `h = tanh(x·Wx + h₋·Wh + b)`.
///
/// Shapes: x `[N, D]`, previousHidden and result `[N, H]`, inputWeight `[D, H]`,
/// hiddenWeight `[H, H]`, bias `[H]`.
public func referenceRNNStepForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, _ previousHidden: Tensor<Scalar>, _ inputWeight: Tensor<Scalar>,
  _ hiddenWeight: Tensor<Scalar>, _ bias: Tensor<Scalar>
) throws -> (hidden: Tensor<Scalar>, cache: RNNStepCache<Scalar>) {
  let hidden = preactivation(x, previousHidden, inputWeight, hiddenWeight, bias)
    .map { Scalar(tanh(Double($0))) }
  return (
    hidden,
    RNNStepCache(
      x: x, previousHidden: previousHidden, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
      hidden: hidden)
  )
}

/// The gradients of a step with the upstream gradient `[N, H]`.
public func referenceRNNStepBackward<Scalar: TensorScalar>(
  _ upstream: Tensor<Scalar>, _ cache: RNNStepCache<Scalar>
) throws -> RNNStepGradients<Scalar> {
  var da = upstream
  for (n, h) in places(da) {
    da[n, h] *= 1 - cache.hidden[n, h] * cache.hidden[n, h]
  }
  return RNNStepGradients(
    x: naiveProduct(da, naiveTransposed(cache.inputWeight)),
    previousHidden: naiveProduct(da, naiveTransposed(cache.hiddenWeight)),
    inputWeight: naiveProduct(naiveTransposed(cache.x), da),
    hiddenWeight: naiveProduct(naiveTransposed(cache.previousHidden), da), bias: columnSums(da))
}

/// A recurrent network over x `[N, T, D]`: its hidden states `[N, T, H]` and the caches of its steps.
public func referenceRNNForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, _ initialHidden: Tensor<Scalar>, _ inputWeight: Tensor<Scalar>,
  _ hiddenWeight: Tensor<Scalar>, _ bias: Tensor<Scalar>
) throws -> (hidden: Tensor<Scalar>, caches: [RNNStepCache<Scalar>]) {
  var caches: [RNNStepCache<Scalar>] = []
  var state = initialHidden
  for t in 0..<x.shape[1] {
    let next = try referenceRNNStepForward(
      timeStep(x, t), state, inputWeight, hiddenWeight, bias)
    state = next.hidden
    caches.append(next.cache)
  }
  return (sequence(caches.map(\.hidden)), caches)
}

/// One step of a long short-term memory, gates in the order i, f, o, g: `c = f∘c₋ + i∘g`,
/// `h = o∘tanh(c)`.
///
/// Shapes: as `referenceRNNStepForward`, inputWeight `[D, 4H]`, hiddenWeight `[H, 4H]`, bias `[4H]`.
public func referenceLSTMStepForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, _ previousHidden: Tensor<Scalar>, _ previousCell: Tensor<Scalar>,
  _ inputWeight: Tensor<Scalar>, _ hiddenWeight: Tensor<Scalar>, _ bias: Tensor<Scalar>
) throws -> (hidden: Tensor<Scalar>, cell: Tensor<Scalar>, cache: LSTMStepCache<Scalar>) {
  let a = preactivation(x, previousHidden, inputWeight, hiddenWeight, bias)
  let size = previousHidden.shape[1]
  func block(_ number: Int, _ function: (Double) -> Double) -> Tensor<Scalar> {
    var result = previousHidden
    for (n, h) in places(result) {
      result[n, h] = Scalar(function(Double(a[n, number * size + h])))
    }
    return result
  }
  func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  let (i, f) = (block(0, sigmoid), block(1, sigmoid))
  let (o, g) = (block(2, sigmoid), block(3, tanh))
  var (cell, hidden) = (previousCell, previousHidden)
  for (n, h) in places(cell) {
    cell[n, h] = f[n, h] * previousCell[n, h] + i[n, h] * g[n, h]
    hidden[n, h] = o[n, h] * Scalar(tanh(Double(cell[n, h])))
  }
  let cache = LSTMStepCache(
    x: x, previousHidden: previousHidden, previousCell: previousCell, inputWeight: inputWeight,
    hiddenWeight: hiddenWeight, inputGate: i, forgetGate: f, outputGate: o, candidate: g,
    cell: cell)
  return (hidden, cell, cache)
}

/// The gradients of a step with the upstream gradients of h and c, `[N, H]` each.
public func referenceLSTMStepBackward<Scalar: TensorScalar>(
  _ hiddenUpstream: Tensor<Scalar>, _ cellUpstream: Tensor<Scalar>, _ cache: LSTMStepCache<Scalar>
) throws -> LSTMStepGradients<Scalar> {
  let size = cache.cell.shape[1]
  var da = Tensor<Scalar>.zeros([cache.cell.shape[0], 4 * size])
  var previousCell = cache.cell
  for (n, h) in places(cache.cell) {
    let (i, f) = (cache.inputGate[n, h], cache.forgetGate[n, h])
    let (o, g) = (cache.outputGate[n, h], cache.candidate[n, h])
    let tanhCell = Scalar(tanh(Double(cache.cell[n, h])))
    let dh = hiddenUpstream[n, h]
    let dc = cellUpstream[n, h] + dh * o * (1 - tanhCell * tanhCell)
    da[n, h] = dc * g * i * (1 - i)
    da[n, size + h] = dc * cache.previousCell[n, h] * f * (1 - f)
    da[n, 2 * size + h] = dh * tanhCell * o * (1 - o)
    da[n, 3 * size + h] = dc * i * (1 - g * g)
    previousCell[n, h] = dc * f
  }
  return LSTMStepGradients(
    x: naiveProduct(da, naiveTransposed(cache.inputWeight)),
    previousHidden: naiveProduct(da, naiveTransposed(cache.hiddenWeight)),
    previousCell: previousCell, inputWeight: naiveProduct(naiveTransposed(cache.x), da),
    hiddenWeight: naiveProduct(naiveTransposed(cache.previousHidden), da), bias: columnSums(da))
}

/// A long short-term memory over x `[N, T, D]` from the cell state 0 on: its hidden states
/// `[N, T, H]` and the caches of its steps.
public func referenceLSTMForward<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, _ initialHidden: Tensor<Scalar>, _ inputWeight: Tensor<Scalar>,
  _ hiddenWeight: Tensor<Scalar>, _ bias: Tensor<Scalar>
) throws -> (hidden: Tensor<Scalar>, caches: [LSTMStepCache<Scalar>]) {
  var caches: [LSTMStepCache<Scalar>] = []
  var states: [Tensor<Scalar>] = []
  var (hidden, cell) = (initialHidden, Tensor.zeros(like: initialHidden))
  for t in 0..<x.shape[1] {
    let next = try referenceLSTMStepForward(
      timeStep(x, t), hidden, cell, inputWeight, hiddenWeight, bias)
    (hidden, cell) = (next.hidden, next.cell)
    states.append(hidden)
    caches.append(next.cache)
  }
  return (sequence(states), caches)
}

// MARK: - Number by number

private func preactivation<Scalar: TensorScalar>(
  _ x: Tensor<Scalar>, _ hidden: Tensor<Scalar>, _ inputWeight: Tensor<Scalar>,
  _ hiddenWeight: Tensor<Scalar>, _ bias: Tensor<Scalar>
) -> Tensor<Scalar> {
  var a = naiveProduct(x, inputWeight)
  let fromHidden = naiveProduct(hidden, hiddenWeight)
  for (n, g) in places(a) { a[n, g] += fromHidden[n, g] + bias[g] }
  return a
}

/// All pairs of indices of a matrix.
private func places<Scalar>(_ matrix: Tensor<Scalar>) -> [(Int, Int)] {
  (0..<matrix.shape[0]).flatMap { row in (0..<matrix.shape[1]).map { (row, $0) } }
}

/// x[:, t] of x `[N, T, D]`.
private func timeStep<Scalar: TensorScalar>(_ x: Tensor<Scalar>, _ t: Int) -> Tensor<Scalar> {
  var step = Tensor<Scalar>.zeros([x.shape[0], x.shape[2]])
  for (n, d) in places(step) { step[n, d] = x[n, t, d] }
  return step
}

/// T matrices `[N, H]` as one tensor `[N, T, H]`.
private func sequence<Scalar: TensorScalar>(_ steps: [Tensor<Scalar>]) -> Tensor<Scalar> {
  guard let first = steps.first else { return .zeros([0, 0, 0]) }
  var result = Tensor<Scalar>.zeros([first.shape[0], steps.count, first.shape[1]])
  for (t, step) in steps.enumerated() {
    for (n, h) in places(step) { result[n, t, h] = step[n, h] }
  }
  return result
}

private func columnSums<Scalar: TensorScalar>(_ matrix: Tensor<Scalar>) -> Tensor<Scalar> {
  var sums = Tensor<Scalar>.zeros([matrix.shape[1]])
  for (row, column) in places(matrix) { sums[column] += matrix[row, column] }
  return sums
}

func naiveTransposed<Scalar: TensorScalar>(_ matrix: Tensor<Scalar>) -> Tensor<Scalar> {
  var result = Tensor<Scalar>.zeros([matrix.shape[1], matrix.shape[0]])
  for (row, column) in places(matrix) { result[column, row] = matrix[row, column] }
  return result
}

/// The product of two matrices by its definition.
func naiveProduct<Scalar: TensorScalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar>
{
  var result = Tensor<Scalar>.zeros([a.shape[0], b.shape[1]])
  let (left, right, depth, width) = (a.elements, b.elements, a.shape[1], b.shape[1])
  for (row, column) in places(result) {
    var sum: Scalar = 0
    for k in 0..<depth { sum += left[row * depth + k] * right[k * width + column] }
    result[row, column] = sum
  }
  return result
}
