import Captions
import Foundation

/// A page that shows pictures with their captions, with no other files.
struct CaptionGallery {
  struct Entry {
    var file: URL
    var caption: String
    var truth: [String]
    var scores: CaptionScores.Picture?
    /// Of a drawn scene.
    var verdict: Scene.Verdict?
  }

  var title: String
  var entries: [Entry]
  /// Over the pictures whose true captions are known.
  var scores: CaptionScores?

  func html() throws -> String {
    let summary = (scores?.table ?? []).map { name, score in
      "<tr><th>\(escaped(name))</th><td>\(String(format: "%.3f", score))</td></tr>"
    }
    let scored =
      "Scores of \(entries.count { $0.scores != nil }) of \(entries.count) pictures, those whose "
      + "true captions are known:"
    return """
      <!doctype html>
      <html lang="en"><meta charset="utf-8"><title>\(escaped(title))</title>
      <style>
      body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem; color: #222; background: #fafafa }
      main { display: grid; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: 1.2rem }
      figure { margin: 0; background: white; border-radius: 6px; box-shadow: 0 1px 4px #0003 }
      img { width: 100%; height: 200px; object-fit: contain; background: #eee;
        border-radius: 6px 6px 0 0 }
      figcaption { padding: .7rem 1rem 1rem } strong { font-size: 1.05rem }
      table { margin-bottom: 1.2rem } em { color: #b00 }
      ul { color: #666; padding-left: 1.1rem; margin: .5rem 0 0 } small { color: #888 }
      th { text-align: left; padding-right: 1.5rem; font-weight: normal }
      </style>
      <h1>\(escaped(title))</h1>
      \(summary.isEmpty ? "" : "<p>\(scored)</p><table>\(summary.joined())</table>")
      <main>
      \(try entries.map(figure).joined(separator: "\n"))
      </main></html>

      """
  }

  private func figure(_ entry: Entry) throws -> String {
    let data = try Data(contentsOf: entry.file)
    let kind = data.starts(with: [0xFF, 0xD8]) ? "jpeg" : "png"
    let scores = entry.scores.map {
      String(
        format: "<br><small>CIDEr-D %.2f · ROUGE-L %.2f · BLEU-4 %.2f</small>", $0.ciderD,
        $0.rougeL, $0.bleu4)
    }
    let verdict = entry.verdict.map { $0 == .right ? " ✓" : " <em>✗ not true of it</em>" }
    let truth = entry.truth.map { "<li>\(escaped($0))</li>" }.joined()
    return """
      <figure><img src="data:image/\(kind);base64,\(data.base64EncodedString())" \
      alt="\(escaped(entry.file.lastPathComponent))">
      <figcaption><small>\(escaped(entry.file.lastPathComponent))</small><br>\
      <strong>\(escaped(entry.caption))</strong>\(verdict ?? "")\(scores ?? "")\
      \(truth.isEmpty ? "" : "<ul>\(truth)</ul>")</figcaption></figure>
      """
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
