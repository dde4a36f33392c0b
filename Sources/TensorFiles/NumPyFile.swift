import Foundation
import Tensors

/// Tensors in NumPy's files: one in an `.npy`, several by name in an `.npz`.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum NumPyFile {
  /// All arrays of an `.npz` file by name, converted to `Scalar`.
  /// - Throws: `TensorFileError` when the file cannot be read, is cut short or holds anything but
  ///   plain arrays of numbers.
  public static func arrays<Scalar: TensorScalar>(
    inNPZ file: URL, as type: Scalar.Type = Scalar.self
  ) throws -> [String: Tensor<Scalar>] {
    var arrays: [String: Tensor<Scalar>] = [:]
    for (name, data) in try ZipArchive.members(of: contents(of: file), file) {
      let key = name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
      arrays[key] = try parse(data, file, "array “\(key)” ")
    }
    return arrays
  }

  /// The array in an `.npy` file, converted to `Scalar`.
  /// - Throws: `TensorFileError` as `arrays(inNPZ:)`.
  public static func array<Scalar: TensorScalar>(
    inNPY file: URL, as type: Scalar.Type = Scalar.self
  ) throws -> Tensor<Scalar> {
    try parse(try contents(of: file), file, "")
  }

  private static func parse<Scalar: TensorScalar>(
    _ data: Data, _ file: URL, _ what: String
  ) throws -> Tensor<Scalar> {
    func fail(_ reason: String) -> TensorFileError { TensorFileError(file, what + reason) }
    let bytes = Data(data)  // indices from 0
    guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw fail("is not a NumPy array: it does not begin with “\\x93NUMPY”")
    }
    // Version 1 has a header length of 2 bytes, later versions of 4.
    let start = bytes[6] == 1 ? 10 : 12
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard start + length <= bytes.count else { throw fail("is cut short in its header") }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    guard let type = header.firstMatch(of: /'descr': *'([^']*)'/)?.1,
      let order = header.firstMatch(of: /'fortran_order': *(True|False)/)?.1,
      let sizes = header.firstMatch(of: /'shape': *\(([^)]*)\)/)?.1
    else { throw fail("has a header that is not understood: \(header)") }
    let types: [Substring: ElementType] = [
      "<f2": .float16, "<f4": .float32, "<f8": .float64, "<i4": .int32, "<i8": .int64,
    ]
    guard let element = types[type] else {
      throw fail("has elements of type \(type); supported are <f2, <f4, <f8, <i4, <i8")
    }
    guard order == "False" else { throw fail("is in Fortran order; save it in C order") }
    let shape = sizes.split(separator: ",").compactMap { Int($0.filter(\.isNumber)) }
    var needed = element.size
    for size in shape {
      let (product, overflow) = needed.multipliedReportingOverflow(by: size)
      guard !overflow else { throw fail("has the impossible shape \(shape)") }
      needed = product
    }
    let numbers = bytes.dropFirst(start + length)
    guard numbers.count == needed else {
      throw fail("of shape \(shape) needs \(needed) bytes; \(numbers.count) bytes are there")
    }
    return try Tensor(numbers.withUnsafeBytes { element.decode($0) }, shape: shape)
  }
}
