import Foundation
import Yams

extension Assignment {
  /// Reads `assignment.yml`.
  ///
  /// - Parameters:
  ///   - text: The file's content.
  ///   - folder: The name of the folder that it stands in.
  ///   - path: The file's path, for messages.
  /// - Throws: `GradingError` with the line where something is missing, unknown or impossible.
  public init(yaml text: String, folder: String, path: String) throws {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _), YamlError.composer(_, let problem, let mark, _)
    {
      throw GradingError(problem, path: path, line: mark.line)
    } catch {
      throw GradingError("\(error)", path: path)
    }
    guard let root else { throw GradingError("is empty", path: path, line: 1) }
    let fields = try Fields(
      root, of: "an assignment", known: ["id", "title", "notebook", "exercises"], path: path)
    id = try fields.string("id")
    title = try fields.string("title")
    notebook = try fields.string("notebook")
    self.folder = folder
    guard id.wholeMatch(of: /A[0-9]+/) != nil else {
      throw fields.error("id", "is '\(id)', expected an A with a number, as in A2")
    }
    guard folder.hasPrefix(id + "-") else {
      throw fields.error(
        "id", "is '\(id)', but the folder '\(folder)' does not begin with '\(id)-'")
    }
    exercises = []
    for node in try fields.sequence("exercises") {
      let exercise = try Exercise(node, path: path)
      guard exercise.id == "\(id).\(exercises.count + 1)" else {
        throw GradingError(
          "the exercise '\(exercise.id)' stands where '\(id).\(exercises.count + 1)' is expected",
          path: path, line: node.mark?.line)
      }
      if let twin = exercises.first(where: { $0.suite == exercise.suite }) {
        throw GradingError(
          "\(exercise.id) and \(twin.id) have the same suite, \(twin.suite)",
          path: path, line: node.mark?.line)
      }
      exercises.append(exercise)
    }
    guard !exercises.isEmpty else { throw fields.error("exercises", "is empty") }
  }
}

extension Exercise {
  fileprivate init(_ node: Node, path: String) throws {
    let fields = try Fields(
      node, of: "an exercise",
      known: ["id", "title", "points", "file", "suite", "requires", "hints"], path: path)
    id = try fields.string("id")
    title = try fields.string("title")
    points = try fields.positiveInteger("points")
    file = try fields.string("file")
    suite = try fields.string("suite")
    requires = try fields.strings("requires", mayBeMissing: true)
    hints = try fields.strings("hints")
    guard file.wholeMatch(of: /\w[\w+]*\.swift/) != nil else {
      throw fields.error("file", "is '\(file)', expected a name such as Affine.swift")
    }
    guard suite.wholeMatch(of: /[A-Z]\w*Tests/) != nil else {
      throw fields.error("suite", "is '\(suite)', expected a class's name such as AffineTests")
    }
  }
}

/// A YAML mapping whose keys are all known.
private struct Fields {
  private let values: [String: Node]
  private let keyLines: [String: Int]
  private let line: Int?
  private let kind: String
  private let path: String

  init(_ node: Node, of kind: String, known: [String], path: String) throws {
    guard let mapping = node.mapping else {
      throw GradingError(
        "expected \(kind): \(known.joined(separator: ", "))", path: path, line: node.mark?.line)
    }
    var values: [String: Node] = [:]
    var keyLines: [String: Int] = [:]
    for (key, value) in mapping {
      guard let name = key.string, known.contains(name) else {
        throw GradingError(
          "'\(key.string ?? "?")' is not a field of \(kind); known are "
            + known.joined(separator: ", "), path: path, line: key.mark?.line)
      }
      values[name] = value
      keyLines[name] = key.mark?.line
    }
    (self.values, self.keyLines, line) = (values, keyLines, node.mark?.line)
    (self.kind, self.path) = (kind, path)
  }

  func error(_ name: String, _ reason: String) -> GradingError {
    GradingError("\(name) \(reason)", path: path, line: keyLines[name] ?? line)
  }

  private func value(_ name: String) throws -> Node {
    guard let value = values[name] else { throw error(name, "is missing: \(kind) needs it") }
    return value
  }

  func string(_ name: String) throws -> String {
    guard let text = try value(name).string, !text.isEmpty else {
      throw error(name, "is empty, expected a text")
    }
    return text
  }

  func positiveInteger(_ name: String) throws -> Int {
    guard let number = try value(name).int, number > 0, number <= 1000 else {
      throw error(name, "is not a whole number from 1 to 1000")
    }
    return number
  }

  func sequence(_ name: String) throws -> [Node] {
    guard let sequence = try value(name).sequence else { throw error(name, "is not a list") }
    return Array(sequence)
  }

  func strings(_ name: String, mayBeMissing: Bool = false) throws -> [String] {
    if mayBeMissing && values[name] == nil { return [] }
    return try sequence(name).map { node in
      guard let text = node.string, !text.isEmpty else {
        throw GradingError(
          "\(name) has an entry that is not a text (quote it if it has a colon)", path: path,
          line: node.mark?.line)
      }
      return text
    }
  }
}
