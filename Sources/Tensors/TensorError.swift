/// What can be asked of tensors and cannot be done: the operation, the shapes it was given and why
/// they do not fit.
public struct TensorError: Error, Equatable, CustomStringConvertible {
  /// The operation, as the caller wrote it: `matrixMultiplied(by:)`, `+`.
  public let operation: String
  /// The shapes of the operands, in order.
  public let shapes: [[Int]]
  /// What was expected of them.
  public let reason: String

  public init(_ operation: String, shapes: [[Int]], reason: String) {
    self.operation = operation
    self.shapes = shapes
    self.reason = reason
  }

  public var description: String {
    if shapes.isEmpty { return "\(operation): \(reason)" }
    let operands = shapes.map { "\($0)" }.joined(separator: " and ")
    return "\(operation): \(reason); got shape\(shapes.count == 1 ? "" : "s") \(operands)"
  }
}

extension Tensor {
  /// Throws unless this tensor has the `expected` shape: the guard at the head of a layer.
  ///
  /// - Parameters:
  ///   - expected: One entry per axis; `nil` where any size will do.
  ///   - name: What the tensor is called where it is used, for the message: `"weight"`.
  public func requireShape(_ expected: [Int?], _ name: String) throws {
    let fits =
      shape.count == expected.count
      && Swift.zip(shape, expected).allSatisfy { $1 == nil || $0 == $1 }
    guard fits else {
      let wanted = expected.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
      throw TensorError(name, shapes: [shape], reason: "expected shape [\(wanted)]")
    }
  }
}
