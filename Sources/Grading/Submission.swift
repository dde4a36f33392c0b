import Foundation

/// A student's work: a folder for each assignment.
public struct Submission: Sendable {
  /// `A1-Layers/…` stand here.
  public let folder: URL

  /// - Parameter folder: The folder that holds the assignments' folders, itself or in `Assignments/`.
  /// - Throws: `GradingError` when it holds none.
  public init(folder: URL, kit: Kit) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw GradingError("is not a folder", path: shortPath(folder)) }
    let candidates = [folder, folder.appending(path: "Assignments")]
    guard
      let found = candidates.first(where: { candidate in
        kit.assignments.contains {
          FileManager.default.fileExists(atPath: candidate.appending(path: $0.folder).path)
        }
      })
    else {
      throw GradingError(
        "holds no assignment; expected folders such as \(kit.assignments[0].folder), there or in "
          + "Assignments/", path: shortPath(folder))
    }
    self.folder = found
  }

  func file(_ name: String, of assignment: Assignment) -> URL {
    folder.appending(path: "\(assignment.folder)/\(name)")
  }

  /// Swift files that the assignment does not have itself.
  func extraFiles(of assignment: Assignment, besides stubs: [String: String]) -> [String] {
    names(in: folder.appending(path: assignment.folder)).filter {
      $0.hasSuffix(".swift") && stubs[$0] == nil && has($0, of: assignment)
    }
  }

  /// Whether a file is there: a regular one, for a compiler waits for ever at a named pipe.
  func has(_ name: String, of assignment: Assignment) -> Bool {
    let file = file(name, of: assignment).resolvingSymlinksInPath()
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }
}
