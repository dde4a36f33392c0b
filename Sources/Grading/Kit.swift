import Foundation

/// The course kit on disk: its assignments, solutions, suites and built modules.
public struct Kit: Sendable {
  public let root: URL
  public let assignments: [Assignment]

  /// - Throws: `GradingError` where an `assignment.yml` cannot be read, or there is none.
  public init(root: URL) throws {
    self.root = root
    let folder = root.appending(path: "Assignments")
    assignments = try names(in: folder).compactMap { name in
      let file = folder.appending(path: "\(name)/assignment.yml")
      guard FileManager.default.fileExists(atPath: file.path) else { return nil }
      return try Assignment(yaml: try text(of: file), folder: name, path: shortPath(file))
    }
    guard !assignments.isEmpty else {
      throw GradingError("has no folder with an assignment.yml", path: folder.path)
    }
  }

  public var exercises: [Exercise] { assignments.flatMap(\.exercises) }
  public var points: Int { assignments.reduce(0) { $0 + $1.points } }

  public func assignment(of exercise: Exercise) -> Assignment? {
    assignments.first { $0.exercises.contains(exercise) }
  }

  public func solutions(of assignment: Assignment) -> URL {
    root.appending(path: "Solutions/\(assignment.folder)")
  }

  public func suiteFile(of exercise: Exercise, in assignment: Assignment) -> URL {
    root.appending(path: "Tests/\(assignment.module)Tests/\(exercise.suite).swift")
  }

  /// What `Assignments/` holds before anything is written: the stubs' names and contents.
  ///
  /// - Throws: `GradingError` where markers and `assignment.yml` do not agree.
  public func stubs(of assignment: Assignment) throws -> [String: String] {
    let folder = solutions(of: assignment)
    let files = names(in: folder).filter { $0.hasSuffix(".swift") }
    for exercise in assignment.exercises where !files.contains(exercise.file) {
      throw GradingError(
        "is missing: assignment.yml says that \(exercise.id) is written there",
        path: shortPath(folder.appending(path: exercise.file)))
    }
    var stubs: [String: String] = [:]
    for name in files {
      let file = folder.appending(path: name)
      let solution = try SolutionFile(try text(of: file), path: shortPath(file))
      stubs[name] = try solution.stub(exercises: assignment.exercises.filter { $0.file == name })
    }
    return stubs
  }
}

/// The names in a folder, sorted, without those that begin with a dot; empty where there is none.
func names(in folder: URL) -> [String] {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  return all.filter { !$0.hasPrefix(".") }.sorted()
}

/// - Throws: `GradingError` naming the file that cannot be read, or is not UTF-8.
func text(of file: URL) throws -> String {
  let data: Data
  do {
    data = try Data(contentsOf: file)
  } catch {
    throw GradingError("cannot be read", path: shortPath(file))
  }
  guard let text = String(validating: data, as: UTF8.self) else {
    throw GradingError("is not a text in UTF-8", path: shortPath(file))
  }
  return text
}

/// A path as one would type it: relative where it lies below the current folder.
public func shortPath(_ file: URL) -> String {
  let here = FileManager.default.currentDirectoryPath + "/"
  let path = file.standardizedFileURL.path
  return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
}

/// Writes the whole file or nothing: to a temporary beside it, which then takes its name.
public func writeAtomically(_ text: String, to file: URL) throws {
  do {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file, options: .atomic)
  } catch {
    throw GradingError("cannot be written: \(error.localizedDescription)", path: shortPath(file))
  }
}
