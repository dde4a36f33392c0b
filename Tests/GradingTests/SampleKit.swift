import Foundation
import Grading
import XCTest

/// The package that the tests belong to, and the build that they are part of.
enum Here {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let build = KitBuild.current
  static func judge(timeLimit: Double = 30) throws -> Judge {
    guard build.isComplete else {
      throw XCTSkip("no libExerciseKit.so in \(build.folder.path); build everything first")
    }
    var judge = Judge(kit: try Kit(root: root), build: build)
    judge.timeLimit = timeLimit
    return judge
  }
}

/// A folder that is removed with the test.
class TemporaryFolderTestCase: XCTestCase {
  var folder = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "grading-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

  func write(_ text: String, to path: String) throws {
    try writeAtomically(text, to: folder.appending(path: path))
  }
}

/// Runs the `backprop` executable to its end.
/// - Returns: Its exit code, and what it wrote to standard output and error.
/// - Throws: `XCTSkip` where it is not built.
func runBackprop(
  _ arguments: [String], in folder: URL
) throws -> (code: Int32, output: String) {
  let program = Here.build.folder.appending(path: "backprop")
  guard FileManager.default.fileExists(atPath: program.path), Here.build.isComplete else {
    throw XCTSkip("the executable is not built in \(Here.build.folder.path)")
  }
  let process = Process()
  process.executableURL = program
  process.arguments = arguments
  process.currentDirectoryURL = folder
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
