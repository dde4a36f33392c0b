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
      ("Crash", "_ = [1][upstream.count]; ", "✗ Crash: cannot be checked: crashed: Index out of"),
      ("Stops", "fatalError(\"no way\"); ", "Stops.swift:33: Fatal error: no way"),
      ("Endless", "while true {}; ", "did not come to an end within 2 s"),
      ("Exit", "exit(0); ", "before the checks were done"),
      ("Throws", "try upstream.requireShape([99], \"upstream\"); ", "backward pass throws"),
    ] {
      let file = try layer(name, replacing: "let gate = try", with: code + "let gate = try")
      try prepend("import Foundation\n", to: file)
      let check = try backprop("gradcheck", file, "--timeout", "2")
      XCTAssertEqual(check.code, 1, check.output)
      XCTAssertTrue(check.output.contains(message), check.output)
      XCTAssertFalse(check.output.contains("stack trace"), check.output)
    }
  }

  func testALayerThatCrashesCostsItsOwnReportOnly() throws {
    try write(Self.square("Breaks", "_ = [1][x.count]") + Self.square("Works"), to: "Two.swift")
    try prepend(Self.imports, to: "Two.swift")
    let check = try backprop("gradcheck", "Two.swift", "--html", "a.html", "--json", "a.json")
    XCTAssertEqual(check.code, 1, check.output)
    XCTAssertTrue(check.output.contains("✗ Breaks: cannot be checked: crashed"), check.output)
    XCTAssertTrue(check.output.contains("✓ Works (Double): right"), check.output)
    let page = try String(contentsOf: folder.appending(path: "a.html"), encoding: .utf8)
    XCTAssertTrue(page.contains("Breaks") && page.contains("crashed"), page)
    let json = try String(contentsOf: folder.appending(path: "a.json"), encoding: .utf8)
    let results = try LayerChecks.results(json: json)
    XCTAssertEqual(results.map { $0.report?.verdict }, [nil, .right])
    XCTAssertTrue(results[0].failure?.contains("crashed") == true)
  }

  func testAnInterruptedCheckLeavesNoLayerRunning() throws {
    let alive = "try! \"\".write(toFile: \"alive\", atomically: false, encoding: .utf8)"
    try write(
      "import Foundation\n" + Self.imports + Self.square("Endless", "while true { \(alive) }"),
      to: "Endless.swift")
    _ = try runBackprop(["list"], in: folder)  // skips where it is not built
    let process = Process()
    process.executableURL = Here.build.folder.appending(path: "backprop")
    process.arguments = ["gradcheck", "Endless.swift"]
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    try process.run()
    let file = folder.appending(path: "alive")
    func isWritten(within seconds: Double) -> Bool {
      try? FileManager.default.removeItem(at: file)
      let end = Date(timeIntervalSinceNow: seconds)
      while Date() < end {
        if FileManager.default.fileExists(atPath: file.path) { return true }
        usleep(50_000)
      }
      return false
    }
    XCTAssertTrue(isWritten(within: 30))
    process.terminate()
    process.waitUntilExit()
    sleep(2)
    XCTAssertFalse(isWritten(within: 1))
  }

  func testOnlyTheBeginningOfWhatALayerPrintsIsShown() throws {
    try write(Self.imports + Self.square("Talks", "print(\"hello\")"), to: "Talks.swift")
    let check = try backprop("gradcheck", "Talks.swift")
    XCTAssertEqual(check.code, 0, check.output)
    XCTAssertTrue(check.output.hasPrefix("Talks printed:\n  hello\n"), check.output)
    XCTAssertTrue(check.output.contains("✓ Talks (Double): right"), check.output)
    XCTAssertEqual(check.output.components(separatedBy: "hello").count, 11, check.output)
  }

  func testLayersAreFoundHoweverTheyAreWritten() throws {
    let conditional = "extension Part: Layer where Scalar == Double"
    // The file's own names stand in nobody's way either: main.swift, Data, LayerChecks, results.
    let text = """
      // struct Comment: Layer {}
      let text = "struct Quoted: Layer {}"
      protocol MyLayer: Layer {}
      struct Data {}
      enum LayerChecks {}
      let results = 3
      enum Outer<S: TensorScalar> { \(Self.square("Inner")) }
      \(Self.square("Refined").replacing(": Layer", with: ": MyLayer"))
      \(Self.square("Later").replacing(": Layer", with: ""))
      extension Later: Layer {}
      \(Self.square("Concrete").replacing("Double", with: "Float"))
      struct Part<Scalar: TensorScalar> {}
      \(Self.square("Part").replacing("struct Part: Layer", with: conditional))
      """
    try write(Self.imports + text, to: "main.swift")
    let check = try backprop("gradcheck", "main.swift", "--float")
    XCTAssertEqual(check.code, 0, check.output)
    let heads = check.output.split(separator: "\n").filter {
      $0.hasPrefix("✓") || $0.hasPrefix("✗")
    }
    XCTAssertEqual(
      heads,
      [
        "✓ Concrete (Float): right", "✓ Later (Double): right", "✓ Inner (Double): right",
        "✓ Part (Double): right", "✓ Refined (Double): right",
      ])
  }

  func testLayersThatCannotBeReachedAreExplained() throws {
    for (old, new, message) in [
      ("struct Gate", "private struct Gate", "Gate is private"),
      ("struct Gate: ", "struct Gate<A, B>: ", "has 2 generic parameters"),
      ("struct Gate: ", "struct Gate<A: Collection>: ", "conform to protocol 'Collection'"),
      ("struct Gate", "@main struct Start { static func main() {} }\nstruct Gate", "`@main`"),
    ] {
      let text = Self.square("Gate").replacing(old, with: new)
      try write(Self.imports + text, to: "Gate.swift")
      let check = try backprop("gradcheck", "Gate.swift")
      XCTAssertEqual(check.code, 1, check.output)
      XCTAssertTrue(check.output.contains(message), check.output)
      XCTAssertFalse(check.output.contains("/tmp"), check.output)
    }
  }

  func testAnInputNeedsToBeOneOfAnyLayer() throws {
    let other = Self.square("Other").replacing("\"x\"", with: "\"w\"")
    try write(Self.imports + Self.square("Gate") + other, to: "Two.swift")
    let check = try backprop("gradcheck", "Two.swift", "--input", "w=2x2")
    XCTAssertEqual(check.code, 0, check.output)
    XCTAssertTrue(check.output.contains("✓ w [2, 2]"), check.output)
    XCTAssertTrue(check.output.contains("✓ x [4, 3]"), check.output)
    let unknown = try backprop("gradcheck", "Two.swift", "--input", "z=2x2")
    XCTAssertEqual(unknown.code, 64, unknown.output)
    XCTAssertTrue(unknown.output.contains("Gate has x; Other has w"), unknown.output)
  }

  func testIntegersAndMasksCanBeGivenAShape() throws {
    let text = """
      struct Pick: Layer {
        static func exampleInputs(
          using random: inout SeededGenerator
        ) throws -> NamedTensors<Double> {
          NamedTensors(
            ["x": .randomNormal([4], using: &random)],
            integers: ["target": try Tensor([0, 1, 2, 3], shape: [4])],
            masks: ["mask": try Tensor([true, false, true, true], shape: [4])])
        }
        func forward(
          _ inputs: NamedTensors<Double>
        ) throws -> (output: Tensor<Double>, cache: Tensor<Double>) {
          print(inputs.integers["target"]?.shape ?? [], inputs.masks["mask"]?.shape ?? [])
          print((inputs.integers["target"]?.elements ?? []).allSatisfy { $0 < 3 })
          let x = try inputs["x"]
          return (x.squared(), x)
        }
        func backward(
          _ upstream: Tensor<Double>, cache: Tensor<Double>
        ) throws -> NamedTensors<Double> { ["x": try 2 * upstream * cache] }
      }
      """
    try write(Self.imports + text, to: "Pick.swift")
    let check = try backprop(
      "gradcheck", "Pick.swift", "--input", "target=6x2<3", "--input", "mask=5")
    XCTAssertEqual(check.code, 0, check.output)
    XCTAssertTrue(check.output.contains("  [6, 2] [5]\n  true\n"), check.output)
    for (input, message) in [
      ("target=6", "it holds integers; say below which, as in target=6<10"),
      ("mask=4<3", "it holds masks, no integers"), ("x=4<3", "it holds numbers, no integers"),
      ("z=4", "Pick has mask, target, x"),
    ] {
      let check = try backprop("gradcheck", "Pick.swift", "--input", input)
      XCTAssertEqual(check.code, 64, check.output)
      XCTAssertTrue(check.output.contains(message), check.output)
    }
  }

  func testMisuseIsExplained() throws {
    let file = try layer("Gate")
    try Data("import Foundation\n".utf8).write(to: folder.appending(path: "Empty.swift"))
    try Data([0xFF, 0xFE, 0]).write(to: folder.appending(path: "bytes.swift"))
    for (arguments, code, message) in [
      (["gradcheck", "nowhere.swift"], Int32(64), "nowhere.swift: cannot be read"),
      (["gradcheck", "page.html"], 64, "is no Swift file"),
      (["gradcheck", "bytes.swift"], 64, "is not a text in UTF-8"),
      (["gradcheck", "Empty.swift"], 1, "backprop new layer"),
      (["gradcheck", file, "--input", "x=4y5"], 64, "x=4y5: expected a name and a shape"),
      (["gradcheck", file, "--input", "x=4x0"], 64, "every size must be 1 or more"),
      (["gradcheck", file, "--input", "x=999999999999"], 64, "numbers that an input may have"),
      (["gradcheck", file, "--input", "x=4<99999999999999999999"], 64, "must stay below"),
      (["gradcheck", file, "--input", "slope=9"], 1, "shapes do not broadcast"),
      (["gradcheck", file, "--fast", "--jacobian"], 64, "exclude each other"),
      (["gradcheck", file, "--timeout", "inf"], 64, "at most 86400"),
      (["gradcheck", file, "--html", "./\(file)"], 64, "must be different files"),
      (["gradcheck", file, "--html", "none/page.html"], 0, "✓"),
    ] {
      let run = try runBackprop(arguments, in: folder)
      XCTAssertEqual(run.code, code, "\(arguments)\n\(run.output)")
      XCTAssertTrue(run.output.contains(message), "\(arguments)\n\(run.output)")
    }
  }

  func testNamesOfNewLayersAreThoseThatSwiftCanRead() throws {
    for name in ["no good", "9a", "a/b", "swish", "../Up", "Self", "Any", "Tensor", "Layer", ""] {
      XCTAssertEqual(try backprop("new", "layer", name).code, 64, name)
    }
    XCTAssertEqual(try backprop("new", "layer", "Gate", "--output", "gate.txt").code, 64)
    XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), [])
    let new = try backprop("new", "layer", "Größe", "--output", "other/Name.swift")
    XCTAssertEqual(new.code, 0, new.output)
    XCTAssertEqual(try backprop("gradcheck", "other/Name.swift").code, 0)
  }

  private static let imports = "import GradientChecking\nimport Tensors\n"

  /// A right layer, y = x², whose forward pass does something besides.
  private static func square(_ name: String, _ besides: String = "") -> String {
    """
    struct \(name): Layer {
      init() {}
      static func exampleInputs(
        using random: inout SeededGenerator
      ) throws -> NamedTensors<Double> { ["x": .randomNormal([4, 3], using: &random)] }
      func forward(
        _ inputs: NamedTensors<Double>
      ) throws -> (output: Tensor<Double>, cache: Tensor<Double>) {
        let x = try inputs["x"]
        \(besides)
        return (x.squared(), x)
      }
      func backward(
        _ upstream: Tensor<Double>, cache: Tensor<Double>
      ) throws -> NamedTensors<Double> { ["x": try 2 * upstream * cache] }
    }

    """
  }

  private func prepend(_ text: String, to path: String) throws {
    let url = folder.appending(path: path)
    try (text + String(contentsOf: url, encoding: .utf8))
      .write(to: url, atomically: true, encoding: .utf8)
  }
}
