import Foundation
import Tensors

/// How a file stores a number: little-endian, in so many bytes.
enum ElementType: String {
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float32 = "F32"
  case float64 = "F64"
  case int32 = "I32"
  case int64 = "I64"

  var size: Int {
    switch self {
    case .float16, .bfloat16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// The numbers in `bytes`, each rounded to the nearest `Scalar`.
  /// - Precondition: `bytes` holds a whole number of elements.
  func decode<Scalar: TensorScalar>(_ bytes: UnsafeRawBufferPointer) -> [Scalar] {
    func read<Raw>(_ type: Raw.Type, _ convert: (Raw) -> Scalar) -> [Scalar] {
      (0..<bytes.count / size).map {
        convert(bytes.loadUnaligned(fromByteOffset: $0 * size, as: Raw.self))
      }
    }
    switch self {
    case .float32 where Scalar.self == Float.self:
      // The common case: the file holds what is asked for.
      return [Scalar](unsafeUninitializedCapacity: bytes.count / size) { buffer, count in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        count = bytes.count / size
      }
    case .float16: return read(UInt16.self) { Scalar(float(halfBits: $0)) }
    case .bfloat16: return read(UInt16.self) { Scalar(Float(bitPattern: UInt32($0) << 16)) }
    case .float32: return read(Float.self) { Scalar($0) }
    case .float64: return read(Double.self) { Scalar($0) }
    case .int32: return read(Int32.self) { Scalar($0) }
    case .int64: return read(Int64.self) { Scalar($0) }
    }
  }
}

/// An IEEE 754 half-precision number; written out because Swift has no `Float16` on some x86-64
/// systems.
private func float(halfBits bits: UInt16) -> Float {
  let sign: Float = bits >> 15 == 0 ? 1 : -1
  let exponent = Int(bits >> 10 & 0x1F)
  let fraction = Float(bits & 0x3FF) / 1024
  switch exponent {
  case 0: return sign * fraction * 0x1p-14
  case 31: return fraction == 0 ? sign * .infinity : .nan
  default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
  }
}
