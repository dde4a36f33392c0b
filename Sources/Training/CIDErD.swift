import Foundation

/// CIDEr-D: how much captions agree with what people said of the same pictures, by their n-grams of
/// one to four words, rare ones counting more.
///
/// For candidate c and reference r with the weights `g = count·log(P / pictures with the n-gram)`:
/// `10 · mean over n, r of exp(−(|c|−|r|)²/2σ²) · min(g(c), g(r))·g(r) / (‖g(c)‖·‖g(r)‖)`, σ = 6.
///
/// Source: Vedantam, Zitnick, Parikh, "CIDEr: Consensus-based Image Description Evaluation", CVPR
/// 2015, DOI 10.1109/CVPR.2015.7299087, section 6.
public struct CIDErD: Sendable {
  private typealias NGram = ArraySlice<String>

  private struct Description {
    var weights: [[NGram: Double]]
    var norms: [Double]
    var length: Int
  }

  private static let longest = 4
  private static let deviation = 6.0

  private let references: [[[String]]]
  /// In how many pictures' references each n-gram occurs.
  private let occurrences: [NGram: Int]

  /// - Parameter references: For every picture the words of its true captions.
  public init(references: [[[String]]]) {
    self.references = references
    var occurrences: [NGram: Int] = [:]
    for captions in references {
      let all = captions.reduce(into: Set<NGram>()) { set, words in
        for n in 1...Self.longest { set.formUnion(Self.nGrams(words, n)) }
      }
      for nGram in all { occurrences[nGram, default: 0] += 1 }
    }
    self.occurrences = occurrences
  }

  /// The mean over all pictures, from 0 to 10.
  /// - Parameter candidates: The words of one caption for each picture, in the references' order.
  /// - Precondition: As many candidates as pictures.
  public func score(_ candidates: [[String]]) -> Double {
    precondition(candidates.count == references.count, "one caption for each picture is expected")
    let scores = zip(candidates, references).map { candidate, captions in
      let candidate = describe(candidate)
      let similarities = captions.map { similarity(candidate, describe($0)) }
      return similarities.isEmpty ? 0 : similarities.reduce(0, +) / Double(similarities.count)
    }
    return scores.isEmpty ? 0 : 10 * scores.reduce(0, +) / Double(scores.count)
  }

  private static func nGrams(_ words: [String], _ n: Int) -> [NGram] {
    words.count < n ? [] : (0...words.count - n).map { words[$0..<$0 + n] }
  }

  private func describe(_ words: [String]) -> Description {
    let total = log(Double(references.count))
    let weights = (1...Self.longest).map { n in
      Self.nGrams(words, n).reduce(into: [NGram: Double]()) { weights, nGram in
        weights[nGram, default: 0] += total - log(Double(max(1, occurrences[nGram] ?? 0)))
      }
    }
    return Description(
      weights: weights,
      // Summed in a fixed order, so that the same captions always get the same score.
      norms: weights.map { $0.values.sorted().reduce(0) { $0 + $1 * $1 }.squareRoot() },
      // The reference implementation measures length by pairs of words.
      length: max(0, words.count - 1))
  }

  private func similarity(_ candidate: Description, _ reference: Description) -> Double {
    let difference = Double(candidate.length - reference.length)
    let penalty = exp(-difference * difference / (2 * Self.deviation * Self.deviation))
    return (0..<Self.longest).reduce(0) { sum, n in
      let (own, other) = (candidate.weights[n], reference.weights[n])
      let products = own.compactMap { nGram, weight in
        other[nGram].map { min(weight, $0) * $0 }
      }
      let norms = candidate.norms[n] * reference.norms[n]
      return sum + (norms > 0 ? products.sorted().reduce(0, +) / norms : 0)
    } / Double(Self.longest) * penalty
  }
}
