/// Thrown by an exercise that nobody has written yet.
public struct Unimplemented: Error, Equatable, CustomStringConvertible {
  /// The exercise, for example `A2.3`.
  public let exercise: String

  public init(_ exercise: String) { self.exercise = exercise }

  public var description: String { "\(exercise) is not implemented yet" }
}
