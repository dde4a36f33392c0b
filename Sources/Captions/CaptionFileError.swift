/// What is wrong with a file of captions, in one line: the file, the problem, what to do.
public struct CaptionFileError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let problem: String

  public init(_ path: String, _ problem: String) { (self.path, self.problem) = (path, problem) }

  public var description: String { "\(path): \(problem)" }
}
