import Foundation
import GradientChecking
import XCTest

/// `backprop gradcheck` and `backprop new layer`, as their users run them.
final class GradientCheckCommandTests: TemporaryFolderTestCase {
  private func backprop(_ arguments: String...) throws -> (code: Int32, output: String) {
    try runBackprop(arguments, in: folder)
  }

  /// The layer that `backprop new layer` writes, with some of its text replaced.
  private func layer(
    _ name: String, replacing old: String = "", with new: String = ""
  ) throws -> String {
    XCTAssertEqual(try backprop("new", "layer", name).code, 0)
    let file = folder.appending(path: "\(name).swift")
    let text = try String(contentsOf: file, encoding: .utf8)
    if !old.isEmpty {
      XCTAssertTrue(text.contains(old), old)
      try text.replacing(old, with: new).write(to: file, atomically: true, encoding: .utf8)
    }
    return "\(name).swift"
  }

  func testANewLayerPassesInBothPrecisionsAndAtOtherShapes() throws {
    let file = try layer("Gate")
    let check = try backprop("gradcheck", file, "--float", "--input", "x=7x5", "--input", "slope=5")
    XCTAssertEqual(check.code, 0, check.output)
    XCTAssertTrue(check.output.contains("✓ Gate (Double): right"), check.output)
    XCTAssertTrue(check.output.contains("✓ Gate (Float): right"), check.output)
    XCTAssertTrue(check.output.contains(/✓ x +\[7, 5\]  right .*35 compared/), check.output)
    for mode in ["--fast", "--jacobian"] {
      XCTAssertEqual(try backprop("gradcheck", file, mode).code, 0, mode)
    }
  }

  func testAnExistingFileIsNotOverwritten() throws {
    _ = try layer("Gate", replacing: "import Tensors", with: "import Tensors  // mine")
    XCTAssertEqual(try backprop("new", "layer", "Gate").code, 1)
    let text = try String(contentsOf: folder.appending(path: "Gate.swift"), encoding: .utf8)
    XCTAssertTrue(text.contains("// mine"))
    XCTAssertEqual(try backprop("new", "layer", "no good").code, 64)
  }

  func testAWrongLayerIsExplainedInTextHTMLAndJSON() throws {
    let file = try layer(
      "Gate", replacing: "\"slope\": try (upstream", with: "\"slope\": try -1 * (upstream")
    let check = try backprop("gradcheck", file, "--html", "page.html", "--json", "report.json")
    XCTAssertEqual(check.code, 1, check.output)
    XCTAssertTrue(check.output.contains("3 compared: 3 wrong"), check.output)
    XCTAssertTrue(check.output.contains("wrong sign"), check.output)
    let page = try String(contentsOf: folder.appending(path: "page.html"), encoding: .utf8)
    XCTAssertTrue(page.contains("wrong sign") && page.contains("<svg"), page)
    let json = try String(contentsOf: folder.appending(path: "report.json"), encoding: .utf8)
    let results = try LayerChecks.results(json: json)
    XCTAssertEqual(results.map { $0.report?.verdict }, [.wrong])
    XCTAssertEqual(results[0].report?.gradients[1].diagnosis?.kind, .wrongSign)
  }

  func testCompileErrorsComeBackWithTheFilesOwnLines() throws {
    let file = try layer("Gate", replacing: "let gate = try", with: "let gat = try")
    let check = try backprop("gradcheck", file)
    XCTAssertEqual(check.code, 1)
    XCTAssertTrue(
      check.output.contains("Gate.swift:33:"), "expected the line of the first use\n" + check.output
    )
    XCTAssertTrue(check.output.contains("cannot find 'gate' in scope"), check.output)
    XCTAssertFalse(check.output.contains(folder.path), "the path as it was given\n" + check.output)
  }

  func testALayerThatCrashesEndsOrNeverEndsIsAClearError() throws {
    for (name, code, message) in [
      ("Crash", "_ = [1][upstream.count]; ", "crashed"),
      ("Endless", "while true {}; ", "did not come to an end within 2 s"),
      ("Exit", "exit(0); ", "before the checks were done"),
      ("Throws", "try upstream.requireShape([99], \"upstream\"); ", "backward pass throws"),
    ] {
      let file = try layer(name, replacing: "let gate = try", with: code + "let gate = try")
      let url = folder.appending(path: file)
      try ("import Foundation\n" + String(contentsOf: url, encoding: .utf8))
        .write(to: url, atomically: true, encoding: .utf8)
      let check = try backprop("gradcheck", file, "--timeout", "2")
      XCTAssertEqual(check.code, 1, check.output)
      XCTAssertTrue(check.output.contains(message), check.output)
    }
  }

  func testMisuseIsExplained() throws {
    let file = try layer("Gate")
    try Data("import Foundation\n".utf8).write(to: folder.appending(path: "Empty.swift"))
    for (arguments, code, message) in [
      (["gradcheck", "nowhere.swift"], Int32(1), "nowhere.swift: cannot be read"),
      (["gradcheck", "page.html"], 1, "is no Swift file"),
      (["gradcheck", "Empty.swift"], 1, "backprop new layer"),
      (["gradcheck", file, "--input", "x=4y5"], 64, "x=4y5"),
      (["gradcheck", file, "--input", "z=4x5"], 1, "it has x, slope"),
      (["gradcheck", file, "--input", "x=4<5"], 1, "no such input of integers"),
      (["gradcheck", file, "--fast", "--jacobian"], 64, "exclude each other"),
      (["gradcheck", file, "--html", "none/page.html"], 0, "✓"),
    ] {
      let run = try runBackprop(arguments, in: folder)
      XCTAssertEqual(run.code, code, "\(arguments)\n\(run.output)")
      XCTAssertTrue(run.output.contains(message), "\(arguments)\n\(run.output)")
    }
  }
}
