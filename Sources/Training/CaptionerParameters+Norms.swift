import Exercises
import Tensors

extension CaptionerParameters<Float> {
  /// The length `√Σx²` of every parameter, or gradient, by name; not a finite number where an element
  /// is none.
  var norms: [(name: String, norm: Double)] {
    Self.named.map { name, path in (name, self[keyPath: path].squaredNorm.squareRoot()) }
  }

  /// Multiplies everything.
  mutating func scale(by factor: Float) {
    for (_, path) in Self.named { self[keyPath: path] *= factor }
  }
}

extension Tensor<Float> {
  /// `Σx²`, in Double: no finite element makes it overflow.
  fileprivate var squaredNorm: Double {
    withUnsafeElements { x in
      var lanes = SIMD8<Double>.zero
      let bytes = UnsafeRawBufferPointer(x)
      let whole = x.count & ~7
      for i in stride(from: 0, to: whole, by: 8) {
        let part = SIMD8<Double>(bytes.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Float>.self))
        lanes += part * part
      }
      return x[whole...].reduce(lanes.sum()) { $0 + Double($1) * Double($1) }
    }
  }
}
