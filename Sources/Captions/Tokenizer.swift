/// Splits captions into words as the COCO caption evaluation does: lower case, no punctuation, and
/// the Penn Treebank's clitics as words of their own (`the man's` → `the man 's`, `don't` →
/// `do n't`).
///
/// Hyphens, points, slashes and the like stay inside a word: `t-shirt`, `3.5`, `and/or`, also where
/// a space was forgotten: `sky.the`. Abbreviations keep their point: `t.v.`, `st.`. Other symbols
/// are words: `&`, `$`, `%`, and so are brackets, `-lrb-` and `-rrb-`, and exclamations, `!!`.
/// Sources: Chen et al., 2015, arXiv 1504.00325, section 3.1; the Penn Treebank's tokenisation; what
/// the evaluation's tokeniser makes of many captions.
public enum Tokenizer {
  /// What the evaluation removes.
  private static let punctuation = Set(".?!,:;\"'`-–—…‘’“”")
  private static let brackets: [Character: String] = [
    "(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-",
  ]
  private static let clitics: Set = ["s", "d", "m", "re", "ve", "ll"]
  /// Words that the Penn Treebank splits, by where.
  private static let contractions = [
    "cannot": 3, "gonna": 3, "gotta": 3, "wanna": 3, "lemme": 3, "gimme": 3,
  ]
  /// What keeps its point, beside single letters.
  private static let abbreviations: Set = [
    "mr", "mrs", "ms", "dr", "prof", "jr", "sr", "st", "ave", "blvd", "rd", "mt", "ft", "capt",
    "gen", "lt", "sgt", "col", "maj", "gov", "sen", "rep", "pres", "rev", "hon", "esq", "inc",
    "corp", "ltd", "co", "cos", "bros", "dept", "univ", "bldg", "assn", "est", "sq", "vs",
    "etc",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    "mon", "tue", "tues", "wed", "thu", "thurs", "fri",
    "ala", "ariz", "calif", "colo", "conn", "ct", "dak", "fla", "ga", "ind", "kan", "kans", "ky",
    "md", "mich", "minn", "mo", "mont", "neb", "nev", "okla", "penn", "tenn", "va", "vt", "wis",
    "wisc", "wyo",
  ]
  /// Before these words, with a capital, the point after a single letter ends a sentence.
  private static let starters: Set = [
    "A", "About", "According", "Additionally", "After", "An", "As", "At", "But", "Earlier", "He",
    "Her", "Here", "However", "If", "In", "It", "Last", "Many", "More", "Now", "Once", "One",
    "Other", "Our", "She", "Since", "So", "Some", "Such", "That", "The", "Their", "Then", "There",
    "These", "They", "This", "We", "What", "When", "While", "Yet", "You",
  ]

  /// The words of a caption, in order.
  public static func words(of caption: String) -> [String] {
    let characters = caption.map { $0 == "’" ? "'" : $0 }
    var words: [String] = []
    var word = ""
    func finish() {
      words += splittingClitics(word.lowercased())
      word = ""
    }
    for (position, character) in characters.enumerated() {
      if isWordCharacter(character) {
        word.append(character)
        continue
      }
      if character.isWhitespace {
        finish()
        continue
      }
      let after = characters[(position + 1)...]
      if joins(character, word, after) {
        word.append(character)
      } else if character == ".", keepsPoint(word, after) {
        word.append(character)
        finish()
      } else {
        finish()
        if !punctuation.contains(character) {
          words.append(brackets[character] ?? String(character))
        } else if position == 0 || !isExclamation(characters[position - 1]) {
          let run = characters[position...].prefix(while: isExclamation)
          if run.count > 1 { words.append(String(run)) }
        }
      }
    }
    finish()
    return words
  }

  /// Whether a mark belongs to the word before it and to what comes after it.
  private static func joins(
    _ mark: Character, _ word: String, _ after: ArraySlice<Character>
  ) -> Bool {
    guard let next = after.first, isWordCharacter(next) else { return false }
    guard let first = word.first, let last = word.last, isWordCharacter(last) else {
      return word.isEmpty && begins(mark, after)
    }
    switch mark {
    case "'", "-", "/", "_": return true
    case ",", ":": return last.isNumber && next.isNumber
    case "&": return last.isUppercase && next.isUppercase
    case ".", "!", "?":
      // As in addresses: `sky.the`. Otherwise 3.5 and t.v alone.
      if first.isLetter && next.isLetter && !word.contains(where: "-/".contains) { return true }
      let isSingle = word.dropLast().last.map { !isWordCharacter($0) } ?? true
      return mark == "." && (last.isNumber || isSingle)
    default: return false
    }
  }

  /// Whether a mark that follows on no word begins one: `'s`, `'90s`, `#dog`, `@home`.
  private static func begins(_ mark: Character, _ after: ArraySlice<Character>) -> Bool {
    switch mark {
    case "'":
      let word = String(after.prefix(while: isWordCharacter)).lowercased()
      return clitics.contains(word) || word.wholeMatch(of: /\d\ds?/) != nil
    case "#", "@": return after.first?.isLetter == true
    default: return false
    }
  }

  /// Whether a point belongs to the word before it: `st.`, and single letters with points between,
  /// as `t.v.`; after one letter alone it may end a sentence.
  private static func keepsPoint(_ word: String, _ after: ArraySlice<Character>) -> Bool {
    guard !word.isEmpty else { return false }
    if word.count == 1 { return word.first?.isLetter == true && !startsSentence(after) }
    return abbreviations.contains(word.lowercased())
      || word.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
        $0.count == 1 && $0.allSatisfy(\.isLetter)
      }
  }

  private static func startsSentence(_ text: ArraySlice<Character>) -> Bool {
    let words = text.drop(while: \.isWhitespace)
    return words.isEmpty
      || words.count < text.count && starters.contains(String(words.prefix { !$0.isWhitespace }))
  }

  private static func isExclamation(_ character: Character) -> Bool { "!?".contains(character) }

  private static func isWordCharacter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }

  private static func splittingClitics(_ word: String) -> [String] {
    guard !word.isEmpty else { return [] }
    if let place = contractions[word] {
      return [String(word.prefix(place)), String(word.dropFirst(place))]
    }
    if word.utf8.contains(UInt8(ascii: ":")), let time = word.wholeMatch(of: /([\d:.,]+)([ap]m)/) {
      return [String(time.1), String(time.2)]
    }
    if word.hasSuffix("n't") && word.count > 3 { return [String(word.dropLast(3)), "n't"] }
    if let apostrophe = word.lastIndex(of: "'"), apostrophe > word.startIndex,
      clitics.contains(String(word[word.index(after: apostrophe)...]))
    {
      return [String(word[..<apostrophe]), String(word[apostrophe...])]
    }
    return [word]
  }
}
