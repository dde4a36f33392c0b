import ExerciseTesting
import Exercises
import Foundation
import Tensors

/// A suite for an exercise that `FIXTURE` in the environment chooses: `right` where it says nothing.
/// `SuiteRun` runs it in a process of its own; where it is run with all tests it passes.
final class FixtureSuite: ExerciseTestCase {
  func testItDoubles() throws {
    let x = Tensor<Double>([1, 2, 3])
    try expectClose("doubled", to: Tensor<Double>([2, 4, 6])) { try doubled(x) }
    try expectInvariant(
      "sum", of: { Tensor(scalar: $0.sum()) }, isCloseTo: 12.0, { try doubled(x) })
    try expectGradient("gradient", at: x, of: { try $0 * $0 }) { try doubled(x) }
    try expectShapeError("four numbers") { try doubled(Tensor([1, 2, 3, 4])) }
  }

  func testTheRandomNumbersAreTheSameEachTime() throws {
    let x = Tensor<Double>.randomNormal([3], using: &random)
    try expectClose("doubled", to: x * 2) { try doubled(x) }
  }

  /// The exercise: two times x, for three numbers.
  private func doubled(_ x: Tensor<Double>) throws -> Tensor<Double> {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["FIXTURE_RAN"] { try Data().write(to: URL(fileURLWithPath: path)) }
    let fixture = environment["FIXTURE"] ?? "right"
    if fixture == "unimplemented" { throw Unimplemented("T1.1") }
    if fixture == "stopped" { throw CocoaError(.featureUnsupported) }
    if fixture != "unguarded" { try x.requireShape([3], "x") }
    switch fixture {
    case "wrong": return x * 3
    case "shape": return try (x * 2).reshaped([1, 3])
    case "nan": return x.map { _ in .nan }
    default: return x * 2
    }
  }
}
