import ArgumentParser
import Foundation
import Grading

struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check exercises again whenever one of their files is saved; Ctrl-C ends it.")

  @Argument(help: "An exercise (A2.3), an assignment (A2) or all.")
  var selection = "all"

  func run() throws {
    let workplace = try Workplace()
    let folders = try workplace.exercises(selection).map {
      workplace.work.appending(path: $0.assignment.folder)
    }
    var seen: [String: Date] = [:]
    while true {
      let now = modificationDates(folders)
      if now != seen {
        seen = now
        if isatty(STDOUT_FILENO) != 0 { print("\u{1B}[2J\u{1B}[H", terminator: "") }
        _ = try check(selection, workplace)
        print("Watching \(folders.map(shortPath).joined(separator: ", ")); Ctrl-C ends it.")
        fflush(nil)
      }
      usleep(300_000)
    }
  }

  private func modificationDates(_ folders: [URL]) -> [String: Date] {
    let manager = FileManager.default
    var dates: [String: Date] = [:]
    for folder in folders {
      for name in (try? manager.contentsOfDirectory(atPath: folder.path)) ?? []
      where name.hasSuffix(".swift") {
        let path = folder.path + "/" + name
        dates[path] = (try? manager.attributesOfItem(atPath: path))?[.modificationDate] as? Date
      }
    }
    return dates
  }
}
