import CZlib
import Foundation

/// Reads the members of a zip archive, stored or deflated.
///
/// Source: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 to 4.3.16 and 4.5.3.
enum ZipArchive {
  /// A member that has not been unpacked yet.
  struct Entry {
    let name: String
    fileprivate let method: Int
    fileprivate let packed: Data
    fileprivate let size: Int
    /// The CRC-32 of its bytes.
    fileprivate let checksum: Int
    fileprivate let file: URL

    /// Its bytes.
    /// - Throws: `TensorFileError` when they are damaged or packed in an unknown way.
    func contents() throws -> Data {
      let bytes: Data
      switch method {
      case 0: bytes = packed
      case 8: bytes = try inflate(packed, size: size, damaged(file))
      default:
        throw TensorFileError(
          file, "member “\(printable(name))” is compressed by method \(method), not deflate")
      }
      let actual = bytes.withUnsafeBytes { bytes in
        crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
      }
      guard Int(actual) == checksum else {
        throw TensorFileError(
          file,
          "member “\(printable(name))” is damaged: its bytes do not have the checksum that the "
            + "archive gives for them; get a fresh copy of it")
      }
      return bytes
    }
  }

  private static func damaged(_ file: URL) -> TensorFileError {
    TensorFileError(file, "is not a zip archive, or cut short; get a fresh copy of it")
  }

  /// Every member, in the order of the archive's directory.
  /// - Throws: `TensorFileError` when the archive is cut short or damaged.
  static func entries(of data: Data, _ file: URL) throws -> [Entry] {
    let bytes = Bytes(data: data, damaged: damaged(file))
    var (entry, count) = try directory(bytes)
    var unclaimed = data.count
    var entries: [Entry] = []
    for _ in 0..<count {
      guard try bytes.number(entry, 4) == 0x0201_4B50 else { throw bytes.damaged }
      let nameLength = try bytes.number(entry + 28, 2)
      let extraLength = try bytes.number(entry + 30, 2)
      let (size, packed, local) = try extent(
        bytes, entry, extra: try bytes.slice(entry + 46 + nameLength, extraLength))
      let start =
        local + 30 + (try bytes.number(local + 26, 2)) + (try bytes.number(local + 28, 2))
      // Members that share their bytes could unpack to any size.
      unclaimed -= packed
      guard unclaimed >= 0 else { throw bytes.damaged }
      entries.append(
        Entry(
          name: String(decoding: try bytes.slice(entry + 46, nameLength), as: UTF8.self),
          method: try bytes.number(entry + 10, 2), packed: try bytes.slice(start, packed),
          size: size, checksum: try bytes.number(entry + 16, 4), file: file))
      entry += 46 + nameLength + extraLength + (try bytes.number(entry + 32, 2))
    }
    return entries
  }

  private struct Bytes {
    let data: Data
    let damaged: TensorFileError

    /// A little-endian number. Those of 8 bytes are far below the largest `Int`, so that adding to
    /// them is safe.
    func number(_ offset: Int, _ count: Int) throws -> Int {
      let number = try slice(offset, count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard number < 1 << 48 else { throw damaged }
      return Int(number)
    }

    func slice(_ offset: Int, _ count: Int) throws -> Data {
      guard offset >= 0, count >= 0, offset + count <= data.count else { throw damaged }
      return data.dropFirst(offset).prefix(count)
    }
  }

  /// Where the directory begins and how many members it has.
  private static func directory(_ bytes: Bytes) throws -> (start: Int, count: Int) {
    // Its end lies in the last 22 bytes, or earlier when a comment of up to 65 535 bytes follows.
    let tail = bytes.data.suffix(22 + 0xFFFF)
    guard
      let found = tail.range(of: Data([0x50, 0x4B, 5, 6]), options: .backwards)?.lowerBound
    else { throw bytes.damaged }
    let end = found - bytes.data.startIndex
    let (count, start) = (try bytes.number(end + 10, 2), try bytes.number(end + 16, 4))
    _ = try bytes.slice(end, 22)
    guard count == 0xFFFF || start == 0xFFFF_FFFF else { return (start, count) }
    // Zip64: a locator right before says where the larger numbers are.
    guard try bytes.number(end - 20, 4) == 0x0706_4B50 else { throw bytes.damaged }
    let large = try bytes.number(end - 12, 8)
    guard try bytes.number(large, 4) == 0x0606_4B50 else { throw bytes.damaged }
    return (try bytes.number(large + 48, 8), try bytes.number(large + 32, 8))
  }

  /// How many bytes a member has unpacked and packed, and where its local header is: numbers of 4
  /// bytes, or of 8 in the extra field 1 where those are all ones.
  private static func extent(
    _ bytes: Bytes, _ entry: Int, extra: Data
  ) throws -> (size: Int, packed: Int, local: Int) {
    var numbers = [
      try bytes.number(entry + 24, 4), try bytes.number(entry + 20, 4),
      try bytes.number(entry + 42, 4),
    ]
    let extra = Bytes(data: extra, damaged: bytes.damaged)
    var field = 0
    while numbers.contains(0xFFFF_FFFF), field < extra.data.count {
      let length = try extra.number(field + 2, 2)
      if try extra.number(field, 2) == 1 {
        var position = field + 4
        for index in numbers.indices where numbers[index] == 0xFFFF_FFFF {
          numbers[index] = try extra.number(position, 8)
          position += 8
        }
        break
      }
      field += 4 + length
    }
    return (numbers[0], numbers[1], numbers[2])
  }

  fileprivate static func inflate(_ packed: Data, size: Int, _ damaged: TensorFileError) throws
    -> Data
  {
    // Deflate cannot pack more tightly than about 1 to 1032.
    guard size <= packed.count * 1040 + 64, max(size, packed.count) <= UInt32.max else {
      throw damaged
    }
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
