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
  case int16 = "I16"
  case int8 = "I8"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"

  static let all = "F16, BF16, F32, F64, I64, I32, I16, I8, U16, U8, BOOL"

  var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// The numbers in `bytes`, each rounded to the nearest `Scalar`.
  /// - Precondition: `bytes` holds a whole number of elements.
  func decode<Scalar: TensorScalar>(_ bytes: UnsafeRawBufferPointer) -> [Scalar] {
    guard self == .float32, Scalar.self == Float.self else {
      return decode(bytes, at: 0..<bytes.count / size)
    }
    // The common case: the file holds what is asked for.
    return [Scalar](unsafeUninitializedCapacity: bytes.count / size) { buffer, count in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      count = bytes.count / size
    }
  }

  /// The numbers at the given positions, counted in elements, each rounded to the nearest `Scalar`.
  /// - Precondition: `bytes` holds them all.
  func decode<Scalar: TensorScalar>(
    _ bytes: UnsafeRawBufferPointer, at positions: some Collection<Int>
  ) -> [Scalar] {
    func read<Raw>(_ type: Raw.Type, _ convert: (Raw) -> Scalar) -> [Scalar] {
      positions.map { convert(bytes.loadUnaligned(fromByteOffset: $0 * size, as: Raw.self)) }
    }
    switch self {
    case .float16: return read(UInt16.self) { Scalar(float(halfBits: $0)) }
    case .bfloat16: return read(UInt16.self) { Scalar(Float(bitPattern: UInt32($0) << 16)) }
    case .float32: return read(Float.self) { Scalar($0) }
    case .float64: return read(Double.self) { Scalar($0) }
    case .int64: return read(Int64.self) { Scalar($0) }
    case .int32: return read(Int32.self) { Scalar($0) }
    case .int16: return read(Int16.self) { Scalar($0) }
    case .uint16: return read(UInt16.self) { Scalar($0) }
    case .int8: return read(Int8.self) { Scalar($0) }
    case .uint8: return read(UInt8.self) { Scalar($0) }
    case .bool: return read(UInt8.self) { $0 == 0 ? 0 : 1 }
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

/// The nearest IEEE 754 half-precision number, the even one of two; what is too large becomes
/// infinite.
func halfBits(of value: Float) -> UInt16 {
  let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
  let size = value.magnitude
  if size.isNaN { return 0x7E00 }
  // From halfway between the largest number and the next that there would be.
  if size >= 65520 { return sign | 0x7C00 }
  if size < 0x1p-14 {
    return sign | UInt16((size * 0x1p24).rounded(.toNearestOrEven))
  }
  let exponent = Int(size.exponent)
  // A fraction that rounds up to 1024 carries into the exponent, as it should.
  let fraction = ((size.significand - 1) * 1024).rounded(.toNearestOrEven)
  return sign | (UInt16(exponent + 15) << 10 + UInt16(fraction))
}

/// The nearest number that has Float's exponent and 7 bits of fraction, the even one of two; what is
/// too large becomes infinite.
func brainBits(of value: Float) -> UInt16 {
  let bits = value.bitPattern
  if value.isNaN { return 0x7FC0 }
  return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
}
