import Foundation

/// The text of a Swift file with its strings and comments made blank, so that rules see only code.
/// Lines and columns stay as they are.
struct SwiftText {
  var characters: [Character]

  /// - Parameter keepingComments: For rules about what comments say; strings are still made blank.
  init(_ source: String, keepingComments: Bool = false) {
    characters = Array(source)
    var index = 0
    while index < characters.count {
      let start = index
      if starts("//", at: index) {
        while index < characters.count && characters[index] != "\n" { index += 1 }
        if !keepingComments { blank(start..<index) }
      } else if starts("/*", at: index) {
        index = endOfBlockComment(from: index)
        if !keepingComments { blank(start..<index) }
      } else if let hashes = stringHashes(at: index) {
        index = endOfString(from: index, hashes: hashes)
        blank(start..<index)
      } else {
        index += 1
      }
    }
  }

  var string: String { String(characters) }
  var lines: [String] { string.components(separatedBy: "\n") }

  private func starts(_ text: String, at index: Int) -> Bool {
    characters[index...].starts(with: text)
  }

  private mutating func blank(_ range: Range<Int>) {
    for index in range where characters[index] != "\n" { characters[index] = " " }
  }

  private func endOfBlockComment(from start: Int) -> Int {
    var (index, depth) = (start, 0)
    while index < characters.count {
      if starts("/*", at: index) {
        (depth, index) = (depth + 1, index + 2)
      } else if starts("*/", at: index) {
        (depth, index) = (depth - 1, index + 2)
        if depth == 0 { break }
      } else {
        index += 1
      }
    }
    return min(index, characters.count)
  }

  /// How many `#` stand before the string that begins here; nil where none begins.
  private func stringHashes(at index: Int) -> Int? {
    let hashes = characters[index...].prefix { $0 == "#" }.count
    return starts("\"", at: index + hashes) ? hashes : nil
  }

  private func endOfString(from start: Int, hashes: Int) -> Int {
    let mark = String(repeating: "#", count: hashes)
    let quote = starts("\"\"\"", at: start + hashes) ? "\"\"\"" : "\""
    var index = start + hashes + quote.count
    while index < characters.count {
      if starts("\\" + mark + "(", at: index) {
        index = endOfInterpolation(from: index + hashes + 2)
      } else if starts("\\" + mark, at: index) {
        index += hashes + 2
      } else if starts(quote + mark, at: index) {
        return index + quote.count + hashes
      } else {
        index += 1
      }
    }
    return characters.count
  }

  private func endOfInterpolation(from start: Int) -> Int {
    var (index, depth) = (start, 1)
    while index < characters.count && depth > 0 {
      if let hashes = stringHashes(at: index) {
        index = endOfString(from: index, hashes: hashes)
        continue
      }
      if characters[index] == "(" { depth += 1 }
      if characters[index] == ")" { depth -= 1 }
      index += 1
    }
    return index
  }

  // MARK: Looking around

  /// The index after the bracket that closes the one at `open`; brackets of all kinds nest.
  func end(ofBracketAt open: Int) -> Int {
    var (index, depth) = (open, 0)
    repeat {
      if "([{".contains(characters[index]) { depth += 1 }
      if ")]}".contains(characters[index]) { depth -= 1 }
      index += 1
    } while depth > 0 && index < characters.count
    return index
  }

  /// The first index from `start` on that is not white space.
  func skippingSpace(from start: Int) -> Int {
    var index = start
    while index < characters.count && characters[index].isWhitespace { index += 1 }
    return index
  }

  /// The words (identifiers and keywords) of the code and where they stand.
  var words: [(text: String, range: Range<Int>)] {
    func isPart(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || character == "_"
    }
    var result: [(String, Range<Int>)] = []
    var index = 0
    while index < characters.count {
      let start = index
      while index < characters.count && isPart(characters[index]) { index += 1 }
      if index > start {
        result.append((String(characters[start..<index]), start..<index))
      } else {
        index += 1
      }
    }
    return result
  }

  /// The line of an index, counted from 1.
  func line(of index: Int) -> Int { characters[..<index].count { $0 == "\n" } + 1 }
}
