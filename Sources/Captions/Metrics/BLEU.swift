import Foundation

/// BLEU: the share of a caption's n-grams that a reference has too, with a penalty for brevity.
///
/// Source: Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL 2002,
/// DOI 10.3115/1073083.1073135; the constants against division by zero and the choice of the reference
/// of the closest length, the shorter of two equally close, are those of the COCO evaluation.
struct BLEU {
  /// How many n-grams there are and how many of them are in a reference, n = 1…4.
  private var possible = [Int](repeating: 0, count: GramTable.longest)
  private var correct = [Int](repeating: 0, count: GramTable.longest)
  private var length = 0
  private var referenceLength = 0

  init() {}

  init(candidate: GramTable.Counts, references: [GramTable.Counts]) {
    length = candidate.length
    referenceLength =
      references.map(\.length).min {
        (abs($0 - candidate.length), $0) < (abs($1 - candidate.length), $1)
      } ?? 0
    for n in 0..<GramTable.longest {
      possible[n] = max(0, candidate.length - n)
      var allowed = [Int](repeating: 0, count: candidate.grams[n].count)
      for reference in references {
        var position = 0
        GramTable.Counts.forEachCommon(candidate.grams[n], reference.grams[n]) { number, _, other in
          while candidate.grams[n][position].number != number { position += 1 }
          allowed[position] = max(allowed[position], other)
        }
      }
      correct[n] = zip(candidate.grams[n], allowed).reduce(0) { $0 + min($1.0.count, $1.1) }
    }
  }

  /// Adds another caption's n-grams.
  mutating func add(_ other: BLEU) {
    for n in possible.indices {
      possible[n] += other.possible[n]
      correct[n] += other.correct[n]
    }
    length += other.length
    referenceLength += other.referenceLength
  }

  /// BLEU-1 to BLEU-4.
  var scores: [Double] {
    let (tiny, small) = (1e-15, 1e-9)
    let ratio = (Double(length) + tiny) / (Double(referenceLength) + small)
    let penalty = ratio < 1 ? exp(1 - 1 / ratio) : 1
    var product = 1.0
    return possible.indices.map { n in
      product *= (Double(correct[n]) + tiny) / (Double(possible[n]) + small)
      return pow(product, 1 / Double(n + 1)) * penalty
    }
  }
}
