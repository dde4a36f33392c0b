/// The mistake that explains a wrong gradient.
public struct Diagnosis: Codable, Sendable, Equatable {
  public var kind: Kind
  /// In a sentence, with the numbers: "the gradient has the wrong sign".
  public var message: String

  public init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }

  /// The mistakes that people make in backward passes.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case zeros, wrongSign, constantFactor, transposed
  }
}
