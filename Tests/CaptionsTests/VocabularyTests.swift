import Captions
import Exercises
import Foundation
import XCTest

final class VocabularyTests: XCTestCase {
  private let captions = [["a", "red", "circle"], ["a", "blue", "circle"], ["a", "square"]]

  func testCaptionsAreCountedOneByOneAsALazySequenceGivesThem() {
    var split = 0
    let texts = ["a red circle", "a blue circle"]
    let lazily = texts.lazy.map { text in
      split += 1
      return text.split(separator: " ").map(String.init)
    }
    XCTAssertEqual(
      Vocabulary(captions: lazily), Vocabulary(captions: texts.map(Tokenizer.words)))
    XCTAssertEqual(split, 2)
  }

  func testTheSpecialTokensStandWhereTheExercisesExpectThem() {
    let vocabulary = Vocabulary(captions: captions)
    XCTAssertEqual(vocabulary["<NULL>"], SpecialToken.null)
    XCTAssertEqual(vocabulary["<START>"], SpecialToken.start)
    XCTAssertEqual(vocabulary["<END>"], SpecialToken.end)
    XCTAssertEqual(vocabulary["<UNK>"], SpecialToken.unknown)
  }

  func testFrequentWordsComeFirst() {
    XCTAssertEqual(
      Vocabulary(captions: captions).words.dropFirst(4), ["a", "circle", "blue", "red", "square"])
  }

  func testRareWordsAreUnknown() {
    let vocabulary = Vocabulary(captions: captions, minimumCount: 2)
    XCTAssertEqual(vocabulary.words.dropFirst(4), ["a", "circle"])
    XCTAssertEqual(vocabulary["red"], SpecialToken.unknown)
  }

  func testCaptionsComeBackWordForWord() {
    let vocabulary = Vocabulary(captions: captions)
    let encoded = vocabulary.encode(captions)
    XCTAssertEqual(encoded.shape, [3, 5])
    XCTAssertEqual(encoded.elements, [1, 4, 7, 5, 2, 1, 4, 6, 5, 2, 1, 4, 8, 2, 0])
    for (row, caption) in captions.enumerated() {
      let numbers = encoded.elements[row * 5..<(row + 1) * 5]
      XCTAssertEqual(vocabulary.decode(numbers), caption)
    }
  }

  func testNumbersBeyondTheWordsAreUnknown() {
    XCTAssertEqual(Vocabulary(captions: captions).decode([4, 99, -1]), ["a", "<UNK>", "<UNK>"])
  }

  func testItSurvivesJSON() throws {
    let vocabulary = Vocabulary(captions: captions)
    let data = try JSONEncoder().encode(vocabulary)
    XCTAssertEqual(try JSONDecoder().decode(Vocabulary.self, from: data), vocabulary)
  }

  func testAListThatIsNoVocabularyIsRefused() {
    for list in ["[]", #"["a"]"#, #"["<NULL>","<START>","<END>","<UNK>","a","a"]"#] {
      XCTAssertThrowsError(try JSONDecoder().decode(Vocabulary.self, from: Data(list.utf8)))
    }
  }
}
