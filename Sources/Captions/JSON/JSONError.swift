/// What is wrong with a JSON text, in one line that says where: the path such as
/// `annotations[17].caption`, the line and the byte.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Equatable, Sendable {
    /// The text breaks JSON's rules; what stands where it does.
    case malformed(String)
    /// The text ends before its last value does.
    case cutShort
    /// The text has another kind of value than was asked for.
    case unexpected(expected: String, found: String)
    /// An object lacks a member.
    case missing(String)
  }

  public let problem: Problem
  /// The value that was read, from the outermost: `annotations[17].caption`; empty for the whole.
  public let path: String
  /// Lines are counted from 1, bytes of the text from 0.
  public let line, byte: Int

  public init(_ problem: Problem, path: String, line: Int, byte: Int) {
    (self.problem, self.path, self.line, self.byte) = (problem, path, line, byte)
  }

  public var description: String {
    let place = path.isEmpty ? "the file" : path
    let position = "line \(line), byte \(byte)"
    return switch problem {
    case .malformed(let what): "is not JSON: \(what) in \(place) (\(position))"
    case .cutShort: "is not JSON or was cut short: it ends within \(place) (\(position))"
    case .unexpected(let expected, let found):
      "\(place) is not \(expected) but \(found) (\(position))"
    case .missing(let name): "\(place) has no “\(name)” (\(position))"
    }
  }
}
