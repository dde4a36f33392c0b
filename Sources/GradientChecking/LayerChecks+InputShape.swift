import Tensors

extension LayerChecks {
  /// An input's shape on a command line: `x=4x5` for random numbers, `target=4<10` for random
  /// integers below 10.
  public struct InputShape: Codable, Sendable, Equatable {
    public var name: String
    public var shape: [Int]
    /// What integers stay below; nil for an input of numbers.
    public var limit: Int?

    /// As many as fill a gibibyte in `Double`.
    private static let largestCount = 1 << 27

    /// - Throws: `TensorError` for a text of another form, and for sizes that are 0 or too large.
    public init(_ text: String) throws {
      func error(_ reason: String) -> TensorError {
        TensorError(text, shapes: [], reason: reason)
      }
      guard let match = text.wholeMatch(of: /(\w+)=(\d+(?:x\d+)*)(?:<(\d+))?/) else {
        throw error(
          "expected a name and a shape, such as x=4x5, or target=4<10 for integers below 10")
      }
      let sizes = match.2.split(separator: "x").map { Int($0) ?? .max }
      guard !sizes.contains(0) else { throw error("every size must be 1 or more") }
      // In floating point, for the product may be larger than any integer.
      guard sizes.reduce(1.0, { $0 * Double($1) }) <= Double(Self.largestCount) else {
        throw error("that is more than the \(Self.largestCount) numbers that an input may have")
      }
      if let digits = match.3 {
        guard let limit = Int(digits), limit > 0 else {
          throw error("the integers must stay below 1 or more, and below \(Int.max)")
        }
        self.limit = limit
      }
      (name, shape) = (String(match.1), sizes)
    }

    /// The shape as it is written: `4x5`.
    var text: String { shape.map(String.init).joined(separator: "x") }
  }
}
