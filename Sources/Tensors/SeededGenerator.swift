import Foundation

/// A random number generator that gives the same numbers for the same seed on every machine.
///
/// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
/// DOI 10.1145/2660193.2660195.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Codable {
  /// All there is to the generator: saving it and making another from it continues the sequence.
  public private(set) var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from `0..<1`, evenly distributed, with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number from the standard normal distribution (Box and Muller, 1958,
  /// DOI 10.1214/aoms/1177706645).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }
}

extension Tensor where Element: TensorScalar {
  /// Independent numbers from a normal distribution.
  public static func randomNormal(
    _ shape: [Int], mean: Element = 0, standardDeviation: Element = 1,
    using generator: inout SeededGenerator
  ) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor(
      unchecked: (0..<count).map { _ in mean + standardDeviation * Element(generator.normal()) },
      shape: shape)
  }

  /// Independent numbers spread evenly over `range`, its upper end excluded.
  public static func randomUniform(
    _ shape: [Int], in range: Range<Element> = 0..<1, using generator: inout SeededGenerator
  ) -> Tensor {
    let width = range.upperBound - range.lowerBound
    let count = shape.reduce(1, *)
    return Tensor(
      unchecked: (0..<count).map { _ in range.lowerBound + width * Element(generator.uniform()) },
      shape: shape)
  }
}

extension Tensor<Int> {
  /// Independent whole numbers from `range`.
  public static func random(
    _ shape: [Int], in range: Range<Int>, using generator: inout SeededGenerator
  ) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor(
      unchecked: (0..<count).map { _ in Int.random(in: range, using: &generator) }, shape: shape)
  }
}

extension Tensor<Bool> {
  /// A mask whose elements are true with the given probability, independently.
  public static func random(
    _ shape: [Int], probability: Double, using generator: inout SeededGenerator
  ) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor(
      unchecked: (0..<count).map { _ in generator.uniform() < probability }, shape: shape)
  }
}
