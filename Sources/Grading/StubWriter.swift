import Foundation

extension Kit {
  /// Writes `Assignments/` from `Solutions/`.
  ///
  /// Only files that are as git has them, or that nobody has yet, are written: others hold work that
  /// is nowhere else.
  /// - Parameter force: Overwrite these too.
  /// - Returns: The paths that were written or removed.
  /// - Throws: `GradingError` for markers that are wrong, and for files with such work, before
  ///   anything is written.
  public func writeStubs(force: Bool = false) throws -> [String] {
    var changes: [(file: URL, text: String?)] = []
    for assignment in assignments {
      let folder = root.appending(path: "Assignments/\(assignment.folder)")
      let stubs = try stubs(of: assignment)
      for (name, stub) in stubs.sorted(by: { $0.key < $1.key }) {
        let file = folder.appending(path: name)
        if (try? text(of: file)) != stub { changes.append((file, stub)) }
      }
      for name in names(in: folder) where name.hasSuffix(".swift") && stubs[name] == nil {
        changes.append((folder.appending(path: name), nil))
      }
    }
    if !force {
      let edited = changes.map(\.file).filter {
        FileManager.default.fileExists(atPath: $0.path) && !isAsCommitted($0)
      }
      guard edited.isEmpty else {
        throw GradingError(
          "these files differ from what git has, and would be lost: "
            + edited.map(shortPath).joined(separator: ", ") + "; commit them, or give --force")
      }
    }
    for (file, text) in changes {
      if let text {
        try writeAtomically(text, to: file)
      } else {
        try FileManager.default.removeItem(at: file)
      }
    }
    return changes.map { shortPath($0.file) }
  }

  private func isAsCommitted(_ file: URL) -> Bool {
    let path = String(file.path.dropFirst(root.path.count + 1))
    let show = try? ChildProcess.run(
      ["/usr/bin/env", "git", "-C", root.path, "diff", "--quiet", "HEAD", "--", path], timeLimit: 30
    )
    let known = try? ChildProcess.run(
      ["/usr/bin/env", "git", "-C", root.path, "ls-files", "--error-unmatch", path], timeLimit: 30)
    return show?.end == .exited(0) && known?.end == .exited(0)
  }

  /// What an author has to mend before the course goes out; empty when all is well.
  public func authorProblems() throws -> [String] {
    var problems: [String] = []
    let ids = Set(exercises.map(\.id))
    for assignment in assignments {
      let folder = root.appending(path: "Assignments/\(assignment.folder)")
      let stubs = try stubs(of: assignment)
      for (name, stub) in stubs.sorted(by: { $0.key < $1.key }) {
        let file = folder.appending(path: name)
        if (try? text(of: file)) != stub {
          problems.append(
            "\(shortPath(file)): is not the stub of its solution; run `backprop author stubs`")
        }
      }
      let expected = Set(stubs.keys).union(["assignment.yml", assignment.notebook])
      for name in names(in: folder) where !expected.contains(name) {
        problems.append("\(shortPath(folder.appending(path: name))): a stray file")
      }
      let notebookFile = folder.appending(path: assignment.notebook)
      let notebook = (try? text(of: notebookFile)) ?? ""
      if notebook.isEmpty { problems.append("\(shortPath(notebookFile)): is missing") }
      for exercise in assignment.exercises {
        if exercise.hints.count < 2 { problems.append("\(exercise.id): needs at least two hints") }
        for other in exercise.requires where !ids.contains(other) {
          problems.append("\(exercise.id): requires \(other), which does not exist")
        }
        if !notebook.isEmpty && !notebook.contains(exercise.id) {
          problems.append("\(shortPath(notebookFile)): does not mention \(exercise.id)")
        }
        let suite = suiteFile(of: exercise, in: assignment)
        let source = (try? text(of: suite)) ?? ""
        if !source.contains("final class \(exercise.suite): ExerciseTestCase") {
          problems.append(
            "\(shortPath(suite)): expected `final class \(exercise.suite): ExerciseTestCase`")
        }
      }
    }
    return problems
  }
}
