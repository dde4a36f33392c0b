import Foundation
import Tensors
import XCTest

/// Every operation against what NumPy answered (Fixtures/generate.py), in both precisions.
final class NumPyTests: XCTestCase {
  private struct Packed: Decodable {
    var shape: [Int]
    /// Null stands for NaN.
    var values: [Double?]

    func tensor<Scalar: TensorScalar>() throws -> Tensor<Scalar> {
      try Tensor(values.map { $0.map { Scalar($0) } ?? .nan }, shape: shape)
    }
    func integers() throws -> Tensor<Int> {
      try Tensor(values.map { Int($0 ?? -1) }, shape: shape)
    }
  }

  private struct Case: Decodable {
    var operation: String
    var inputs: [Packed]
    var arguments: [Int]
    var expected: Packed
  }

  private func cases() throws -> [Case] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/numpy.json")
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
  }

  func testEveryOperationInDoubleAnswersAsNumPyDoes() throws {
    try check(Double.self, tolerance: 1e-12)
  }

  func testEveryOperationInFloatAnswersAsNumPyDoes() throws {
    try check(Float.self, tolerance: 2e-5)
  }

  private func check<Scalar: TensorScalar>(_ type: Scalar.Type, tolerance: Double) throws {
    let cases = try cases()
    XCTAssertGreaterThan(cases.count, 400)
    for (number, item) in cases.enumerated() {
      let shapes = item.inputs.map(\.shape)
      let label = "case \(number): \(item.operation) of \(shapes), arguments \(item.arguments)"
      let actual = try result(item, type)
      XCTAssertEqual(actual.shape, item.expected.shape, label)
      for (a, e) in zip(actual.elements, item.expected.values) {
        guard let e else { XCTAssertTrue(a.isNaN, label); continue }
        XCTAssertEqual(Double(a), e, accuracy: tolerance * Swift.max(1, abs(e)), label)
      }
    }
  }

  private func result<Scalar: TensorScalar>(
    _ item: Case, _ type: Scalar.Type
  ) throws -> Tensor<Scalar> {
    let inputs: [Tensor<Scalar>] = try item.inputs.map { try $0.tensor() }
    let arguments = item.arguments
    switch inputs.count {
    case 0: return try created(item.operation, arguments)
    case 1:
      let x = inputs[0]
      return try elementwise(item.operation, x) ?? reduced(item.operation, x, arguments)
        ?? shaped(item.operation, x, arguments) ?? sliced(item.operation, x)
        ?? indexed(item, x)
    default:
      return try combined(item, inputs) ?? compared(item.operation, inputs[0], inputs[1])
        ?? indexed(item, inputs[0])
    }
  }

  private func created<Scalar: TensorScalar>(
    _ operation: String, _ arguments: [Int]
  ) throws -> Tensor<Scalar> {
    switch operation {
    case "linspace": .linspace(-1, 2, count: arguments[0])
    case "arange": .arange(arguments[0])
    case "identity": .identity(arguments[0])
    default: throw Unknown(operation: operation)
    }
  }

  private func elementwise<Scalar: TensorScalar>(
    _ operation: String, _ x: Tensor<Scalar>
  ) -> Tensor<Scalar>? {
    switch operation {
    case "exp": x.exp()
    case "log": (x.absolute() + 0.5).log()
    case "tanh": x.tanh()
    case "squareRoot": x.absolute().squareRoot()
    case "negate": -x
    case "squared": x.squared()
    case "absolute": x.absolute()
    case "sigmoid": x.sigmoid()
    case "clamped": x.clamped(to: -1...1.5)
    case "power": x.absolute().power(1.7)
    default: nil
    }
  }

  private func reduced<Scalar: TensorScalar>(
    _ operation: String, _ x: Tensor<Scalar>, _ arguments: [Int]
  ) throws -> Tensor<Scalar>? {
    let (keep, axes) = (arguments.first == 1, Array(arguments.dropFirst()))
    switch operation {
    case "sum": return try x.sum(axes: axes, keepingAxes: keep)
    case "mean": return try x.mean(axes: axes, keepingAxes: keep)
    case "variance": return try x.variance(axes: axes, keepingAxes: keep)
    case "max": return try x.max(axes: axes, keepingAxes: keep)
    case "min": return try x.min(axes: axes, keepingAxes: keep)
    case "argmax": return try x.argmax(axis: arguments[0]).map { Scalar($0) }
    case "logSumExp": return try x.logSumExp(axis: arguments[0])
    default: return nil
    }
  }

  private func shaped<Scalar: TensorScalar>(
    _ operation: String, _ x: Tensor<Scalar>, _ arguments: [Int]
  ) throws -> Tensor<Scalar>? {
    switch operation {
    case "reshaped": return try x.reshaped(arguments)
    case "transposed": return x.transposed()
    case "permuted": return try x.permuted(arguments)
    case "padded":
      let sizes = stride(from: 0, to: arguments.count, by: 2)
        .map { (before: arguments[$0], after: arguments[$0 + 1]) }
      return try x.padded(sizes, with: -7)
    default: return nil
    }
  }

  private func sliced<Scalar: TensorScalar>(
    _ operation: String, _ x: Tensor<Scalar>
  ) throws -> Tensor<Scalar>? {
    switch operation {
    case "slice index all range": try x[2, .all, 1..<4]
    case "slice range": try x[1...2]
    case "slice all index": try x[.all, 3]
    case "slice from upto": try x[2..., ..<2, 5]
    case "slice empty": try x[2..<2]
    default: nil
    }
  }

  private func indexed<Scalar: TensorScalar>(
    _ item: Case, _ x: Tensor<Scalar>
  ) throws -> Tensor<Scalar> {
    switch item.operation {
    case "gathering": try x.gathering(item.inputs[1].integers())
    case "scatterAdding":
      try .scatterAdding(x, at: item.inputs[1].integers(), count: item.arguments[0])
    case "gatheringLastAxis": try x.gatheringLastAxis(item.inputs[1].integers())
    case "oneHot": try .oneHot(item.inputs[0].integers(), depth: item.arguments[0])
    default: throw Unknown(operation: item.operation)
    }
  }

  private func combined<Scalar: TensorScalar>(
    _ item: Case, _ inputs: [Tensor<Scalar>]
  ) throws -> Tensor<Scalar>? {
    let (a, b) = (inputs[0], inputs[1])
    var changed = a
    switch item.operation {
    case "+": return try a + b
    case "-": return try a - b
    case "*": return try a * b
    case "/": return try a / b
    case "maximum": return try .maximum(a, b)
    case "minimum": return try .minimum(a, b)
    case "where": return try .where(a .> 0, b, inputs[2])
    case "concatenating": return try .concatenating(inputs, axis: item.arguments[0])
    case "stacking":
      let stacked = try Tensor.stacking(inputs, axis: item.arguments[0])
      XCTAssertEqual(try stacked.unstacked(axis: item.arguments[0]), inputs)
      return stacked
    case "matrixMultiplied":
      return try a.matrixMultiplied(
        by: b, transposingSelf: item.arguments[0] == 1, transposingOther: item.arguments[1] == 1)
    case "assign index": try changed.assign(b, at: 2)
    case "assign all range": try changed.assign(b, at: .all, 1..<3)
    case "assign index all index": try changed.assign(b, at: 1, .all, 4)
    default: return nil
    }
    return changed
  }

  private func compared<Scalar: TensorScalar>(
    _ operation: String, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
  ) throws -> Tensor<Scalar>? {
    switch operation {
    case ".<": try (a .< b).cast(to: Scalar.self)
    case ".<=": try (a .<= b).cast(to: Scalar.self)
    case ".>": try (a .> b).cast(to: Scalar.self)
    case ".>=": try (a .>= b).cast(to: Scalar.self)
    case ".==": try (a .== b).cast(to: Scalar.self)
    case ".!=": try (a .!= b).cast(to: Scalar.self)
    default: nil
    }
  }

  private struct Unknown: Error { var operation: String }
}
