extension GradientReport {
  /// The report as a page of its own: verdicts, what is wrong and why, and beside each other the
  /// errors, the gradient of the backward pass and the one by differences. It needs no other file,
  /// and follows the reader's choice of light or dark.
  public func html() -> String { gradientReportPage([self]) }
}

/// Several reports on one page.
public func gradientReportPage(_ reports: [GradientReport]) -> String {
  let title = reports.map(\.headline).joined(separator: "; ")
  return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <title>\(escaped(title))</title>
    \(SVGPicture.style)<style>
    :root{color-scheme:light dark}
    body{font:16px/1.5 system-ui,sans-serif;max-width:100rem;margin:2rem auto;padding:0 2rem}
    h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2.5rem 0 .5rem}
    table{border-collapse:collapse}
    td,th{text-align:left;padding:.3rem 1.5rem .3rem 0;border-bottom:1px solid #8884}
    th{font-weight:500}
    p{max-width:46rem}
    .diagnosis{font-weight:600}
    .faults{border-left:3px solid;padding:.2rem 1rem;list-style:none}
    .maps{display:flex;flex-wrap:wrap;gap:1.5rem 2.5rem}
    figure{margin:0;max-width:100%;overflow-x:auto}
    figcaption{margin-bottom:.4rem}
    .profile{font-family:ui-monospace,Menlo,Consolas,monospace;overflow-x:auto}
    \(colors(.light))
    @media (prefers-color-scheme:dark){\(colors(.dark))}
    </style>
    </head>
    <body>
    <main>
    \(reports.map(\.section).joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
}

private func colors(_ palette: Palette) -> String {
  let verdicts: [(String, RGB)] = [
    ("right", palette.right), ("wrong", palette.wrong), ("cannotTell", palette.cannotTell),
  ]
  return "body{background:\(palette.ground.css);color:\(palette.text.css)}"
    + "th,footer,.note,figcaption{color:\(palette.faint.css)}"
    + verdicts.map { ".\($0){color:\($1.css)}" }.joined()
}

extension GradientReport {
  fileprivate var section: String {
    var text =
      "<section>\n<h1><span class=\"\(verdict)\">\(verdict.mark)</span> "
      + "\(escaped(headline))</h1>\n"
    if !faults.isEmpty {
      text +=
        "<ul class=\"faults wrong\">\n"
        + faults.map { "<li>fault: \(escaped($0.message))</li>\n" }.joined() + "</ul>\n"
    }
    if !gradients.isEmpty {
      let heads = ["gradient of", "shape", "verdict", "largest error", "comparisons"]
      text +=
        "<table>\n<thead><tr>"
        + heads.map { "<th scope=\"col\">\($0)</th>" }.joined()
        + "</tr></thead>\n<tbody>\n" + gradients.map(\.row).joined() + "</tbody>\n</table>\n"
    }
    return text + gradients.map(\.details).joined()
      + "<footer><p>\(escaped(footer))</p></footer>\n</section>"
  }
}

extension InputReport {
  fileprivate var row: String {
    "<tr><td><code>\(escaped(name))</code></td><td>\(shape)</td>"
      + "<td class=\"\(verdict)\">\(verdict.mark) \(verdict.rawValue)</td>"
      + "<td>\(escaped(errorText))</td><td>\(escaped(counts))</td></tr>\n"
  }

  /// What is wrong, why and where; nothing for a gradient that is right.
  fileprivate var details: String {
    guard verdict != .right, worstText != nil || diagnosis != nil || shownMap != nil else {
      return ""
    }
    var text =
      "<h2><span class=\"\(verdict)\">\(verdict.mark)</span> "
      + "<code>\(escaped(name))</code> \(shape)</h2>\n"
    if let diagnosis { text += "<p class=\"diagnosis\">\(escaped(diagnosis.message))</p>\n" }
    if let worstText { text += "<p class=\"note\">\(escaped(worstText))</p>\n" }
    guard let map = shownMap else { return text }
    let captions: [(HeatMapContent, String)] = [
      (.error, "the error"), (.analytic, "what the backward pass gives"),
      (.numeric, "what the differences give"),
    ]
    let figures = captions.map { content, caption in
      "<figure><figcaption>\(caption)</figcaption>\n"
        + map.svg(content, title: "\(caption) in the gradient of \(name)", style: "")
        + "</figure>\n"
    }
    text += "<div class=\"maps\">\n\(figures.joined())</div>\n"
    let profiles = map.profileLines(width: 100)
    return profiles.isEmpty
      ? text
      : text + "<pre class=\"profile\">\(escaped(profiles.joined(separator: "\n")))</pre>\n"
  }
}
