import Foundation
import Tensors

/// A safetensors file: named tensors and a dictionary of text. The kit's own format for weights and
/// models.
///
/// Layout: the header's length as a 64-bit little-endian number, the header in JSON, the numbers.
/// Source: https://github.com/huggingface/safetensors.
public struct Safetensors: Equatable, Sendable {
  public var tensors: [String: Tensor<Float>]
  public var metadata: [String: String]

  public init(tensors: [String: Tensor<Float>], metadata: [String: String] = [:]) {
    (self.tensors, self.metadata) = (tensors, metadata)
  }

  private struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private struct Header: Codable {
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]

    init() {}

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Name.self)
      for name in values.allKeys {
        if name.stringValue == "__metadata__" {
          metadata = try values.decode([String: String].self, forKey: name)
        } else {
          entries[name.stringValue] = try values.decode(Entry.self, forKey: name)
        }
      }
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: Name.self)
      if !metadata.isEmpty {
        try values.encode(metadata, forKey: Name(stringValue: "__metadata__"))
      }
      for (name, entry) in entries { try values.encode(entry, forKey: Name(stringValue: name)) }
    }
  }

  /// Reads a file; numbers of any float or integer type become `Float`.
  /// - Throws: `TensorFileError` when it cannot be read, is cut short or is not well formed.
  public init(contentsOf file: URL) throws {
    let data = try contents(of: file)
    let (header, numbers) = try Self.header(of: data, file)
    self.init(tensors: [:], metadata: header.metadata)
    for (name, entry) in header.entries {
      tensors[name] = try Self.tensor(name, entry, data[numbers...], file)
    }
    // Tensors may lie in any order, but no byte may belong to two of them.
    let spans = header.entries.values.map(\.offsets).filter { $0[0] < $0[1] }
      .sorted { $0[0] < $1[0] }
    for (first, second) in zip(spans, spans.dropFirst()) where second[0] < first[1] {
      throw TensorFileError(file, "is not a valid safetensors file: two tensors overlap")
    }
  }

  private static func header(of data: Data, _ file: URL) throws -> (Header, numbers: Int) {
    guard data.count >= 8 else {
      throw TensorFileError(
        file, "is not a safetensors file: \(data.count) bytes, expected at least 8")
    }
    let length = data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    guard length <= data.count - 8 else {
      throw TensorFileError(
        file,
        "is cut short or not a safetensors file: its header should have \(length) bytes, "
          + "\(data.count - 8) are there")
    }
    let numbers = 8 + Int(length)
    do {
      return (try JSONDecoder().decode(Header.self, from: data[8..<numbers]), numbers)
    } catch {
      throw TensorFileError(file, "is not a safetensors file: its header is not the expected JSON")
    }
  }

  private static func tensor(
    _ name: String, _ entry: Entry, _ numbers: Data, _ file: URL
  ) throws -> Tensor<Float> {
    func fail(_ reason: String) -> TensorFileError {
      TensorFileError(file, "tensor “\(name)” \(reason)")
    }
    guard let type = ElementType(rawValue: entry.dtype) else {
      throw fail("has numbers of type \(entry.dtype); supported are \(ElementType.all)")
    }
    var expected = type.size
    for size in entry.shape {
      let (product, overflow) = expected.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { throw fail("has the impossible shape \(entry.shape)") }
      expected = product
    }
    guard entry.offsets.count == 2, entry.offsets[0] >= 0, entry.offsets[0] <= entry.offsets[1]
    else { throw fail("has the impossible data_offsets \(entry.offsets)") }
    guard entry.offsets[1] - entry.offsets[0] == expected else {
      throw fail(
        "of shape \(entry.shape) and type \(entry.dtype) needs \(expected) bytes, "
          + "its data_offsets \(entry.offsets) give \(entry.offsets[1] - entry.offsets[0])")
    }
    guard entry.offsets[1] <= numbers.count else {
      throw fail(
        "ends at byte \(entry.offsets[1]) of \(numbers.count): the file is cut short; "
          + "get a fresh copy of it")
    }
    let bytes = numbers.dropFirst(entry.offsets[0]).prefix(expected)
    return try Tensor(bytes.withUnsafeBytes { type.decode($0) }, shape: entry.shape)
  }

  /// How numbers are written: in F32, or rounded to F16 or BF16.
  public enum Precision: String, CaseIterable, Sendable {
    case single = "f32"
    case half = "f16"
    case brain = "bf16"
  }

  /// Writes the file; it appears whole or not at all.
  /// - Throws: `TensorFileError` when it cannot be written.
  public func write(to file: URL, _ precision: Precision = .single) throws {
    do {
      try encoded(precision).write(to: file, options: .atomic)
    } catch {
      throw TensorFileError(file, "cannot be written: \(error.localizedDescription)")
    }
  }

  /// The file's bytes.
  public func encoded(_ precision: Precision = .single) throws -> Data {
    var header = Header()
    header.metadata = metadata
    var numbers = Data()
    for name in tensors.keys.sorted() {
      guard let tensor = tensors[name] else { continue }
      let start = numbers.count
      switch precision {
      case .single: tensor.withUnsafeElements { numbers.append(Data(buffer: $0)) }
      case .half, .brain:
        let bits = precision == .half ? halfBits : brainBits
        for number in tensor.elements {
          withUnsafeBytes(of: bits(number).littleEndian) { numbers.append(contentsOf: $0) }
        }
      }
      header.entries[name] = Entry(
        dtype: precision.rawValue.uppercased(), shape: tensor.shape,
        offsets: [start, numbers.count])
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var text = try encoder.encode(header)
    // Padded with spaces, so that the numbers begin at a multiple of 8.
    text.append(Data(repeating: 0x20, count: (8 - text.count % 8) % 8))
    var data = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
    data.append(text)
    data.append(numbers)
    return data
  }
}
