import Captions
import Foundation
import XCTest

/// Cases in the manner of the JSON parsing test suite (Seriot, "Parsing JSON is a minefield", 2016).
final class JSONReaderTests: XCTestCase {
  func testWhatIsJSONIsAccepted() throws {
    for text in [
      "[]", "{}", " \t\r\n[ ] ", "0", "-0", "1.5e+3", "1E400", "-1.25E-2", "\"\"", "true", "false",
      "null", "[1,\n2 , [3]]", #"{"a":{"b":[{}]},"a":1}"#, #""\"\\\/\b\f\n\r\t\u00e9\uD83d\uDE00""#,
      "\"\u{7F}é€😀\u{10FFFF}\"", "\u{FEFF}[1]",
      String(repeating: "[", count: 512)
        + String(repeating: "]", count: 512),
      "\"" + String(repeating: "plain text ", count: 9) + "\"",
    ] {
      XCTAssertNoThrow(try check(text), text)
    }
  }

  func testWhatIsNotJSONIsRefused() {
    for text in [
      "hello", "[1,]", "[,1]", "[1 2]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{\"a\"}", "{1:2}",
      "[] []", "01", "-", "1.", ".5", "1e", "+1", "0x1", "1e+", "NaN", "Infinity", "tru", "TRUE",
      "nul", "'a'", "\"\t\"", "\"\n\"", "\"\u{0}\"", #""\x""#, #""\u12G4""#, #""\u12""#, #""\"#,
      #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud800\n""#, "[", "{", "\"", "[\"a",
      "{\"a\":",
      "", " ", "[1", "]", "}", ",", "[1}", "{\"a\":1]", "[\u{C}1]", "// no\n[]", "[1]\0",
      String(repeating: "[", count: 513), String(repeating: "{\"a\":", count: 100_000),
    ] {
      XCTAssertThrowsError(try check(text), text) { XCTAssertTrue($0 is JSONError, "\($0)") }
    }
  }

  func testBytesThatAreNotUTF8AreRefused() {
    for bytes: [UInt8] in [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE2, 0x82],
      [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xFF],
    ] {
      let text = Data([0x22] + bytes + [0x22])
      XCTAssertThrowsError(try JSONReader.read(text) { try $0.string() }, "\(bytes)")
      XCTAssertThrowsError(try JSONReader.read(text) { _ in }, "\(bytes)")
    }
  }

  func testEveryBeginningOfATextIsCutShort() throws {
    let text = Data(
      #"{"a": [1.5e3, -2, "é\u00e9\ud83d\ude00\n"], "b": [true, false, null, {}]}"#.utf8)
    try JSONReader.read(text) { _ in }
    for length in 0..<text.count {
      XCTAssertThrowsError(try JSONReader.read(text.prefix(length)) { _ in }, "\(length)")
    }
  }

  func testStringsComeOutAsTheyWereMeant() throws {
    for (text, expected) in [
      (#""""#, ""), (#""a\"b\\c\/d""#, "a\"b\\c/d"), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
      (#""\u0041\u00E9\u20ac\uD834\udd1e!""#, "Aé€𝄞!"), ("\"naïve 😀 café\"", "naïve 😀 café"),
      (#""\u0000""#, "\0"), (#""12345678\n12345678""#, "12345678\n12345678"),
    ] {
      XCTAssertEqual(try JSONReader.read(Data(text.utf8)) { try $0.string() }, expected)
    }
  }

  func testNumbersComeOutAsTheyWereMeant() throws {
    for (text, expected) in [
      ("0", 0), ("-7", -7), ("524291", 524291), ("999999999999999999", 999_999_999_999_999_999),
      ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("3.0", 3), ("3e2", 300),
    ] {
      XCTAssertEqual(try JSONReader.read(Data(text.utf8)) { try $0.integer() }, expected)
    }
    for (text, expected) in [
      ("0", 0), ("-0.5", -0.5), ("1e-3", 0.001), ("12345678901", 12_345_678_901),
    ] {
      XCTAssertEqual(try JSONReader.read(Data(text.utf8)) { try $0.number() }, expected)
    }
    for text in ["1.5", "9223372036854775808", "1e99"] {
      XCTAssertThrowsError(try JSONReader.read(Data(text.utf8)) { try $0.integer() }, text) {
        XCTAssertTrue("\($0)".contains("the file is not a whole number but \(text)"), "\($0)")
      }
    }
    XCTAssertThrowsError(try JSONReader.read(Data("1e999".utf8)) { try $0.number() })
  }

  func testWhatIsNotReadIsPassedOver() throws {
    let text = Data(#"{"skip": [{"x": "\""}, null], "keep": [true, null, false], "also": {}}"#.utf8)
    let kept = try JSONReader.read(text) { reader in
      var kept: [Bool?] = []
      try reader.object { reader, name in
        guard name == "keep" else { return }
        try reader.array { kept.append(try $0.null() ? nil : try $0.boolean()) }
      }
      return kept
    }
    XCTAssertEqual(kept, [true, nil, false])
  }

  func testErrorsSayWhere() {
    func error(_ text: String) -> String {
      do {
        try JSONReader.read(Data(text.utf8)) { reader in
          try reader.object { reader, name in
            guard name == "list" else { return }
            try reader.array { reader in
              var id: Int?
              try reader.object { reader, name in
                if name == "id" { id = try reader.integer() }
              }
              _ = try reader.required(id, "id")
            }
          }
        }
        return ""
      } catch { return "\(error)" }
    }
    XCTAssertEqual(
      error("{\"list\":\n[{\"id\": 1},\n{\"id\": \"2\"}]}"),
      "list[1].id is not a whole number but a string (line 3, byte 28)")
    XCTAssertEqual(
      error("{\"list\": [{}]}"), "list[0] has no “id” (line 1, byte 12)")
    XCTAssertEqual(
      error("{\"list\": [],\n \"other\": {\"deep\": [1, 2, \"a\tb\"]}}"),
      "is not JSON: a control character in a string in other.deep[2] (line 2, byte 41)")
    XCTAssertEqual(
      error("{\"list\": [{\"id\": 1"),
      "is not JSON or was cut short: it ends within list[0].id (line 1, byte 18)")
    XCTAssertEqual(error("[]"), "the file is not an object but a list (line 1, byte 0)")
  }

  /// Reads a text to its end.
  private func check(_ text: String) throws { try JSONReader.read(Data(text.utf8)) { _ in } }
}
