import Kernels

/// A floating-point type that tensors calculate with: `Float` or `Double`.
public protocol TensorScalar: KernelScalar {}

extension Float: TensorScalar {}
extension Double: TensorScalar {}
