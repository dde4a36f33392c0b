import Tensors

/// How large the elements of an input are: a step is taken in proportion to it.
struct Scale {
  /// The root mean square of the input's elements, between a hundredth and 1; 1 where all are 0.
  private let typical: Double

  init<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) {
    let square = tensor.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    let rms = (square / Double(max(tensor.count, 1))).squareRoot()
    typical = rms > 0 ? min(max(rms, 0.01), 1) : 1
  }

  /// The scale of one element: its size where that is more than is typical.
  func of(_ element: Double) -> Double { max(abs(element), typical) }

  /// The scale of a move of all elements.
  var ofAll: Double { typical }
}
