import Foundation
import XCTest

final class EvaluateTests: StudioTestCase {
  private func writeCaptions() throws {
    let captions = """
      {"images": [{"id": 1, "file_name": "1.png"}, {"id": 2, "file_name": "2.png"}], "annotations": [
      {"id": 1, "image_id": 1, "caption": "A dog on the grass."},
      {"id": 2, "image_id": 1, "caption": "A brown dog."},
      {"id": 3, "image_id": 2, "caption": "Two cats sleep."}]}
      """
    try Data(captions.utf8).write(to: file("captions.json"))
  }

  private func evaluate(_ results: String) throws -> Run {
    try Data(results.utf8).write(to: file("results.json"))
    return try studio(
      "evaluate", "--results", "results.json", "--captions", "captions.json", "--json",
      "scores.json", "--per-image", "each.json")
  }

  func testScoresAreATableAndFiles() throws {
    try writeCaptions()
    let run = try evaluate(
      """
      [{"image_id": 1, "caption": "a dog on the grass"}, {"image_id": 2, "caption": "two cats"}]
      """)
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertTrue(run.output.contains("BLEU-4"), run.output)
    let scores = try JSONDecoder().decode(
      [String: Double].self, from: Data(contentsOf: file("scores.json")))
    XCTAssertEqual(
      scores.keys.sorted(),
      ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "CIDEr-D", "METEOR 2005 (exact, stem)", "ROUGE-L"])
    // One caption is a true one, the other begins like it: its ROUGE-L follows from P = 1, R = ⅔.
    XCTAssertEqual(
      try XCTUnwrap(scores["ROUGE-L"]), (1 + 2.44 * 2 / 3 / (2 / 3.0 + 1.44)) / 2, accuracy: 1e-9)
    let each = try JSONSerialization.jsonObject(with: Data(contentsOf: file("each.json")))
    let first = try XCTUnwrap((each as? [[String: Any]])?.first)
    XCTAssertEqual(first["image_id"] as? Int, 1)
    XCTAssertEqual(try XCTUnwrap(first["ROUGE-L"] as? Double), 1, accuracy: 1e-9)
  }

  func testPicturesWithoutAResultAreCountedAndWrongFilesNamed() throws {
    try writeCaptions()
    let run = try evaluate(#"[{"image_id": 2, "caption": "two cats"}]"#)
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertTrue(run.errors.contains("1 of 2 pictures have no result"), run.errors)
    expectError(
      try evaluate(#"[{"image_id": 7, "caption": "x"}]"#), "results.json", "picture 7")
    expectError(
      try evaluate(
        #"[{"image_id": 1, "caption": "x"}, {"image_id": 1, "caption": "y"}]"#), "two captions")
    expectError(try evaluate("[]"), "has no captions")
    expectError(try evaluate("{}"), "the file is not a list but an object", "result format")
  }

  func testTheEntryOfAResultThatIsWrongIsNamedWithWhatCame() throws {
    try writeCaptions()
    let right = #"{"image_id": 1, "caption": "x"}"#
    expectError(
      try evaluate(#"[\#(right), {"image_id": "2", "caption": "y"}]"#), "results.json",
      "[1].image_id is not a whole number but a string", "result format")
    expectError(
      try evaluate(#"[\#(right), {"id": 2, "caption": "y"}]"#), "[1] has no “image_id”")
    expectError(try evaluate(#"[\#(right), {"image_id": 2}]"#), "[1] has no “caption”")
    expectError(try evaluate(#"[\#(right), 7]"#), "[1] is not an object but a number")
    expectError(try evaluate(#"[\#(right), {"image"#), "cut short", "[1]")
  }
}
