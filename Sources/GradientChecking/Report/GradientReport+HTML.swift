import Foundation

extension GradientReport {
  /// The report as a page of its own, with pictures of every wrong gradient.
  public func html() -> String { gradientReportPage([self]) }
}

/// Several reports on one page.
public func gradientReportPage(_ reports: [GradientReport]) -> String {
  let title = reports.map(\.function).joined(separator: ", ")
  return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Gradients of \(escaped(title))</title>
    <style>
    :root { color-scheme: light dark; }
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
    table { border-collapse: collapse; }
    td, th { text-align: left; padding: 0.2rem 1rem 0.2rem 0; vertical-align: top; }
    .wrong { color: #d55e00; font-weight: 600; } .right { color: #009e73; }
    .maps { display: flex; flex-wrap: wrap; gap: 1rem; }
    figure { margin: 0; overflow: auto; } svg { background: #fff; }
    figcaption, small { color: #777; }
    </style>
    </head>
    <body>
    \(reports.map(\.section).joined(separator: "\n"))
    </body>
    </html>

    """
}

func escaped(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    .replacing("\"", with: "&quot;")
}

extension GradientReport {
  fileprivate var section: String {
    let rows = gradients.map { gradient in
      "<tr><td><code>\(escaped(gradient.name))</code></td><td>\(gradient.shape)</td>"
        + "<td class=\"\(gradient.verdict == .cannotTell ? "" : gradient.verdict.rawValue)\">"
        + "\(gradient.verdict.rawValue)</td><td>\(escaped(gradient.summary))</td></tr>"
    }
    let faults = faults.map { "<li class=\"wrong\">\(escaped($0.message))</li>" }
    return """
      <h1>\(mark(verdict)) \(escaped(function)): \(verdict.rawValue)</h1>
      <ul>\(faults.joined())</ul>
      <table><tr><th>gradient of</th><th>shape</th><th>verdict</th><th></th></tr>
      \(rows.joined(separator: "\n"))
      </table>
      \(gradients.map(\.pictures).joined(separator: "\n"))
      <p><small>\(escaped(scalar)), \(mode.rawValue) mode, seed \(seed), \(forwardCalls) forward and \
      \(backwardCalls) backward passes, \(String(format: "%.1f", seconds * 1000)) ms.</small></p>
      """
  }
}

extension InputReport {
  fileprivate var pictures: String {
    guard verdict == .wrong else { return "" }
    let sentence = diagnosis.map { "<p>\(escaped($0.message))</p>" } ?? ""
    guard let map else { return "<h2><code>\(escaped(name))</code></h2>\(sentence)" }
    let figures: [(HeatMapContent, String)] = [
      (.error, "the error"), (.analytic, "what the backward pass gives"),
      (.numeric, "what differences give"),
    ]
    let maps = figures.map {
      "<figure>\(map.svg($0))<figcaption>\($1)</figcaption></figure>"
    }
    return """
      <h2><code>\(escaped(name))</code></h2>
      \(sentence)
      <div class="maps">\(maps.joined())</div>
      """
  }
}
