import ArgumentParser
import Foundation
import Grading

/// The kit that this executable belongs to, and the student's work that it is asked about.
struct Workplace {
  let kit: Kit
  let build = KitBuild.current
  /// The student's `Assignments` folder.
  let work: URL

  /// The work is that of the current folder, its `Assignments/` or the nearest folder above that has
  /// one; otherwise the kit's own.
  init() throws {
    kit = try Kit(root: build.packageRoot())
    var folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    while folder.path != "/" {
      if let found = try? Submission(folder: folder, kit: kit),
        folder.lastPathComponent != "Solutions"
      {
        work = found.folder
        return
      }
      folder.deleteLastPathComponent()
    }
    work = kit.root.appending(path: "Assignments")
  }

  var judge: Judge { Judge(kit: kit, build: build) }

  var submission: Submission { get throws { try Submission(folder: work, kit: kit) } }

  /// The exercises that `A2.3`, `A2` or `all` means, by assignment.
  func exercises(_ selection: String) throws -> [(assignment: Assignment, exercises: [Exercise])] {
    let wanted = selection.uppercased()
    let found = kit.assignments.compactMap { assignment in
      let exercises = assignment.exercises.filter {
        wanted == "ALL" || wanted == assignment.id || wanted == $0.id
      }
      return exercises.isEmpty ? nil : (assignment, exercises)
    }
    guard !found.isEmpty else {
      let known = kit.exercises.map(\.id)
      let near = known.filter { $0.hasPrefix(wanted.prefix(2)) }
      throw ValidationError(
        "there is no exercise “\(selection)”; there are "
          + (near.isEmpty ? kit.assignments.map(\.id) : near).joined(separator: ", ")
          + " (`backprop list` shows all)")
    }
    return found
  }

  /// A single exercise by its id.
  func exercise(_ id: String) throws -> (assignment: Assignment, exercise: Exercise) {
    let found = try exercises(id)
    guard found.count == 1, found[0].exercises.count == 1 else {
      throw ValidationError(
        "“\(id)” is not a single exercise; name one, as in \(found[0].exercises[0].id)")
    }
    return (found[0].assignment, found[0].exercises[0])
  }
}

/// What is remembered between commands, beside the student's work.
struct State: Codable {
  /// The last outcome of each exercise, by id.
  var outcomes: [String: Outcome] = [:]
  /// How many hints of each exercise were shown, by id.
  var hints: [String: Int] = [:]

  private static func file(_ workplace: Workplace) -> URL {
    workplace.work.deletingLastPathComponent().appending(path: ".backprop/state.json")
  }

  /// An unreadable state is as good as none: it holds nothing that cannot be had again.
  static func load(_ workplace: Workplace) -> State {
    (try? JSONDecoder().decode(State.self, from: Data(contentsOf: file(workplace)))) ?? State()
  }

  func save(_ workplace: Workplace) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try writeAtomically(
      String(decoding: try encoder.encode(self), as: UTF8.self), to: Self.file(workplace))
  }
}

func printError(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
