import Tensors

/// Throws unless a size or count is at least 1.
/// - Throws: `TensorError` naming it.
public func requirePositive(_ count: Int, _ name: String) throws {
  guard count >= 1 else {
    throw TensorError(name, shapes: [], reason: "expected at least 1, not \(count)")
  }
}

/// Throws unless all numbers, of words for example, are from `0..<count`.
/// - Throws: `TensorError` naming the first that is not.
public func requireIndices(_ indices: Tensor<Int>, below count: Int, _ name: String) throws {
  for index in indices.elements where index < 0 || index >= count {
    throw TensorError(
      name, shapes: [indices.shape], reason: "expected numbers from 0 to \(count - 1), not \(index)"
    )
  }
}
