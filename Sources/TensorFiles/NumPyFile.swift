import Foundation
import Tensors

/// Tensors in NumPy's files: one in an `.npy`, several by name in an `.npz`.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum NumPyFile {
  /// The arrays of an `.npz` file by name, converted to `Scalar`.
  /// - Parameter isNeeded: Which arrays to read; others may hold anything.
  /// - Throws: `TensorFileError` when the file cannot be read, is cut short or holds anything but
  ///   plain arrays of numbers.
  public static func arrays<Scalar: TensorScalar>(
    inNPZ file: URL, as type: Scalar.Type = Scalar.self,
    where isNeeded: (_ name: String) -> Bool = { _ in true }
  ) throws -> [String: Tensor<Scalar>] {
    var arrays: [String: Tensor<Scalar>] = [:]
    for (name, entry) in try members(of: file) where isNeeded(name) {
      arrays[name] = try Content(entry.contents(), file, name).numbers()
    }
    return arrays
  }

  /// The array in an `.npy` file, converted to `Scalar`.
  /// - Throws: `TensorFileError` as `arrays(inNPZ:)`.
  public static func array<Scalar: TensorScalar>(
    inNPY file: URL, as type: Scalar.Type = Scalar.self
  ) throws -> Tensor<Scalar> {
    try Content(try contents(of: file), file).numbers()
  }

  /// An array of text in an `.npz` file, of NumPy's type `<U…`; nil where there is none of the name.
  /// - Throws: `TensorFileError` when the file cannot be read, is cut short or the array is no text.
  public static func strings(inNPZ file: URL, named wanted: String) throws -> [String]? {
    let entry = try members(of: file).first { $0.name == wanted }?.entry
    return try entry.map { try Content($0.contents(), file, wanted).strings() }
  }

  private static func members(
    of file: URL
  ) throws -> [(name: String, entry: ZipArchive.Entry)] {
    try ZipArchive.entries(of: contents(of: file), file).map { entry in
      (entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name, entry)
    }
  }
}

/// An array as it stands in a file.
private struct Content {
  private static let types: [Substring: ElementType] = [
    "<f2": .float16, "<f4": .float32, "<f8": .float64, "|b1": .bool, "|i1": .int8, "<i2": .int16,
    "<i4": .int32, "<i8": .int64, "|u1": .uint8, "<u2": .uint16,
  ]

  private let file: URL
  private let what: String
  private let type: Substring
  private let shape: [Int]
  /// Whether the first index changes fastest in the bytes.
  private let isReversed: Bool
  private let bytes: Data

  /// - Parameter name: The array's, in an archive.
  init(_ data: Data, _ file: URL, _ name: String? = nil) throws {
    let what = name.map { "array “\($0)” " } ?? ""
    (self.file, self.what) = (file, what)
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
    (self.type, isReversed) = (type, order == "True")
    shape = sizes.split(separator: ",").compactMap { Int($0.filter(\.isNumber)) }
    self.bytes = bytes.dropFirst(start + length)
  }

  func numbers<Scalar: TensorScalar>() throws -> Tensor<Scalar> {
    guard let element = Self.types[type] else {
      throw fail(
        "has elements of type \(type); supported are "
          + Self.types.keys.sorted().joined(separator: ", "))
    }
    try require(bytesEach: element.size)
    let elements: [Scalar] = bytes.withUnsafeBytes { element.decode($0) }
    return isReversed
      ? try Tensor(elements, shape: shape.reversed()).transposed()
      : try Tensor(elements, shape: shape)
  }

  /// Text is stored in 32 bits a character, each filled with zeros to the length of the longest.
  func strings() throws -> [String] {
    guard type.hasPrefix("<U"), let length = Int(type.dropFirst(2)), shape.count == 1 else {
      throw fail(
        "has elements of type \(type) and \(shape.count) dimensions; expected text in one, as "
          + "`numpy.array(list_of_words)` makes")
    }
    try require(bytesEach: 4 * length)
    let codes: [UInt32] = bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self) }
    }
    return (0..<shape[0]).map { row in
      let scalars = codes[row * length..<(row + 1) * length].prefix { $0 != 0 }
      return String(String.UnicodeScalarView(scalars.map { Unicode.Scalar($0) ?? "\u{FFFD}" }))
    }
  }

  private func require(bytesEach size: Int) throws {
    var needed = size
    for count in shape {
      let (product, overflow) = needed.multipliedReportingOverflow(by: count)
      guard !overflow else { throw fail("has the impossible shape \(shape)") }
      needed = product
    }
    guard bytes.count == needed else {
      throw fail("of shape \(shape) needs \(needed) bytes; \(bytes.count) bytes are there")
    }
  }

  private func fail(_ reason: String) -> TensorFileError { TensorFileError(file, what + reason) }
}
