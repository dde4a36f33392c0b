import Foundation
import Kernels

/// How well captions agree with what people said of the same pictures, by the metrics of the COCO
/// caption evaluation; BLEU, ROUGE-L and CIDEr-D are equal to its reference implementation.
///
/// Source: Chen et al., "Microsoft COCO Captions: Data Collection and Evaluation Server", 2015,
/// arXiv:1504.00325, section 4.
public struct CaptionScores: Equatable, Sendable {
  /// Of one picture's caption.
  public struct Picture: Equatable, Sendable {
    /// BLEU-4 of the one caption, from 0 to 1.
    public var bleu4: Double
    /// From 0 to 1.
    public var rougeL: Double
    /// From 0 to 10.
    public var ciderD: Double
    /// METEOR of 2005 by equal words and stems, from 0 to 1; the COCO evaluation has METEOR 1.5.
    public var meteorExactAndStem: Double
  }

  /// BLEU-1 to BLEU-4 over all captions, from 0 to 1.
  public let bleu: [Double]
  /// The means over all pictures.
  public let rougeL, ciderD, meteorExactAndStem: Double
  /// In the order of the candidates.
  public let pictures: [Picture]

  /// - Parameters:
  ///   - candidates: The words of one caption for each picture.
  ///   - references: For each picture, in the same order, the words of its true captions.
  /// - Precondition: As many candidates as lists of references, and none of these empty.
  public init(candidates: [[String]], references: [[[String]]]) {
    precondition(
      candidates.count == references.count, "each picture needs a caption and references")
    precondition(references.allSatisfy { !$0.isEmpty }, "each picture needs a reference")
    var grams = GramTable()
    let candidateGrams = candidates.map { grams.counts(of: $0) }
    let referenceGrams = references.map { $0.map { grams.counts(of: $0) } }
    let cider = CIDErD(references: referenceGrams, gramCount: grams.count)
    let meteor = MeteorExactAndStem()

    let rows = Parallel.map(candidates.count) { index in
      let bleu = BLEU(candidate: candidateGrams[index], references: referenceGrams[index])
      let (candidate, references) = (candidates[index], references[index])
      let picture = Picture(
        bleu4: bleu.scores[3], rougeL: Self.rougeL(candidate, references),
        ciderD: cider.score(candidateGrams[index], references: referenceGrams[index]),
        meteorExactAndStem: references.map { meteor.score(candidate, reference: $0) }.max() ?? 0)
      return (picture: picture, bleu: bleu)
    }
    let scored = rows.map(\.picture)
    var total = BLEU()
    for row in rows { total.add(row.bleu) }
    func mean(_ value: KeyPath<Picture, Double>) -> Double {
      scored.reduce(0) { $0 + $1[keyPath: value] } / Double(max(scored.count, 1))
    }
    (pictures, bleu) = (scored, total.scores)
    rougeL = mean(\.rougeL)
    ciderD = mean(\.ciderD)
    meteorExactAndStem = mean(\.meteorExactAndStem)
  }

  /// ROUGE-L with β = 1.2: from the longest common subsequence, precision and recall each of the
  /// reference that gives most.
  ///
  /// Source: Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004.
  private static func rougeL(_ candidate: [String], _ references: [[String]]) -> Double {
    var (precision, recall) = (0.0, 0.0)
    for reference in references where !reference.isEmpty && !candidate.isEmpty {
      let common = Double(longestCommonSubsequence(candidate, reference))
      precision = max(precision, common / Double(candidate.count))
      recall = max(recall, common / Double(reference.count))
    }
    guard precision > 0, recall > 0 else { return 0 }
    let square = 1.2 * 1.2
    return (1 + square) * precision * recall / (recall + square * precision)
  }

  private static func longestCommonSubsequence(_ a: [String], _ b: [String]) -> Int {
    var row = [Int](repeating: 0, count: b.count + 1)
    for word in a {
      var diagonal = 0
      for (j, other) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = word == other ? diagonal + 1 : max(above, row[j])
        diagonal = above
      }
    }
    return row[b.count]
  }
}
