import Tensors

/// The words a captioner knows, each with its number; the four special tokens come first:
/// `<NULL>` 0, `<START>` 1, `<END>` 2, `<UNK>` 3.
public struct Vocabulary: Equatable, Sendable {
  /// The special tokens, by number.
  public static let specialTokens = ["<NULL>", "<START>", "<END>", "<UNK>"]
  static let (null, start, end, unknown) = (0, 1, 2, 3)

  /// Every word by number.
  public let words: [String]
  private let numbers: [String: Int]

  /// The words that occur at least `minimumCount` times, frequent ones first and equally frequent
  /// ones in alphabetical order.
  /// - Parameter captions: The words of each; of a lazy sequence only one caption's are held at a time.
  public init(captions: some Sequence<[String]>, minimumCount: Int = 1) {
    var counts: [String: Int] = [:]
    for caption in captions { for word in caption { counts[word, default: 0] += 1 } }
    let known = counts.filter { $0.value >= minimumCount && !Self.specialTokens.contains($0.key) }
    words = Self.specialTokens + known.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    numbers = Self.numbering(words)
  }

  /// A vocabulary by its words.
  /// - Returns: nil unless the special tokens come first and no word occurs twice.
  public init?(words: [String]) {
    guard words.starts(with: Self.specialTokens), Set(words).count == words.count else {
      return nil
    }
    self.words = words
    numbers = Self.numbering(words)
  }

  /// How many words there are, special tokens included.
  public var count: Int { words.count }

  /// The number of a word, that of `<UNK>` where it is not known.
  public subscript(word: String) -> Int { numbers[word] ?? Self.unknown }

  /// `<START>`, the words, `<END>`, then `<NULL>` as often as it takes.
  ///
  /// Shapes: result `[captions.count, T]`, T two more than the longest caption's words.
  public func encode(_ captions: [[String]]) -> Tensor<Int> {
    let length = (captions.map(\.count).max() ?? 0) + 2
    var result = Tensor(repeating: Self.null, shape: [captions.count, length])
    for (row, caption) in captions.enumerated() {
      for (column, number) in encode(caption).enumerated() { result[row, column] = number }
    }
    return result
  }

  /// The numbers of one caption: `<START>`, the words, `<END>`.
  public func encode(_ caption: [String]) -> [Int] {
    [Self.start] + caption.map { self[$0] } + [Self.end]
  }

  /// The words up to the first `<END>`, without `<START>` and `<NULL>`.
  public func decode(_ numbers: some Sequence<Int>) -> [String] {
    numbers.prefix { $0 != Self.end }.filter { $0 != Self.start && $0 != Self.null }
      .map { words.indices.contains($0) ? words[$0] : words[Self.unknown] }
  }

  private static func numbering(_ words: [String]) -> [String: Int] {
    Dictionary(words.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Vocabulary: Codable {
  /// - Throws: `DecodingError` when the list is not a vocabulary.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let vocabulary = Vocabulary(words: try container.decode([String].self)) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "a vocabulary begins with \(Self.specialTokens) and has no word twice")
    }
    self = vocabulary
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(words)
  }
}
