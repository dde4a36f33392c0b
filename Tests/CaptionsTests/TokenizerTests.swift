import Captions
import Foundation
import XCTest

final class TokenizerTests: XCTestCase {
  func testWordsAreLowerCaseWithoutPunctuation() {
    check("A man, on a Horse.", "a man on a horse")
    check("  What? \"Nothing\"; really…\n", "what nothing really")
    check("Stop - he said -- now: go", "stop he said now go")
  }

  func testCliticsAreWordsOfTheirOwn() {
    check("The man's dog isn't here", "the man 's dog is n't here")
    check("They'll say it’s what we've got", "they 'll say it 's what we 've got")
    check("the boys' ball", "the boys ball")
    check("I can't and cannot", "i ca n't and can not")
  }

  func testMarksInsideWordsStay() {
    check("a T-shirt for 3.5 or 1,000 at 12:43", "a t-shirt for 3.5 or 1,000 at 12:43")
    check("a t.v. and/or a radio", "a t.v. and/or a radio")
  }

  func testAbbreviationsKeepTheirPoint() {
    check("St. Mary's on 5th Ave., with Mr. Hill", "st. mary 's on 5th ave. with mr. hill")
    check("in the U.S. in a best.", "in the u.s. in a best")
  }

  func testContractionsAreTakenApart() {
    check("gonna or gotta, wanna, lemme, gimme", "gon na or got ta wan na lem me gim me")
  }

  func testWordsAreThoseOfTheReferenceWhateverMarksACaptionHas() throws {
    struct Entry: Decodable {
      var caption: String
      var words: [String]
    }
    let file = URL(fileURLWithPath: #filePath + "/../Goldens/tokens.json").standardizedFileURL
    let golden = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: file))
    XCTAssertGreaterThan(golden.count, 60)
    for entry in golden {
      XCTAssertEqual(Tokenizer.words(of: entry.caption), entry.words, entry.caption)
    }
  }

  func testASingleLettersPointEndsASentenceBeforeAnotherOneAndAtTheEnd() {
    check("It says K.", "it says k")
    check("It says K. Dogs, too, say K. The end", "it says k. dogs too say k the end")
  }

  func testOtherSymbolsAreWords() {
    check("salt & pepper, $5", "salt & pepper $ 5")
  }

  func testNothingGivesNoWords() {
    XCTAssertEqual(Tokenizer.words(of: ""), [])
    XCTAssertEqual(Tokenizer.words(of: " .\n!"), [])
    XCTAssertEqual(Tokenizer.words(of: "'"), [])
  }

  private func check(_ caption: String, _ words: String, line: UInt = #line) {
    XCTAssertEqual(
      Tokenizer.words(of: caption), words.split(separator: " ").map(String.init), line: line)
  }
}
