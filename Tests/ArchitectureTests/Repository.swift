import Foundation

/// The repository that these tests stand in.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  struct File {
    /// Relative to the root: `Sources/Tensors/Tensor.swift`.
    var path: String
    var text: String

    var name: String { String(path.split(separator: "/").last ?? "") }
    var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    /// `Tensors`; for an exercise's file the name of its module, `A1Layers` for `A1-Layers`.
    var module: String {
      let parts = path.split(separator: "/")
      return parts.count > 2 ? String(parts[1]).replacing("-", with: "") : ""
    }
  }

  /// All Swift files below the folders, sorted by path.
  static func swiftFiles(in folders: [String]) throws -> [File] {
    try folders.flatMap { folder -> [File] in
      let url = root.appendingPathComponent(folder)
      let paths = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String }
      return try (paths ?? []).filter { $0.hasSuffix(".swift") }.sorted().map {
        File(
          path: folder + "/" + $0,
          text: try String(contentsOf: url.appendingPathComponent($0), encoding: .utf8))
      }
    }
  }

  /// The paths that git tracks; nil where there is no git or no repository.
  static func trackedPaths() -> [String]? {
    let git = Process()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    git.arguments = ["git", "-C", root.path, "ls-files", "-z"]
    let output = Pipe()
    git.standardOutput = output
    git.standardError = FileHandle.nullDevice
    guard (try? git.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    git.waitUntilExit()
    guard git.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).split(separator: "\0").map(String.init)
  }
}
