import XCTest

final class TrainEncoderTests: StudioTestCase {
  func testTheSeedDecidesTheWeightsAndWhatIsRightIsPrinted() throws {
    for (name, seed) in [("one", "3"), ("two", "3"), ("other", "4")] {
      let run = try studio("train-encoder", "--steps", "2", "--seed", seed, "--output", name)
      XCTAssertEqual(run.status, 0, run.errors)
      for words in [
        "wrote \(name): 2 steps", "validation: ", "novel: ", "shape ", "hue ", "size ",
        "all of a picture ",
      ] {
        XCTAssertTrue(run.output.contains(words), run.output)
      }
    }
    let one = try Data(contentsOf: file("one"))
    XCTAssertEqual(one, try Data(contentsOf: file("two")))
    XCTAssertNotEqual(one, try Data(contentsOf: file("other")))
    XCTAssertLessThan(one.count, 500_000)
  }

  func testWhatCannotBeIsRefusedBeforeAnyWork() throws {
    XCTAssertEqual(try studio("train-encoder", "--output", "e", "--steps", "0").status, 64)
    XCTAssertEqual(try studio("train-encoder", "--output", "e", "--learning-rate", "0").status, 64)
    expectError(try studio("train-encoder", "--output", "none/e"), "none/e", "no folder")
  }
}
