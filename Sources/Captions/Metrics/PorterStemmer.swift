/// Takes the endings from English words: `falling`, `falls` and `fall` have the same stem.
///
/// Source: Porter, "An algorithm for suffix stripping", 1980, DOI 10.1108/eb046814.
public enum PorterStemmer {
  /// The stem of a word in lower case; words of one or two letters, and with others than a to z, stay.
  public static func stem(_ word: String) -> String {
    let letters = Array(word.utf8)
    guard letters.count > 2, letters.allSatisfy({ (97...122).contains($0) }) else { return word }
    var stemmer = Word(letters: letters)
    stemmer.strip()
    return String(decoding: stemmer.letters, as: UTF8.self)
  }

  private struct Word {
    var letters: [UInt8]

    mutating func strip() {
      plurals()
      pastAndParticiple()
      if ends("y"), hasVowel(dropping: 1) { replace(1, "i") }
      _ = shorten(Self.doubleSuffixes, measure: 0)
      _ = shorten(Self.singleSuffixes, measure: 0)
      if !shorten(Self.lastSuffixes, measure: 1), ends("ion"), measure(dropping: 3) > 1,
        let before = letters.dropLast(3).last,
        before == UInt8(ascii: "s") || before == UInt8(ascii: "t")
      {
        replace(3, "")
      }
      if ends("e") {
        let m = measure(dropping: 1)
        if m > 1 || m == 1 && !endsInShortSyllable(dropping: 1) { replace(1, "") }
      }
      if measure(dropping: 0) > 1, ends("ll") { replace(1, "") }
    }

    private mutating func plurals() {
      if ends("sses") || ends("ies") {
        replace(2, "")
      } else if ends("s"), !ends("ss") {
        replace(1, "")
      }
    }

    private mutating func pastAndParticiple() {
      if ends("eed") {
        if measure(dropping: 3) > 0 { replace(1, "") }
        return
      }
      guard
        let suffix = ["ed", "ing"].first(where: { ends($0) && hasVowel(dropping: $0.utf8.count) })
      else { return }
      replace(suffix.utf8.count, "")
      if ends("at") || ends("bl") || ends("iz") {
        replace(0, "e")
      } else if endsInDoubleConsonant, !ends("l"), !ends("s"), !ends("z") {
        replace(1, "")
      } else if measure(dropping: 0) == 1, endsInShortSyllable(dropping: 0) {
        replace(0, "e")
      }
    }

    /// Replaces the first suffix that the word ends in, where what is before it measures more.
    /// - Returns: Whether there was one, replaced or not.
    private mutating func shorten(_ suffixes: [(String, String)], measure least: Int) -> Bool {
      guard let (suffix, shorter) = suffixes.first(where: { ends($0.0) }) else { return false }
      if measure(dropping: suffix.utf8.count) > least { replace(suffix.utf8.count, shorter) }
      return true
    }

    // Longer suffixes before those that they end in.
    private static let doubleSuffixes = [
      ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
      ("abli", "able"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
      ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
      ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ]
    private static let singleSuffixes = [
      ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
      ("ness", ""),
    ]
    private static let lastSuffixes = [
      "ement", "ment", "ent", "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ou", "ism",
      "ate", "iti", "ous", "ive", "ize",
    ].map { ($0, "") }

    private func ends(_ suffix: String) -> Bool {
      letters.count > suffix.utf8.count
        && letters.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    private mutating func replace(_ count: Int, _ suffix: String) {
      letters.removeLast(count)
      letters += suffix.utf8
    }

    private func isConsonant(_ index: Int) -> Bool {
      switch letters[index] {
      case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
        UInt8(ascii: "u"):
        false
      case UInt8(ascii: "y"): index == 0 || !isConsonant(index - 1)
      default: true
      }
    }

    /// How often a vowel is followed by a consonant in the word without its last letters.
    private func measure(dropping count: Int) -> Int {
      let kinds = (0..<letters.count - count).map(isConsonant)
      return zip(kinds, kinds.dropFirst()).reduce(0) { $0 + (!$1.0 && $1.1 ? 1 : 0) }
    }

    private func hasVowel(dropping count: Int) -> Bool {
      (0..<letters.count - count).contains { !isConsonant($0) }
    }

    private var endsInDoubleConsonant: Bool {
      let last = letters.count - 1
      return last > 0 && letters[last] == letters[last - 1] && isConsonant(last)
    }

    /// Consonant, vowel, consonant other than w, x and y.
    private func endsInShortSyllable(dropping count: Int) -> Bool {
      let last = letters.count - count - 1
      guard last > 1, isConsonant(last), !isConsonant(last - 1), isConsonant(last - 2) else {
        return false
      }
      return ![UInt8(ascii: "w"), UInt8(ascii: "x"), UInt8(ascii: "y")].contains(letters[last])
    }
  }
}
