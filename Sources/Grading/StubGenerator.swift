/// A file of solutions: what it has between `// BEGIN SOLUTION A2.3` and `// END SOLUTION`.
public struct SolutionFile: Equatable, Sendable {
  /// A part that students write.
  public struct Region: Equatable, Sendable {
    public var exercise: String
    /// The line of its BEGIN marker, counted from 1.
    public var line: Int
    /// Indices of the lines from BEGIN to END, both included, counted from 0.
    public var lines: ClosedRange<Int>
    public var indentation: String
  }

  public let path: String
  public let regions: [Region]
  private let lines: [Substring]

  /// - Throws: `GradingError` at a marker that is misspelt, nested, or without its other half.
  public init(_ text: String, path: String) throws {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    self.path = path
    var regions: [Region] = []
    var open: (exercise: String, index: Int, indentation: String)?
    for (index, line) in lines.enumerated() {
      guard let marker = try Marker(line, path: path, line: index + 1) else { continue }
      switch (marker, open) {
      case (.begin(let exercise), nil):
        open = (exercise, index, String(line.prefix { $0 == " " }))
      case (.begin, let begin?):
        throw GradingError(
          "BEGIN SOLUTION inside \(begin.exercise), which begins at line \(begin.index + 1)",
          path: path, line: index + 1)
      case (.end, let begin?):
        regions.append(
          Region(
            exercise: begin.exercise, line: begin.index + 1, lines: begin.index...index,
            indentation: begin.indentation))
        open = nil
      case (.end, nil):
        throw GradingError("END SOLUTION without a BEGIN SOLUTION", path: path, line: index + 1)
      }
    }
    if let open {
      throw GradingError(
        "BEGIN SOLUTION \(open.exercise) has no END SOLUTION", path: path, line: open.index + 1)
    }
    self.regions = regions
  }

  /// The file as students receive it: each region is a note of what to do and throws.
  ///
  /// - Parameter exercises: Those whose file this is.
  /// - Throws: `GradingError` at a region of another exercise, and for an exercise without region.
  public func stub(exercises: [Exercise]) throws -> String {
    for exercise in exercises where !regions.contains(where: { $0.exercise == exercise.id }) {
      throw GradingError("has no region BEGIN SOLUTION \(exercise.id)", path: path)
    }
    var result: [Substring] = []
    var next = 0
    for region in regions {
      guard let exercise = exercises.first(where: { $0.id == region.exercise }) else {
        throw GradingError(
          "assignment.yml has no exercise \(region.exercise) in this file; it has "
            + "\(exercises.isEmpty ? "none" : exercises.map(\.id).joined(separator: ", "))",
          path: path, line: region.line)
      }
      result += lines[next..<region.lines.lowerBound]
      result.append("\(region.indentation)// TODO(\(exercise.id)): \(exercise.title)")
      result.append("\(region.indentation)throw Unimplemented(\"\(exercise.id)\")")
      next = region.lines.upperBound + 1
    }
    return (result + lines[next...]).joined(separator: "\n")
  }
}

private enum Marker {
  case begin(String)
  case end

  /// Nil for a line that is no marker.
  init?(_ line: Substring, path: String, line number: Int) throws {
    guard line.contains(/\b(BEGIN|END)\s+SOLUTION\b/.ignoresCase()) else { return nil }
    if let match = line.wholeMatch(of: /\s*\/\/ BEGIN SOLUTION (A[0-9]+\.[0-9]+)/) {
      self = .begin(String(match.1))
    } else if line.wholeMatch(of: /\s*\/\/ END SOLUTION/) != nil {
      self = .end
    } else {
      throw GradingError(
        "misspelt marker; expected a line '// BEGIN SOLUTION A2.3' or '// END SOLUTION'",
        path: path, line: number)
    }
  }
}
