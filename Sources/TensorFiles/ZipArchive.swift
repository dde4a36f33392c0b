import CZlib
import Foundation

/// Reads the members of a zip archive, stored or deflated.
///
/// Source: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
enum ZipArchive {
  /// Every member by name.
  /// - Throws: `TensorFileError` when the archive is cut short or damaged.
  static func members(of data: Data, _ file: URL) throws -> [(name: String, data: Data)] {
    let damaged = TensorFileError(
      file, "is not a zip archive, or cut short; get a fresh copy of it")
    func number(_ offset: Int, _ bytes: Int) throws -> Int {
      guard offset >= 0, offset + bytes <= data.count else { throw damaged }
      return (0..<bytes).reversed().reduce(0) {
        $0 << 8 | Int(data[data.startIndex + offset + $1])
      }
    }
    func slice(_ offset: Int, _ count: Int) throws -> Data {
      guard offset >= 0, count >= 0, offset + count <= data.count else { throw damaged }
      return data.dropFirst(offset).prefix(count)
    }
    // The directory's end lies in the last 22 bytes, or earlier when a comment follows it.
    let signature = Data([0x50, 0x4B, 5, 6])
    guard let end = data.range(of: signature, options: .backwards)?.lowerBound,
      data.endIndex - end >= 22
    else { throw damaged }
    var entry = try number(end - data.startIndex + 16, 4)
    return try (0..<number(end - data.startIndex + 10, 2)).map { _ in
      guard try number(entry, 4) == 0x0201_4B50 else { throw damaged }
      let method = try number(entry + 10, 2)
      let (packed, size) = (try number(entry + 20, 4), try number(entry + 24, 4))
      let nameLength = try number(entry + 28, 2)
      let local = try number(entry + 42, 4)
      let name = String(decoding: try slice(entry + 46, nameLength), as: UTF8.self)
      entry += 46 + nameLength + (try number(entry + 30, 2)) + (try number(entry + 32, 2))
      let start = local + 30 + (try number(local + 26, 2)) + (try number(local + 28, 2))
      let body = try slice(start, packed)
      switch method {
      case 0: return (name, body)
      case 8: return (name, try inflate(body, size: size, damaged))
      default:
        throw TensorFileError(
          file, "member “\(name)” is compressed by method \(method), not deflate")
      }
    }
  }

  private static func inflate(_ packed: Data, size: Int, _ damaged: TensorFileError) throws -> Data
  {
    // Deflate cannot pack more tightly than about 1 to 1032.
    guard size <= packed.count * 1040 + 64 else { throw damaged }
    var stream = z_stream()
    // Negative window bits: raw deflate, as zip has it, without zlib's own header.
    guard
      inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw damaged }
    defer { inflateEnd(&stream) }
    var input = [UInt8](packed)
    var output = [UInt8](repeating: 0, count: max(size, 1))
    let result = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        return CZlib.inflate(&stream, Z_FINISH)
      }
    }
    guard result == Z_STREAM_END, Int(stream.total_out) == size else { throw damaged }
    return Data(output.prefix(size))
  }
}
