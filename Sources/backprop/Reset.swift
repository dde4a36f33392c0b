import ArgumentParser
import Foundation
import Grading

struct Reset: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put the stub of an exercise's file back; keeps a backup of what was there.")

  @Argument(help: "An exercise, for example A2.3.")
  var exercise: String

  @Flag(help: "Do not ask.")
  var yes = false

  func run() throws {
    let workplace = try Workplace()
    let (assignment, exercise) = try workplace.exercise(exercise)
    let file = workplace.work.appending(path: "\(assignment.folder)/\(exercise.file)")
    guard let stub = try workplace.kit.stubs(of: assignment)[exercise.file] else {
      throw GradingError("has no stub", path: exercise.file)
    }
    let others = assignment.exercises.filter { $0.file == exercise.file }.map(\.id)
    if !yes {
      print(
        "This puts all of \(shortPath(file)) back (\(others.joined(separator: ", "))). Go on? [y/N] ",
        terminator: "")
      fflush(nil)
      guard readLine()?.lowercased().hasPrefix("y") == true else {
        print("Nothing was changed.")
        throw ExitCode(1)
      }
    }
    if FileManager.default.fileExists(atPath: file.path) {
      let backup = try backupPlace(of: file, in: workplace)
      try FileManager.default.copyItem(at: file, to: backup)
      print("Kept what was there as \(shortPath(backup))")
    }
    try writeAtomically(stub, to: file)
    print("Put back \(shortPath(file))")
  }

  /// A name beside the state that is not taken yet.
  private func backupPlace(of file: URL, in workplace: Workplace) throws -> URL {
    let folder = workplace.work.deletingLastPathComponent().appending(path: ".backprop/backups")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let name = file.deletingPathExtension().lastPathComponent
    for number in 1... {
      let place = folder.appending(path: "\(name)-\(number).swift")
      if !FileManager.default.fileExists(atPath: place.path) { return place }
    }
    throw GradingError("has no free name for a backup", path: shortPath(folder))
  }
}
