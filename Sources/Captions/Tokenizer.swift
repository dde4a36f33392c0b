/// Splits captions into words as the COCO caption evaluation does: lower case, no punctuation, and
/// the Penn Treebank's clitics as words of their own (`the man's` → `the man 's`, `don't` →
/// `do n't`).
///
/// Hyphens, points, slashes and the like stay inside a word: `t-shirt`, `3.5`, `and/or`.
/// Abbreviations keep their point: `t.v.`, `st.`. Other symbols are words: `&`, `$`, `%`. Sources:
/// Chen et al., 2015, arXiv 1504.00325, section 3.1; the Penn Treebank's tokenisation.
public enum Tokenizer {
  /// What the evaluation removes.
  private static let punctuation = Set(".?!,:;\"'`()[]{}-–—…‘’“”")
  private static let clitics: Set = ["s", "d", "m", "re", "ve", "ll"]
  /// Words that the Penn Treebank splits, by where.
  private static let contractions = [
    "cannot": 3, "gonna": 3, "gotta": 3, "wanna": 3, "lemme": 3, "gimme": 3,
  ]
  /// What keeps its point, beside single letters.
  private static let abbreviations: Set = [
    "mr", "mrs", "ms", "dr", "prof", "jr", "sr", "st", "ave", "blvd", "rd", "mt", "ft", "capt",
    "gen", "lt", "sgt", "inc", "corp", "ltd", "vs", "etc",
  ]

  /// The words of a caption, in order.
  public static func words(of caption: String) -> [String] {
    let characters = Array(caption.lowercased().map { $0 == "’" ? "'" : $0 })
    var words: [String] = []
    var word = ""
    func finish() {
      words += splittingClitics(word)
      word = ""
    }
    for (position, character) in characters.enumerated() {
      if character.isLetter || character.isNumber {
        word.append(character)
      } else if joins(characters, at: position) {
        word.append(character)
      } else if character == ".", isAbbreviation(word) {
        word.append(character)
        finish()
      } else {
        finish()
        if !punctuation.contains(character) && !character.isWhitespace {
          words.append(String(character))
        }
      }
    }
    finish()
    return words
  }

  /// Whether the mark at `position` belongs to the word around it.
  private static func joins(_ characters: [Character], at position: Int) -> Bool {
    guard position > 0, position + 1 < characters.count else { return false }
    let (before, after) = (characters[position - 1], characters[position + 1])
    switch characters[position] {
    case "'", "-", "/": return isWordCharacter(before) && isWordCharacter(after)
    case ",", ":": return before.isNumber && after.isNumber
    case ".":
      // 3.5 and t.v, but not the end of one sentence and the beginning of the next: `sky.a`.
      let single = position < 2 || !isWordCharacter(characters[position - 2])
      return isWordCharacter(after) && (before.isNumber || before.isLetter && single)
    default: return false
    }
  }

  /// Whether a point after it belongs to it: `st`, and single letters with points between, as `t.v`.
  private static func isAbbreviation(_ word: String) -> Bool {
    abbreviations.contains(word)
      || !word.isEmpty
        && word.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
          $0.count == 1 && $0.allSatisfy(\.isLetter)
        }
  }

  private static func isWordCharacter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }

  private static func splittingClitics(_ word: String) -> [String] {
    guard !word.isEmpty else { return [] }
    if let place = contractions[word] {
      return [String(word.prefix(place)), String(word.dropFirst(place))]
    }
    if word.hasSuffix("n't") && word.count > 3 { return [String(word.dropLast(3)), "n't"] }
    if let apostrophe = word.lastIndex(of: "'"),
      clitics.contains(String(word[word.index(after: apostrophe)...]))
    {
      return [String(word[..<apostrophe]), String(word[apostrophe...])]
    }
    return [word]
  }
}
