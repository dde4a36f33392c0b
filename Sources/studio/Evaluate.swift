import ArgumentParser
import Captions
import Foundation
import Kernels

/// `studio evaluate`: scores of captions against what people said.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score captions as the COCO caption evaluation does.",
    discussion: """
      Reads results in COCO's format, [{"image_id": 1, "caption": "a dog"}, …], as `studio caption \
      --json` writes them. Only pictures with a result are evaluated. METEOR is that of 2005 by \
      equal words and equal stems alone; its scores are not those of METEOR 1.5, which the COCO \
      evaluation has.
      """)

  @Option(help: ArgumentHelp("Captions to score (COCO's result format).", valueName: "file"))
  var results: String

  @Option(help: ArgumentHelp("True captions (COCO's format).", valueName: "file"))
  var captions: String

  @Option(help: ArgumentHelp("Write the scores to this JSON file.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Write every picture's scores to this JSON file.", valueName: "file"))
  var perImage: String?

  func run() throws {
    try requireWritable([json, perImage], keeping: [self.results, captions])
    let results = try CaptionResult.read(self.results)
    let source = try CaptionedImages(contentsOf: URL(fileURLWithPath: captions))
    let known = Dictionary(grouping: source.annotations, by: \.imageID)
    for result in results where known[result.imageID] == nil {
      throw StudioError(
        "\(self.results): has a caption of picture \(result.imageID), of which \(captions) has none"
      )
    }
    let scores = CaptionScores(
      candidates: Parallel.map(results.count) { Tokenizer.words(of: results[$0].caption) },
      references: Parallel.map(results.count) { index in
        (known[results[index].imageID] ?? []).map { Tokenizer.words(of: $0.caption) }
      })
    for (name, score) in scores.table {
      print(name.padding(toLength: 27, withPad: " ", startingAt: 0) + String(format: "%.4f", score))
    }
    let missing = known.count - results.count
    if missing > 0 {
      printError("\(missing) of \(known.count) pictures have no result and were not evaluated")
    }
    if let json {
      try writeJSON(Dictionary(uniqueKeysWithValues: scores.table), to: json)
    }
    if let perImage {
      try writeJSON(
        zip(results, scores.pictures).map { ScoredResult(result: $0, scores: $1) }, to: perImage)
    }
  }
}

/// One caption in COCO's result format.
struct CaptionResult: Encodable {
  var imageID: Int
  var caption: String

  enum CodingKeys: String, CodingKey {
    case imageID = "image_id"
    case caption
  }

  /// - Throws: `StudioError` for a file that is not in that format, is empty or has two captions of a
  ///   picture.
  static func read(_ path: String) throws -> [CaptionResult] {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
      throw StudioError("\(path): cannot be read")
    }
    var results: [CaptionResult] = []
    do {
      try JSONReader.read(data) { reader in
        try reader.array { results.append(try CaptionResult(from: &$0)) }
      }
    } catch let error as JSONError {
      throw StudioError(
        "\(path): \(error); expected COCO's result format, [{\"image_id\": 1, \"caption\": \"…\"}, …]"
      )
    }
    guard !results.isEmpty else { throw StudioError("\(path): has no captions") }
    var seen: Set<Int> = []
    for result in results where !seen.insert(result.imageID).inserted {
      throw StudioError("\(path): has two captions of picture \(result.imageID); expected one")
    }
    return results
  }
}

extension CaptionResult {
  private init(from reader: inout JSONReader) throws {
    var (imageID, caption): (Int?, String?)
    try reader.object { reader, key in
      switch key {
      case "image_id": imageID = try reader.integer()
      case "caption": caption = try reader.string()
      default: break
      }
    }
    self.init(
      imageID: try reader.required(imageID, "image_id"),
      caption: try reader.required(caption, "caption"))
  }
}

extension CaptionScores {
  /// Every score by the name that the COCO evaluation gives it.
  var table: [(name: String, score: Double)] {
    bleu.enumerated().map { ("BLEU-\($0 + 1)", $1) }
      + [
        ("METEOR 2005 (exact, stem)", meteorExactAndStem), ("ROUGE-L", rougeL), ("CIDEr-D", ciderD),
      ]
  }
}

/// A picture's caption with its scores.
private struct ScoredResult: Encodable {
  var imageID: Int
  var caption: String
  var bleu4, rougeL, ciderD, meteorExactAndStem: Double

  enum CodingKeys: String, CodingKey {
    case imageID = "image_id"
    case caption
    case bleu4 = "BLEU-4"
    case rougeL = "ROUGE-L"
    case ciderD = "CIDEr-D"
    case meteorExactAndStem = "METEOR 2005 (exact, stem)"
  }

  init(result: CaptionResult, scores: CaptionScores.Picture) {
    (imageID, caption) = (result.imageID, result.caption)
    (bleu4, rougeL, ciderD) = (scores.bleu4, scores.rougeL, scores.ciderD)
    meteorExactAndStem = scores.meteorExactAndStem
  }
}
