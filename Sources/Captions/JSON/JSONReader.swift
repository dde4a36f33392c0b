import Foundation

/// Reads JSON value by value, without a tree of all that it holds: what is not asked for is checked
/// and passed over, so that a file takes little more memory than what is kept of it.
///
/// ```swift
/// let ids = try JSONReader.read(data) { reader in
///   var ids: [Int] = []
///   try reader.object { reader, name in
///     if name == "ids" { try reader.array { ids.append(try $0.integer()) } }
///   }
///   return ids
/// }
/// ```
///
/// Stricter than RFC 8259 where it leaves a choice: half of a surrogate pair, invalid UTF-8 and
/// nesting beyond `depthLimit` are errors; a byte order mark at the beginning is passed over. Where
/// a name occurs twice, both members are given, in order. Source: RFC 8259.
public struct JSONReader: ~Copyable {
  /// The most objects and lists within one another.
  public static let depthLimit = 512

  /// A step from a value to one within it.
  private enum Step {
    case inside
    case name(Range<Int>)
    case index(Int)
  }

  let bytes: UnsafeBufferPointer<UInt8>
  /// The next byte to read.
  var position = 0
  private var steps: [Step] = []

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// What `body` makes of the one value that the text holds; a value that it does not read is
  /// passed over.
  /// - Throws: `JSONError` where the text is not JSON, and what `body` throws.
  public static func read<Result>(
    _ text: Data, _ body: (inout JSONReader) throws -> Result
  ) throws -> Result {
    try text.withUnsafeBytes { bytes in
      var reader = JSONReader(bytes.bindMemory(to: UInt8.self))
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
      let start = reader.position
      let result = try body(&reader)
      if reader.position == start { try reader.skip() }
      reader.skipSpace()
      guard reader.position == bytes.count else {
        throw reader.malformed("more text after the end")
      }
      return result
    }
  }

  // MARK: - Values

  /// Whether the next value is null; then it is passed over.
  public mutating func null() throws -> Bool {
    guard try kind() == .null else { return false }
    try skip()
    return true
  }

  /// The members of the object that comes next, by name and in order. A value that `member` does
  /// not read is passed over.
  /// - Throws: `JSONError` for another value and for bad JSON, and what `member` throws.
  public mutating func object(
    _ member: (inout JSONReader, _ name: String) throws -> Void
  ) throws {
    try expect(.object)
    try enter()
    skipSpace()
    if !consume(UInt8(ascii: "}")) {
      repeat {
        skipSpace()
        guard current == UInt8(ascii: "\"") else { throw malformed("no member’s name") }
        let name = try span()
        steps[steps.count - 1] = .name(name.range)
        skipSpace()
        guard consume(UInt8(ascii: ":")) else { throw malformed("no colon after a name") }
        let start = position
        try member(&self, text(name))
        if position == start { try skip() }
        skipSpace()
      } while consume(UInt8(ascii: ","))
      guard consume(UInt8(ascii: "}")) else { throw malformed("neither a comma nor “}”") }
    }
    steps.removeLast()
  }

  /// The elements of the list that comes next, in order. One that `element` does not read is passed
  /// over.
  /// - Throws: `JSONError` for another value and for bad JSON, and what `element` throws.
  public mutating func array(_ element: (inout JSONReader) throws -> Void) throws {
    try expect(.array)
    try enter()
    skipSpace()
    if !consume(UInt8(ascii: "]")) {
      var index = 0
      repeat {
        steps[steps.count - 1] = .index(index)
        index += 1
        let start = position
        try element(&self)
        if position == start { try skip() }
        skipSpace()
      } while consume(UInt8(ascii: ","))
      guard consume(UInt8(ascii: "]")) else { throw malformed("neither a comma nor “]”") }
    }
    steps.removeLast()
  }

  /// The string that comes next.
  /// - Throws: `JSONError` for another value and for bad JSON.
  public mutating func string() throws -> String {
    try expect(.string)
    return text(try span())
  }

  /// The whole number that comes next; `3.0` and `3e2` are whole too.
  /// - Throws: `JSONError` for another value, one that does not fit into `Int`, and bad JSON.
  public mutating func integer() throws -> Int {
    try expect(.number, "a whole number")
    let start = position
    if let small = smallInteger() { return small }
    let text = try numeral()
    if let number = Int(text) ?? Double(text).flatMap(Int.init(exactly:)) { return number }
    throw error(.unexpected(expected: "a whole number", found: text), at: start)
  }

  /// The number that comes next.
  /// - Throws: `JSONError` for another value, one too large for `Double`, and bad JSON.
  public mutating func number() throws -> Double {
    try expect(.number)
    let start = position
    let text = try numeral()
    if let number = Double(text), number.isFinite { return number }
    throw error(.unexpected(expected: "a number below 1.8e308", found: text), at: start)
  }

  /// The truth value that comes next.
  /// - Throws: `JSONError` for another value and for bad JSON.
  public mutating func boolean() throws -> Bool {
    try expect(.boolean)
    let isTrue = current == UInt8(ascii: "t")
    try skip()
    return isTrue
  }

  /// The value that comes next, whatever it is, by `JSONDecoder`: for small ones.
  /// - Throws: `JSONError` for bad JSON and for what is not a `Value`.
  public mutating func decode<Value: Decodable>(
    _ type: Value.Type, _ name: String
  ) throws -> Value {
    skipSpace()
    let start = position
    try skip()
    let text = Data(bytes[start..<position])
    guard let value = try? JSONDecoder().decode(type, from: text) else {
      throw error(.unexpected(expected: name, found: "something else"), at: start)
    }
    return value
  }

  /// Passes over the value that comes next, checking it.
  /// - Throws: `JSONError` for bad JSON.
  public mutating func skip() throws {
    switch try kind() {
    case .object: try object { _, _ in }
    case .array: try array { _ in }
    case .string: _ = try span()
    case .number: _ = try numeral()
    case .boolean: try word(current == UInt8(ascii: "t") ? "true" : "false")
    case .null: try word("null")
    }
  }

  /// The value of a member of the object that was just read.
  /// - Throws: `JSONError` where it is nil: the object has no such member.
  public func required<Value>(_ value: Value?, _ name: String) throws -> Value {
    guard let value else { throw error(.missing(name)) }
    return value
  }
}

// MARK: - Steps

extension JSONReader {
  enum Kind: String {
    case object = "an object"
    case array = "a list"
    case string = "a string"
    case number = "a number"
    case boolean = "a truth value"
    case null
  }

  /// The next byte; 0, which no JSON has outside its end, where there is none.
  var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  mutating func consume(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  /// What kind of value comes next, by its first byte.
  mutating func kind() throws -> Kind {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    default: throw malformed("no value")
    }
  }

  private mutating func expect(_ kind: Kind, _ name: String? = nil) throws {
    let found = try self.kind()
    guard found == kind else {
      throw error(.unexpected(expected: name ?? kind.rawValue, found: found.rawValue))
    }
  }

  private mutating func enter() throws {
    guard steps.count < Self.depthLimit else {
      throw malformed("more than \(Self.depthLimit) lists and objects within one another")
    }
    steps.append(.inside)
    position += 1
  }

  private mutating func word(_ word: StaticString) throws {
    for index in 0..<word.utf8CodeUnitCount {
      guard consume(word.utf8Start[index]) else { throw malformed("neither true, false nor null") }
    }
  }

  /// An error at the next byte: bad JSON, or its end where there is none.
  func malformed(_ what: String) -> JSONError {
    error(position < bytes.count ? .malformed(what) : .cutShort)
  }

  func error(_ problem: JSONError.Problem, at byte: Int? = nil) -> JSONError {
    let byte = byte ?? position
    let path = steps.reduce(into: "") { path, step in
      switch step {
      case .inside: break
      case .index(let index): path += "[\(index)]"
      case .name(let range):
        let name = String(decoding: bytes[range], as: UTF8.self)
        let printable = name.unicodeScalars.prefix(40).filter { $0.value >= 0x20 }
        path += (path.isEmpty ? "" : ".") + String(String.UnicodeScalarView(printable))
      }
    }
    let line = 1 + bytes[..<byte].count { $0 == 0x0A }
    return JSONError(problem, path: path, line: line, byte: byte)
  }
}
