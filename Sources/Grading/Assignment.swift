/// An assignment as its `assignment.yml` describes it.
public struct Assignment: Equatable, Sendable {
  /// For example `A2`.
  public var id: String
  public var title: String
  /// The notebook's name in the assignment's folder.
  public var notebook: String
  /// The folder's name, for example `A2-RNNCaptioning`, in Assignments, Solutions and submissions.
  public var folder: String
  public var exercises: [Exercise]

  /// The name of the module that the folder is built as, for example `A2RNNCaptioning`.
  public var module: String { folder.replacing("-", with: "") }
  public var points: Int { exercises.reduce(0) { $0 + $1.points } }
}

/// What is written and judged as one.
public struct Exercise: Equatable, Sendable {
  /// For example `A2.3`.
  public var id: String
  public var title: String
  public var points: Int
  /// The Swift file in the assignment's folder that it is written in.
  public var file: String
  /// The XCTest class that judges it, alone in a file of that name.
  public var suite: String
  /// The exercises best done before, by id.
  public var requires: [String]
  /// From a first nudge to nearly the code.
  public var hints: [String]
}

/// What is wrong with the kit or a submission, and where.
public struct GradingError: Error, Equatable, CustomStringConvertible {
  public var path: String?
  /// Counted from 1.
  public var line: Int?
  public var reason: String

  public init(_ reason: String, path: String? = nil, line: Int? = nil) {
    (self.reason, self.path, self.line) = (reason, path, line)
  }

  public var description: String {
    [path, line.map(String.init), path == nil ? reason : " " + reason]
      .compactMap { $0 }.joined(separator: ":")
  }
}
