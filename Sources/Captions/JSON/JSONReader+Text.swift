/// Strings and numbers.
extension JSONReader {
  /// Where a string's text lies, between its quotes.
  struct Span {
    var range: Range<Int>
    var hasEscapes: Bool
  }

  /// Passes over a string, whose opening quote comes next, and checks it.
  mutating func span() throws -> Span {
    position += 1
    let start = position
    var hasEscapes = false
    while true {
      skipPlainText()
      switch current {
      case UInt8(ascii: "\""):
        position += 1
        return Span(range: start..<position - 1, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try skipEscape()
      case 0..<0x20: throw malformed("a control character in a string")
      default: try skipScalar()
      }
    }
  }

  func text(_ span: Span) -> String {
    span.hasEscapes ? unescaped(span.range) : String(decoding: bytes[span.range], as: UTF8.self)
  }

  /// Passes over ASCII without quotes, backslashes and control characters: eight bytes at a time.
  private mutating func skipPlainText() {
    guard let base = bytes.baseAddress else { return }
    let ones: UInt64 = 0x0101_0101_0101_0101
    // The top bit of each byte of these is set where the byte is 0, or below 32.
    func zeros(_ x: UInt64) -> UInt64 { x &- ones }
    while position + 8 <= bytes.count {
      let eight = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
      let special =
        zeros(eight ^ (ones &* 0x22)) | zeros(eight ^ (ones &* 0x5C)) | (eight &- ones &* 0x20)
        | eight
      guard special & (ones &* 0x80) == 0 else { break }
      position += 8
    }
    while position < bytes.count {
      let byte = bytes[position]
      guard byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5C else { return }
      position += 1
    }
  }

  /// Passes over a character of more than one byte.
  /// Source: The Unicode Standard, table 3-7, well-formed UTF-8.
  private mutating func skipScalar() throws {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch current {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if current == 0xE0 { second = 0xA0...0xBF }
      if current == 0xED { second = 0x80...0x9F }
    case 0xF0...0xF4:
      length = 4
      if current == 0xF0 { second = 0x90...0xBF }
      if current == 0xF4 { second = 0x80...0x8F }
    default: throw malformed("bytes that are not UTF-8")
    }
    for index in 1..<length {
      guard position + index < bytes.count else { throw error(.cutShort, at: bytes.count) }
      let expected = index == 1 ? second : 0x80...0xBF
      guard expected.contains(bytes[position + index]) else {
        throw malformed("bytes that are not UTF-8")
      }
    }
    position += length
  }

  private mutating func skipEscape() throws {
    let start = position
    position += 1
    let kind = current
    guard position < bytes.count else { throw error(.cutShort) }
    position += 1
    if kind == UInt8(ascii: "u") {
      let first = try hexadecimal()
      guard 0xD800...0xDFFF ~= first else { return }
      // The first half of a pair must be followed by the second.
      if first < 0xDC00, consume(UInt8(ascii: "\\")), consume(UInt8(ascii: "u")),
        0xDC00...0xDFFF ~= (try hexadecimal())
      {
        return
      }
      position = start
      throw malformed("half of a surrogate pair")
    } else if Self.escapes[Int(kind)] == 0 {
      position = start
      throw malformed("an unknown escape")
    }
  }

  /// Four hexadecimal digits.
  private mutating func hexadecimal() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(current)).hexDigitValue, current < 0x80 else {
        throw malformed("an escape without four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// The byte that each escape of one letter stands for; 0 for no escape.
  private static let escapes: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 256)
    for (letter, byte) in zip("\"\\/bfnrt".utf8, [0x22, 0x5C, 0x2F, 8, 12, 10, 13, 9] as [UInt8]) {
      table[Int(letter)] = byte
    }
    return table
  }()

  /// The text of a range that was checked.
  private func unescaped(_ range: Range<Int>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    var position = range.lowerBound
    func unit() -> UInt32 {
      let digits = bytes[position + 2..<position + 6]
      position += 6
      return digits.reduce(0) {
        $0 << 4 | UInt32(Character(Unicode.Scalar($1)).hexDigitValue ?? 0)
      }
    }
    while position < range.upperBound {
      let byte = bytes[position]
      if byte != UInt8(ascii: "\\") {
        text.append(byte)
        position += 1
      } else if bytes[position + 1] == UInt8(ascii: "u") {
        let first = unit()
        let code =
          0xD800...0xDBFF ~= first
          ? 0x10000 + (first - 0xD800) << 10 + (unit() - 0xDC00) : first
        text += Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
      } else {
        text.append(Self.escapes[Int(bytes[position + 1])])
        position += 2
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// A whole number of at most 18 digits, which any `Int` can hold; nil, and nothing read, where
  /// something else comes next.
  mutating func smallInteger() -> Int? {
    let start = position
    let isNegative = consume(UInt8(ascii: "-"))
    let first = position
    var value = 0
    while case let digit = current &- UInt8(ascii: "0"), digit < 10, position - first < 19 {
      value = value &* 10 &+ Int(digit)
      position += 1
    }
    let count = position - first
    let isWhole = ![UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(current)
    guard 1...18 ~= count, isWhole, count == 1 || bytes[first] != UInt8(ascii: "0") else {
      position = start
      return nil
    }
    return isNegative ? -value : value
  }

  /// Passes over a number and gives its text.
  mutating func numeral() throws -> String {
    let start = position
    _ = consume(UInt8(ascii: "-"))
    if !consume(UInt8(ascii: "0")) { try digits() }
    if consume(UInt8(ascii: ".")) { try digits() }
    if consume(UInt8(ascii: "e")) || consume(UInt8(ascii: "E")) {
      if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws {
    let start = position
    while current &- UInt8(ascii: "0") < 10 { position += 1 }
    guard position > start else { throw malformed("a number without digits") }
  }
}
