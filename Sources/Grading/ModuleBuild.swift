import Foundation

/// A student's module, compiled with stubs in place of the files that do not compile.
struct ModuleBuild {
  let folder: URL
  let object: URL
  /// The files that were replaced, with the reason.
  private(set) var broken: [String: String] = [:]
  /// Why there is no module at all.
  private(set) var failure: String?

  /// - Parameter stubs: The assignment's files as students receive them, by name.
  init(
    _ submission: Submission, _ assignment: Assignment, stubs: [String: String], build: KitBuild,
    in folder: URL
  ) throws {
    self.folder = folder
    object = folder.appending(path: "\(assignment.module).o")
    let stubFolder = folder.appending(path: "stubs")
    /// By name, where each file is read from.
    var sources: [String: URL] = [:]
    for name in stubs.keys {
      let file = submission.file(name, of: assignment)
      if FileManager.default.fileExists(atPath: file.path) {
        sources[name] = file
      } else {
        broken[name] = "\(assignment.folder)/\(name) is missing from the submission"
      }
    }
    var extras = submission.extraFiles(of: assignment, besides: stubs)

    for _ in 0...stubs.count + extras.count {
      for name in broken.keys where sources[name]?.deletingLastPathComponent() != stubFolder {
        let stub = stubFolder.appending(path: name)
        try writeAtomically(stubs[name] ?? "", to: stub)
        sources[name] = stub
      }
      // Extra files last: what they declare a second time is then an error in them.
      let files =
        stubs.keys.sorted().compactMap { sources[$0] }
        + extras.map { submission.file($0, of: assignment) }
      let output = try build.compile(
        files.map(\.path) + [
          "-parse-as-library", "-module-name", assignment.module, "-c", "-o", object.path,
          "-emit-module", "-emit-module-path",
          folder.appending(path: "\(assignment.module).swiftmodule").path,
        ])
      guard let output else { return }
      guard setAside(CompilerError.parse(output), sources, &extras, submission, assignment) else {
        failure =
          "the module \(assignment.module) does not compile:\n"
          + output.split(separator: "\n").prefix(5).joined(separator: "\n")
        return
      }
    }
    failure = "the module \(assignment.module) does not compile, not even with its stubs"
  }

  /// Marks the files with errors as broken, extra files first; false when there are none.
  private mutating func setAside(
    _ errors: [CompilerError], _ sources: [String: URL], _ extras: inout [String],
    _ submission: Submission, _ assignment: Assignment
  ) -> Bool {
    let brokenExtras = extras.filter { name in
      errors.contains { $0.file == submission.file(name, of: assignment).path }
    }
    guard brokenExtras.isEmpty else {
      extras.removeAll(where: brokenExtras.contains)
      return true
    }
    var found = false
    for (name, file) in sources where broken[name] == nil {
      let own = errors.filter { $0.file == file.path }
      guard !own.isEmpty else { continue }
      broken[name] = own.prefix(3).map { error in
        error.line.replacing(submission.folder.path + "/", with: "")
      }.joined(separator: "\n")
      found = true
    }
    return found
  }
}
