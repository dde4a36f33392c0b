import Kernels

extension Tensor where Element: TensorScalar {
  // Tensor with tensor: shapes broadcast by NumPy's rule, and throw `TensorError` where they do not.

  public static func .== (a: Tensor, b: Tensor) throws -> Tensor<Bool> {
    try compare(.equal, a, b, ".==")
  }
  public static func .!= (a: Tensor, b: Tensor) throws -> Tensor<Bool> {
    try compare(.notEqual, a, b, ".!=")
  }
  public static func .< (a: Tensor, b: Tensor) throws -> Tensor<Bool> {
    try compare(.less, a, b, ".<")
  }
  public static func .<= (a: Tensor, b: Tensor) throws -> Tensor<Bool> {
    try compare(.lessOrEqual, a, b, ".<=")
  }
  public static func .> (a: Tensor, b: Tensor) throws -> Tensor<Bool> {
    try compare(.greater, a, b, ".>")
  }
  public static func .>= (a: Tensor, b: Tensor) throws -> Tensor<Bool> {
    try compare(.greaterOrEqual, a, b, ".>=")
  }

  // Tensor with scalar: cannot fail.

  public static func .== (a: Tensor, b: Element) -> Tensor<Bool> { compare(.equal, a, b) }
  public static func .!= (a: Tensor, b: Element) -> Tensor<Bool> { compare(.notEqual, a, b) }
  public static func .< (a: Tensor, b: Element) -> Tensor<Bool> { compare(.less, a, b) }
  public static func .<= (a: Tensor, b: Element) -> Tensor<Bool> { compare(.lessOrEqual, a, b) }
  public static func .> (a: Tensor, b: Element) -> Tensor<Bool> { compare(.greater, a, b) }
  public static func .>= (a: Tensor, b: Element) -> Tensor<Bool> { compare(.greaterOrEqual, a, b) }

  private static func compare(
    _ comparison: Comparison, _ a: Tensor, _ b: Element
  ) -> Tensor<Bool> {
    Tensor<Bool>(unsafeUninitializedShape: a.shape) { out in
      withUnsafePointer(to: b) { b in
        a.elements.withUnsafeBufferPointer { a in
          guard let base = a.baseAddress else { return }
          Kernels.compare(
            comparison, base, stride: 1, b, stride: 0, into: out, count: a.count)
        }
      }
    }
  }

  private static func compare(
    _ comparison: Comparison, _ a: Tensor, _ b: Tensor, _ name: String
  ) throws -> Tensor<Bool> {
    try combineElements(a, b, name) { a, strideA, b, strideB, out, count in
      Kernels.compare(comparison, a, stride: strideA, b, stride: strideB, into: out, count: count)
    }
  }
}

extension Tensor<Int> {
  public static func .== (a: Tensor, b: Int) -> Tensor<Bool> { a.map { $0 == b } }
  public static func .!= (a: Tensor, b: Int) -> Tensor<Bool> { a.map { $0 != b } }
}

extension Tensor {
  /// `a` where the mask is true and `b` where it is false: NumPy's `where`. All three broadcast.
  /// - Throws: `TensorError` when the shapes do not broadcast.
  public static func `where`(_ mask: Tensor<Bool>, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard let common = broadcastShape(a.shape, b.shape),
      let shape = broadcastShape(mask.shape, common)
    else {
      throw TensorError(
        "where(_:_:_:)", shapes: [mask.shape, a.shape, b.shape], reason: "shapes do not broadcast")
    }
    let (mask, a, b) = (
      try mask.broadcast(to: shape), try a.broadcast(to: shape), try b.broadcast(to: shape)
    )
    return Tensor(unsafeUninitializedShape: shape) { out in
      mask.elements.withUnsafeBufferPointer { mask in
        a.elements.withUnsafeBufferPointer { a in
          b.elements.withUnsafeBufferPointer { b in
            guard let condition = mask.baseAddress, let a = a.baseAddress, let b = b.baseAddress
            else { return }
            Kernels.select(condition, a, b, into: out, count: mask.count)
          }
        }
      }
    }
  }

  /// `element` where the mask is true and this tensor's elements where it is false.
  /// - Throws: `TensorError` when the mask does not broadcast to this tensor.
  public func replacing(where mask: Tensor<Bool>, with element: Element) throws -> Tensor {
    try Self.where(mask, Tensor(scalar: element), self)
  }
}
