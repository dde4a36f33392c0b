import Foundation
import GradientChecking
import XCTest

/// The articles about gradient checking: their code runs and prints what they say, and they speak of
/// everything that a report may contain.
final class DocumentationTests: XCTestCase {
  private static let catalog = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/GradientChecking/GradientChecking.docc")

  /// The text of each article, by its name.
  private func articles() throws -> [(name: String, text: String)] {
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.catalog, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "md" }
    XCTAssertFalse(files.isEmpty, "no articles in \(Self.catalog.path)")
    return try files.sorted { $0.path < $1.path }.map {
      ($0.deletingPathExtension().lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
    }
  }

  private func article(_ name: String) throws -> String {
    try XCTUnwrap(try articles().first { $0.name == name }?.text, "no article \(name)")
  }

  func testTheCodeOfEveryArticleRunsAndPrintsWhatItSays() throws {
    for (name, text) in try articles() {
      // The blocks of an article continue one another.
      let code = text.matches(of: /```swift\n((?s).*?)```/).map { String($0.1) }.joined(
        separator: "\n")
      if code.isEmpty { continue }
      let printed = try outputOfProgram(code, article: name)
      let promised = code.split(separator: "\n").compactMap {
        $0.firstMatch(of: /\/\/ prints: (.*)/).map { String($0.1) }
      }
      XCTAssertEqual(printed.split(separator: "\n").map(String.init), promised, name)
    }
  }

  func testEveryKindOfMistakeIsExplained() throws {
    let text = try article("WhatAMistakeLooksLike")
    for kind in Diagnosis.Kind.allCases {
      XCTAssertTrue(text.contains("### \(kind.rawValue)\n"), kind.rawValue)
    }
  }

  func testEveryFaultIsExplained() throws {
    let text = try article("WhatAMistakeLooksLike")
    for kind in Fault.Kind.allCases {
      XCTAssertTrue(text.contains("| `\(kind.rawValue)` |"), kind.rawValue)
    }
  }

  func testEveryMistakeAndFaultThatIsExplainedExists() throws {
    let text = try article("WhatAMistakeLooksLike")
    let known = Diagnosis.Kind.allCases.map(\.rawValue) + Fault.Kind.allCases.map(\.rawValue)
    let names =
      text.matches(of: /(?m)^### ([a-z]\w*)$/).map { String($0.1) }
      + text.matches(of: /(?m)^\| `(\w+)` \|/).map { String($0.1) }
    for name in names { XCTAssertTrue(known.contains(name), name) }
  }

  func testEveryArticleIsReachedFromTheFirst() throws {
    let names = try articles().map(\.name)
    for (name, text) in try articles() {
      for link in text.matches(of: /<doc:(\w+)>/) {
        XCTAssertTrue(names.contains(String(link.1)), "\(name) links to \(link.1)")
      }
    }
    let first = try article("GradientChecking")
    for name in names where name != "GradientChecking" {
      XCTAssertTrue(first.contains("- <doc:\(name)>"), name)
    }
  }

  func testTheCatalogBecomesPagesWithoutWarnings() throws {
    guard try run("/usr/bin/env", ["which", "docc"]).code == 0 else {
      throw XCTSkip("no docc in the toolchain; it comes with Swift for Linux and macOS")
    }
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let build = try buildFolder()
    let target = try run("/usr/bin/env", ["swiftc", "-print-target-info"]).output
    let triple = try XCTUnwrap(target.firstMatch(of: /"triple": "([^"]*)"/)).1
    let extracted = try run(
      "/usr/bin/env",
      [
        "swift-symbolgraph-extract", "-module-name", "GradientChecking", "-target", String(triple),
        "-minimum-access-level", "public", "-output-dir", folder.path,
      ] + modules(in: build))
    XCTAssertEqual(extracted.code, 0, extracted.output)
    let converted = try run(
      "/usr/bin/env",
      [
        "docc", "convert", Self.catalog.path, "--fallback-display-name", "GradientChecking",
        "--fallback-bundle-identifier", "GradientChecking", "--additional-symbol-graph-dir",
        folder.path, "--output-path", folder.path + "/pages",
      ])
    XCTAssertEqual(converted.code, 0, converted.output)
    XCTAssertFalse(converted.output.contains("warning:"), converted.output)
  }

  // MARK: Programs

  private func outputOfProgram(_ code: String, article: String) throws -> String {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (source, program) = (folder.path + "/main.swift", folder.path + "/program")
    try code.write(toFile: source, atomically: true, encoding: .utf8)
    let build = try buildFolder()
    let compiled = try run(
      "/usr/bin/env",
      ["swiftc", "-Onone", "-warnings-as-errors", "-swift-version", "6", "-o", program, source]
        + objects(of: "GradientCheckingTesting", ifImportedBy: code, in: build)
        + modules(in: build)
        + ["-L", build.path, "-lExerciseKit", "-Xlinker", "-rpath=\(build.path)"])
    guard compiled.code == 0 else {
      XCTFail("\(article): \(compiled.output)")
      return ""
    }
    let ran = try run(program, [])
    XCTAssertEqual(ran.code, 0, "\(article): \(ran.output.suffix(2000))")
    return ran.output
  }

  /// What to link besides the kit for a program that imports a module.
  private func objects(
    of module: String, ifImportedBy code: String, in build: URL
  ) throws -> [String] {
    guard code.contains("import \(module)\n") else { return [] }
    let folder = build.appendingPathComponent("\(module).build")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".o") }.map { folder.path + "/" + $0 }
  }

  private func modules(in build: URL) -> [String] {
    [
      "-I", build.path + "/Modules", "-Xcc",
      "-fmodule-map-file=\(build.path)/COpenBLAS.build/module.modulemap",
      "-Xcc", "-fmodule-map-file=\(build.path)/CKernels.build/module.modulemap",
    ]
  }

  private func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("article-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// The folder of the running test bundle, where the modules and the kit's library are.
  private func buildFolder() throws -> URL {
    let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent()
    guard FileManager.default.fileExists(atPath: folder.path + "/libExerciseKit.so") else {
      throw XCTSkip("no libExerciseKit.so in \(folder.path); run `swift build --build-tests`")
    }
    return folder
  }

  private func run(_ program: String, _ arguments: [String]) throws -> (
    code: Int32, output: String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
