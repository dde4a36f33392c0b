import Foundation
import Notebooks
import XCTest

/// The notebooks under Assignments/, each compiled with the modules that the tests were built with.
final class CourseNotebooksTests: XCTestCase {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every notebook, by the module that it teaches.
  private func notebooks() throws -> [(module: String, file: URL, notebook: Notebook)] {
    let assignments = Self.root.appendingPathComponent("Assignments")
    let folders = try FileManager.default.contentsOfDirectory(
      at: assignments, includingPropertiesForKeys: nil
    ).filter {
      FileManager.default.fileExists(atPath: $0.appendingPathComponent("assignment.yml").path)
    }
    XCTAssertFalse(folders.isEmpty, "no assignments in \(assignments.path)")
    return try folders.sorted { $0.path < $1.path }.map { folder in
      let files = try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: nil
      ).filter { $0.pathExtension == "ipynb" }
      XCTAssertEqual(files.count, 1, "\(folder.lastPathComponent) must have one notebook")
      let file = try XCTUnwrap(files.first)
      let module = folder.lastPathComponent.replacingOccurrences(of: "-", with: "")
      return (module, file, try Notebook(contentsOf: file))
    }
  }

  func testNotebooksAreStoredForSwiftAndWithoutOutputs() throws {
    for (_, file, notebook) in try notebooks() {
      XCTAssertEqual(notebook.language, "swift", file.lastPathComponent)
      XCTAssertFalse(notebook.cells.contains(where: \.hasOutputs), file.lastPathComponent)
    }
  }

  func testANotebookSpeaksOfEveryExerciseOfItsAssignment() throws {
    for (_, file, notebook) in try notebooks() {
      let text = notebook.cells.map(\.source).joined(separator: "\n")
      let yml = try String(
        contentsOf: file.deletingLastPathComponent().appendingPathComponent("assignment.yml"),
        encoding: .utf8)
      let ids = yml.matches(of: /- id: *(A[0-9]+\.[0-9]+)/).map { String($0.1) }
      XCTAssertFalse(ids.isEmpty)
      for id in ids {
        XCTAssertTrue(
          text.contains("backprop check \(id)"), "\(file.lastPathComponent) does not check \(id)")
      }
    }
  }

  func testEveryCodeCellCompilesAndRunsWithTheSolutions() throws {
    guard ProcessInfo.processInfo.environment["EXERCISES"] == "solutions" else {
      throw XCTSkip("built from Assignments/, whose exercises throw; set EXERCISES=solutions")
    }
    for (module, file, notebook) in try notebooks() {
      try compileAndRun(notebook.script(name: file.lastPathComponent), module: module)
    }
  }

  func testTheSwiftOfTheReadmeCompilesAndRuns() throws {
    let readme = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    let blocks = readme.matches(of: /```swift\n([^`]*)```/)
    XCTAssertFalse(blocks.isEmpty)
    for block in blocks { try compileAndRun(String(block.1), module: nil) }
  }

  /// Compiles a script with the kit and a module's objects, and runs it.
  private func compileAndRun(_ text: String, module: String?) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("notebook-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appendingPathComponent("main.swift")
    let program = folder.appendingPathComponent("notebook")
    try text.write(to: script, atomically: true, encoding: .utf8)

    let build = try buildFolder()
    let objects = try module.map { module in
      try FileManager.default.contentsOfDirectory(
        at: build.appendingPathComponent("\(module).build"), includingPropertiesForKeys: nil
      ).filter { $0.pathExtension == "o" }.map(\.path)
    }
    let compiled = try run(
      "/usr/bin/env",
      ["swiftc", "-Onone", "-swift-version", "6", "-o", program.path, script.path]
        + (objects ?? []) + [
          "-I", build.appendingPathComponent("Modules").path,
          "-Xcc", "-fmodule-map-file=\(build.path)/COpenBLAS.build/module.modulemap",
          "-Xcc", "-fmodule-map-file=\(build.path)/CKernels.build/module.modulemap",
          "-L", build.path, "-lExerciseKit", "-Xlinker", "-rpath=\(build.path)",
        ])
    guard compiled.code == 0 else { return XCTFail(compiled.output) }
    let ran = try run(program.path, [])
    XCTAssertEqual(ran.code, 0, String(ran.output.suffix(2000)))
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

  private func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String)
  {
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
