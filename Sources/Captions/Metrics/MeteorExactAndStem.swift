import Foundation

/// The part of METEOR, as it was in 2005, that needs no dictionary: words match that are equal or
/// have the same stem.
///
/// `F·(1 − ½·(chunks/matches)³)` with `F = 10·P·R/(R + 9·P)`, of an alignment with the most matches
/// and, among these, the fewest chunks: runs of words that stand side by side in both captions.
/// METEOR 1.5, which the COCO evaluation has, matches synonyms and paraphrases too, but weighs
/// matches, function words and chunks by other numbers: its scores are mostly lower and not to be
/// compared with these.
///
/// Source: Banerjee and Lavie, "METEOR: An Automatic Metric for MT Evaluation with Improved Correlation
/// with Human Judgments", 2005.
struct MeteorExactAndStem {
  /// How many partial alignments are followed up at a time.
  private static let beamWidth = 40

  private struct Alignment {
    /// Which words of the reference are taken.
    var taken: [Bool]
    /// Where the word before is aligned to; −2 for nowhere, so that nothing follows on it.
    var last = -2
    var chunks = 0
    var matches = 0
  }

  /// From 0 to 1.
  func score(_ candidate: [String], reference: [String]) -> Double {
    guard !candidate.isEmpty, !reference.isEmpty else { return 0 }
    // Equal words have equal stems: one class of words for both kinds of match.
    let (own, other) = (candidate.map(PorterStemmer.stem), reference.map(PorterStemmer.stem))
    let places = Dictionary(grouping: other.indices) { other[$0] }
    let counts = Dictionary(grouping: own) { $0 }.mapValues(\.count)
    let most = counts.reduce(0) { $0 + min($1.value, places[$1.key]?.count ?? 0) }
    guard most > 0 else { return 0 }
    var beam = [Alignment(taken: [Bool](repeating: false, count: other.count))]
    for word in own {
      var next: [Alignment] = []
      for alignment in beam {
        let free = (places[word] ?? []).filter { !alignment.taken[$0] }
        for place in free {
          var longer = alignment
          longer.taken[place] = true
          longer.chunks += place == alignment.last + 1 ? 0 : 1
          longer.matches += 1
          longer.last = place
          next.append(longer)
        }
        // A word may stay alone when another one of its class takes its place.
        if free.isEmpty || (counts[word] ?? 0) > (places[word]?.count ?? 0) {
          var longer = alignment
          longer.last = -2
          next.append(longer)
        }
      }
      beam = Array(
        next.sorted { ($1.matches, $0.chunks) < ($0.matches, $1.chunks) }.prefix(Self.beamWidth))
    }
    guard let best = beam.first else { return 0 }
    let matches = Double(best.matches)
    let (precision, recall) = (matches / Double(own.count), matches / Double(other.count))
    let mean = 10 * precision * recall / (recall + 9 * precision)
    return mean * (1 - 0.5 * pow(Double(best.chunks) / matches, 3))
  }
}
