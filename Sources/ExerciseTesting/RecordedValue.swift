import GradientChecking
import Tensors

/// A value that an exercise computed, in the form in which it leaves the process: numbers and
/// shapes, nothing that runs.
public struct RecordedValue: Codable, Equatable, Sendable {
  public var shape: [Int]
  /// Each number as its bit pattern, so that NaN and infinity survive JSON.
  public var bits: [UInt64]

  public init(_ tensor: Tensor<Double>) {
    shape = tensor.shape
    bits = tensor.elements.map(\.bitPattern)
  }

  /// - Throws: `TensorError` when a hostile recording's shape does not fit its numbers.
  public func tensor() throws -> Tensor<Double> {
    guard shape.allSatisfy({ $0 >= 0 && $0 <= 1 << 24 }), shape.count <= 8 else {
      throw TensorError("recorded value", shapes: [shape], reason: "not a possible shape")
    }
    return try Tensor(bits.map { Double(bitPattern: $0) }, shape: shape)
  }
}

/// What a check may be made on: anything that is a tensor of numbers in the end.
public protocol Checkable {
  /// The value as a tensor of `Double`; exact for every conforming type.
  var checked: Tensor<Double> { get }
  /// How far rounding in this type may take a correct value from an exact one.
  static var tolerance: Tolerance { get }
}

extension Tensor: Checkable where Element: CheckableElement {
  public var checked: Tensor<Double> { map { $0.number } }
  public static var tolerance: Tolerance { Element.tolerance }
}

extension Float: Checkable { public var checked: Tensor<Double> { Tensor(scalar: number) } }
extension Double: Checkable { public var checked: Tensor<Double> { Tensor(scalar: number) } }
extension Int: Checkable { public var checked: Tensor<Double> { Tensor(scalar: number) } }

extension Array: Checkable where Element: CheckableElement {
  public var checked: Tensor<Double> { Tensor(map(\.number)) }
  public static var tolerance: Tolerance { Element.tolerance }
}

/// An element of a checkable tensor.
public protocol CheckableElement: Sendable, Equatable {
  var number: Double { get }
  static var tolerance: Tolerance { get }
}

extension Float: CheckableElement {
  public var number: Double { Double(self) }
  public static var tolerance: Tolerance { .float }
}
extension Double: CheckableElement {
  public var number: Double { self }
  public static var tolerance: Tolerance { .double }
}
extension Int: CheckableElement {
  public var number: Double { Double(self) }
  public static var tolerance: Tolerance { Tolerance(relative: 0, absolute: 0) }
}
extension Bool: CheckableElement {
  public var number: Double { self ? 1 : 0 }
  public static var tolerance: Tolerance { Tolerance(relative: 0, absolute: 0) }
}
