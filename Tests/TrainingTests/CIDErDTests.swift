import Foundation
import Training
import XCTest

final class CIDErDTests: XCTestCase {
  func testItIsTheReferenceEvaluations() throws {
    struct Fixtures: Decodable {
      struct Set: Decodable {
        var name: String
        var gts, res: [String: [String]]
      }
      var sets: [Set]
    }
    let file = URL(
      fileURLWithPath: #filePath + "/../../../../shared/data/metrics/caption_metric_fixtures.json")
    guard let data = try? Data(contentsOf: file.standardizedFileURL) else {
      throw XCTSkip("needs ../shared/data/metrics, which is not here")
    }
    let scores = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let sets = scores?["sets"] as? [[String: Any]] ?? []
    for (index, set) in try JSONDecoder().decode(Fixtures.self, from: data).sets.enumerated() {
      let keys = set.gts.keys.sorted()
      func words(_ caption: String) -> [String] { caption.split(separator: " ").map(String.init) }
      let metric = CIDErD(references: keys.map { (set.gts[$0] ?? []).map(words) })
      let score = metric.score(keys.map { words(set.res[$0]?.first ?? "") })
      let expected = Self.number("CIDEr", in: sets[index])
      XCTAssertEqual(score, try XCTUnwrap(expected), accuracy: 1e-6, set.name)
    }
  }

  func testTheSameCaptionAsAllReferencesScoresTen() {
    let references = [["a", "black", "dog", "runs"], ["two", "men", "sit", "outside"]]
    XCTAssertEqual(
      CIDErD(references: references.map { [$0] }).score(references), 10, accuracy: 1e-12)
  }

  /// The number of a name, however deep it stands.
  private static func number(_ name: String, in object: Any) -> Double? {
    guard let object = object as? [String: Any] else { return nil }
    return object[name] as? Double
      ?? object.filter { !["gts", "res"].contains($0.key) }.values.lazy
      .compactMap { number(name, in: $0) }.first
  }
}
