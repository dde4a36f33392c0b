import Captions
import Foundation
import XCTest

final class CaptionScoresTests: XCTestCase {
  /// What Goldens/metrics.py wrote.
  private struct Golden: Decodable {
    var candidates: [[String]]
    var references: [[[String]]]
    var bleu, rougeL, ciderD, meteor: [Double]
    var stems: [String: String]
  }

  /// The scores that the reference evaluation gave.
  private struct Fixtures: Decodable {
    struct Set: Decodable {
      var name: String
      var gts, res: [String: [String]]
      var scores: [String: Double]
    }
    var sets: [Set]
  }

  private func golden() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Goldens/metrics.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  private func check(
    _ actual: [Double], _ expected: [Double], _ name: String, line: UInt = #line
  ) {
    XCTAssertEqual(actual.count, expected.count, name, line: line)
    for (index, (a, b)) in zip(actual, expected).enumerated() {
      XCTAssertEqual(a, b, accuracy: 1e-6, "\(name) \(index)", line: line)
    }
  }

  func testEveryScoreIsThatOfItsFormula() throws {
    let golden = try golden()
    let scores = CaptionScores(candidates: golden.candidates, references: golden.references)
    check(scores.bleu, golden.bleu, "BLEU")
    check(scores.pictures.map(\.rougeL), golden.rougeL, "ROUGE-L")
    check(scores.pictures.map(\.ciderD), golden.ciderD, "CIDEr-D")
    check(scores.pictures.map(\.meteorExactAndStem), golden.meteor, "METEOR")
    let count = Double(golden.candidates.count)
    XCTAssertEqual(scores.ciderD, golden.ciderD.reduce(0, +) / count, accuracy: 1e-6)
    XCTAssertEqual(scores.rougeL, golden.rougeL.reduce(0, +) / count, accuracy: 1e-6)
    XCTAssertEqual(scores.meteorExactAndStem, golden.meteor.reduce(0, +) / count, accuracy: 1e-6)
  }

  func testEveryScoreIsThatOfTheReferenceEvaluation() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../shared/data/metrics/caption_metric_fixtures.json")
    guard let data = try? Data(contentsOf: file) else {
      throw XCTSkip("no scores of the reference evaluation in \(file.standardized.path)")
    }
    let sets = try JSONDecoder().decode(Fixtures.self, from: data).sets
    XCTAssertFalse(sets.isEmpty)
    for set in sets {
      // Tokenised already.
      func words(_ captions: [String]) -> [[String]] {
        captions.map { $0.split(separator: " ").map(String.init) }
      }
      let ids = set.gts.keys.sorted()
      let scores = CaptionScores(
        candidates: ids.map { words(set.res[$0] ?? [""])[0] },
        references: ids.map { words(set.gts[$0] ?? []) })
      let named = ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr"]
      check(
        scores.bleu + [scores.rougeL, scores.ciderD],
        try named.map { try XCTUnwrap(set.scores[$0]) },
        set.name)
    }
  }

  func testStemsAreThoseOfPortersAlgorithm() throws {
    for (word, stem) in try golden().stems { XCTAssertEqual(PorterStemmer.stem(word), stem, word) }
    XCTAssertEqual(PorterStemmer.stem("t-shirts"), "t-shirts")
  }

  func testEmptyCaptionsScoreNothingAndTheOnlyRightOneScoresAll() {
    let scores = CaptionScores(
      candidates: [[], ["a", "dog", "on", "grass"]],
      references: [[["a", "cat"]], [["a", "dog", "on", "grass"]]])
    XCTAssertEqual(scores.pictures[0].rougeL, 0)
    XCTAssertEqual(scores.pictures[0].ciderD, 0)
    XCTAssertEqual(scores.pictures[0].meteorExactAndStem, 0)
    XCTAssertEqual(scores.pictures[1].rougeL, 1, accuracy: 1e-9)
    XCTAssertEqual(scores.pictures[1].ciderD, 10, accuracy: 1e-9)
    XCTAssertEqual(scores.pictures[1].bleu4, 1, accuracy: 1e-6)
  }
}
