/// The n-grams of one to four words of captions, as numbers: equal ones have the same number.
struct GramTable {
  static let longest = 4

  /// How often each n-gram occurs in a caption.
  struct Counts {
    /// For n = 1…4, in ascending order of the n-grams' numbers.
    var grams: [[(number: Int, count: Int)]]
    /// How many words the caption has.
    var length: Int
  }

  private var words: [String: Int] = [:]
  /// From an n-gram's first words and its last one to its number.
  private var numbers: [Pair: Int] = [:]

  private struct Pair: Hashable {
    var first, last: Int
  }

  /// How many different n-grams there have been, and one more than the largest number.
  var count: Int { words.count + numbers.count }

  mutating func counts(of caption: [String]) -> Counts {
    let ids = caption.map { word in
      if let id = words[word] { return id }
      // Words have even numbers and longer n-grams odd ones, so that both can be numbered as they come.
      let id = 2 * words.count
      words[word] = id
      return id
    }
    var grams = ids
    var all = [Self.counted(ids)]
    for n in 2...Self.longest {
      guard ids.count >= n else {
        all.append([])
        continue
      }
      grams = (0...ids.count - n).map { start in
        let pair = Pair(first: grams[start], last: ids[start + n - 1])
        if let number = numbers[pair] { return number }
        let number = 2 * numbers.count + 1
        numbers[pair] = number
        return number
      }
      all.append(Self.counted(grams))
    }
    return Counts(grams: all, length: ids.count)
  }

  private static func counted(_ numbers: [Int]) -> [(number: Int, count: Int)] {
    var counted: [(number: Int, count: Int)] = []
    for number in numbers.sorted() {
      if counted.last?.number == number {
        counted[counted.count - 1].count += 1
      } else {
        counted.append((number, 1))
      }
    }
    return counted
  }
}

extension GramTable.Counts {
  /// Calls `body` with the counts of every n-gram of length n that both captions have.
  static func forEachCommon(
    _ a: [(number: Int, count: Int)], _ b: [(number: Int, count: Int)],
    _ body: (_ number: Int, _ a: Int, _ b: Int) -> Void
  ) {
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if a[i].number == b[j].number {
        body(a[i].number, a[i].count, b[j].count)
        i += 1
        j += 1
      } else if a[i].number < b[j].number {
        i += 1
      } else {
        j += 1
      }
    }
  }
}
