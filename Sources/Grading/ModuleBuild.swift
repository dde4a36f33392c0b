import Foundation

/// A student's module, compiled with stubs in place of the files that do not compile.
struct ModuleBuild {
  let folder: URL
  let object: URL
  /// The files whose exercises cannot be judged, with the reason.
  private(set) var broken: [String: String] = [:]
  /// Why there is no module at all.
  private(set) var failure: String?

  private let submission: Submission
  private let assignment: Assignment
  private let build: KitBuild
  /// The assignment's files as students receive them, by name.
  private let stubs: [String: String]
  /// The assignment's files without exercises: they only tie the others together.
  private var glue: Set<String>
  /// Files that the assignment does not have, but the submission.
  private var extras: [String]

  init(
    _ submission: Submission, _ assignment: Assignment, stubs: [String: String], build: KitBuild,
    in folder: URL
  ) throws {
    (self.submission, self.assignment) = (submission, assignment)
    (self.stubs, self.build, self.folder) = (stubs, build, folder)
    object = folder.appending(path: "\(assignment.module).o")
    glue = Set(stubs.keys).subtracting(assignment.exercises.map(\.file))
    extras = submission.extraFiles(of: assignment, besides: stubs)
    for (name, stub) in stubs {
      try writeAtomically(stub, to: stubFile(name))
      if !glue.contains(name) && !isSubmitted(name) {
        broken[name] = "\(assignment.folder)/\(name) is missing from the submission"
      }
    }
    try compileSettingAsideWhatIsBroken()
  }

  private func stubFile(_ name: String) -> URL { folder.appending(path: "stubs/\(name)") }

  private func isSubmitted(_ name: String) -> Bool {
    submission.has(name, of: assignment)
  }

  /// The student's files where they are not broken, stubs elsewhere.
  private var sources: [String: URL] {
    Dictionary(
      uniqueKeysWithValues: stubs.keys.map { name in
        let usesStub = broken[name] != nil || !isSubmitted(name)
        return (name, usesStub ? stubFile(name) : submission.file(name, of: assignment))
      })
  }

  private mutating func compileSettingAsideWhatIsBroken() throws {
    var extrasWereChecked = extras.isEmpty
    while let output = try compile(sources, glue, extras) {
      let errors = CompilerError.parse(output)
      if !extrasWereChecked {
        // One that does not even go with the stubs is at fault whatever the errors say.
        extrasWereChecked = true
        let allStubs = Dictionary(uniqueKeysWithValues: stubs.keys.map { ($0, stubFile($0)) })
        extras = try extras.filter { try compile(allStubs, glue, [$0]) == nil }
        continue
      }
      let sources = sources
      if glue.contains(where: { name in errors.contains { $0.file == sources[name]?.path } }) {
        // A function that it ties in is missing; the suites do without it.
        glue = []
        continue
      }
      let culprits = try culprits(errors)
      guard !culprits.isEmpty else {
        failure =
          "the module \(assignment.module) does not compile:\n"
          + output.split(separator: "\n").prefix(5).joined(separator: "\n")
        return
      }
      broken.merge(culprits) { first, _ in first }
    }
  }

  /// The files to blame, with the errors that show it: those that do not compile even among stubs,
  /// of the files with errors if there are such, or else of all.
  private func culprits(_ errors: [CompilerError]) throws -> [String: String] {
    let candidates = sources.filter { broken[$0.key] == nil && !glue.contains($0.key) }
    let blamed = candidates.filter { file in errors.contains { $0.file == file.value.path } }
    for group in [blamed, candidates] {
      var culprits: [String: String] = [:]
      for (name, file) in group {
        var alone = Dictionary(uniqueKeysWithValues: stubs.keys.map { ($0, stubFile($0)) })
        alone[name] = file
        guard let output = try compile(alone, [], extras) else { continue }
        culprits[name] = message(CompilerError.parse(output), about: file)
      }
      if !culprits.isEmpty { return culprits }
    }
    return blamed.mapValues { message(errors, about: $0) }
  }

  /// The first errors in a file, or where there are none, those that it causes in others.
  private func message(_ errors: [CompilerError], about file: URL) -> String {
    let own = errors.filter { $0.file == file.path }
    let lines = (own.isEmpty ? errors : own).prefix(3).map {
      $0.line.replacing(submission.folder.path + "/", with: "")
        .replacing(folder.path + "/stubs/", with: "")
    }
    return (own.isEmpty ? "other files need what this one no longer has:\n" : "")
      + lines.joined(separator: "\n")
  }

  /// Compiles the module of the given files; nil when it worked, the compiler's output when not.
  private func compile(
    _ sources: [String: URL], _ glue: Set<String>, _ extras: [String]
  ) throws -> String? {
    let exercises = Set(assignment.exercises.map(\.file))
    let files = sources.filter { exercises.contains($0.key) || glue.contains($0.key) }
    return try build.compile(
      files.values.map(\.path).sorted()
        + extras.map { submission.file($0, of: assignment).path } + [
          "-parse-as-library", "-module-name", assignment.module, "-c", "-o", object.path,
          "-emit-module", "-emit-module-path",
          folder.appending(path: "\(assignment.module).swiftmodule").path,
        ])
  }
}
