import Foundation

/// CIDEr-D: how much a caption agrees with all references of its picture, rare n-grams counting more.
///
/// For candidate c and reference r with the weights `g = count·log(pictures / pictures with the n-gram)`:
/// `10 · mean over n and r of exp(−(|c|−|r|)²/2σ²) · min(g(c), g(r))·g(r) / (‖g(c)‖·‖g(r)‖)`, σ = 6.
///
/// Source: Vedantam, Zitnick, Parikh, "CIDEr: Consensus-based Image Description Evaluation", CVPR
/// 2015, DOI 10.1109/CVPR.2015.7299087, section 6.
struct CIDErD {
  private static let deviation = 6.0

  /// log(pictures / pictures in whose references an n-gram occurs), by its number.
  private let rarity: [Double]

  /// - Parameter gramCount: Of the table that the n-grams' numbers are from.
  init(references: [[GramTable.Counts]], gramCount: Int) {
    var occurrences = [Int](repeating: 0, count: 2 * gramCount + 2)
    // The last picture that counted for an n-gram.
    var last = [Int](repeating: -1, count: occurrences.count)
    for (picture, captions) in references.enumerated() {
      for gram in captions.lazy.flatMap({ $0.grams.joined() }) where last[gram.number] != picture {
        last[gram.number] = picture
        occurrences[gram.number] += 1
      }
    }
    let pictures = log(Double(references.count))
    rarity = occurrences.map { pictures - log(Double(max($0, 1))) }
  }

  /// From 0 to 10.
  func score(_ candidate: GramTable.Counts, references: [GramTable.Counts]) -> Double {
    let norms = norms(candidate)
    let sum = references.reduce(0) { sum, reference in
      let others = self.norms(reference)
      // The reference implementation measures length by the pairs of words.
      let difference = Double(max(candidate.length - 1, 0) - max(reference.length - 1, 0))
      let penalty = exp(-difference * difference / (2 * Self.deviation * Self.deviation))
      let similarity = (0..<GramTable.longest).reduce(0.0) { sum, n in
        guard norms[n] > 0, others[n] > 0 else { return sum }
        var product = 0.0
        GramTable.Counts.forEachCommon(candidate.grams[n], reference.grams[n]) { number, a, b in
          let rarity = rarity[number]
          product += min(Double(a) * rarity, Double(b) * rarity) * Double(b) * rarity
        }
        return sum + product / (norms[n] * others[n])
      }
      return sum + similarity / Double(GramTable.longest) * penalty
    }
    return 10 * sum / Double(references.count)
  }

  private func norms(_ caption: GramTable.Counts) -> [Double] {
    caption.grams.map { grams in
      grams.reduce(0) { sum, gram in
        let weight = Double(gram.count) * rarity[gram.number]
        return sum + weight * weight
      }.squareRoot()
    }
  }
}
