import Foundation
import GradientChecking
import Tensors
import XCTest

/// Fast mode needs little memory besides what it checks.
final class MemoryTests: XCTestCase {
  /// The most memory in use since the last reset, in bytes.
  private func peak() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try XCTUnwrap(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try XCTUnwrap(line.split { !$0.isNumber }.first.flatMap { Int($0) }) * 1024
  }

  /// Forgets how much was in use before: other tests may have needed more.
  private func resetPeak() throws {
    do {
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "/proc/self/clear_refs"))
      try file.write(contentsOf: Data("5".utf8))
    } catch {
      throw XCTSkip("the kernel does not let a process reset its peak of memory: \(error)")
    }
  }

  /// Gives back to the system what earlier tests have let go.
  private func returnFreeMemory() throws {
    let symbol = try XCTUnwrap(dlsym(nil, "malloc_trim"))
    typealias Trim = @convention(c) (_ padding: Int) -> Int32
    _ = unsafeBitCast(symbol, to: Trim.self)(0)
  }

  func testAMillionElementsNeedNoMoreThanTenTimesTheirMemoryInFastMode() throws {
    let function = DifferentiableFunction("product") {
      (inputs: NamedTensors<Double>) -> (output: Tensor<Double>, cache: NamedTensors<Double>) in
      (try inputs["x"].matrixMultiplied(by: inputs["weight"]), inputs)
    } backward: { (upstream: Tensor<Double>, inputs: NamedTensors<Double>) in
      [
        "x": try upstream.matrixMultiplied(by: inputs["weight"], transposingOther: true),
        "weight": try inputs["x"].matrixMultiplied(by: upstream, transposingSelf: true),
      ]
    }
    var random = SeededGenerator(seed: 1)
    let weight = Tensor<Double>.randomNormal([1000, 1000], using: &random)
    let inputs: NamedTensors<Double> = [
      "x": .randomNormal([4, 1000], using: &random), "weight": weight,
    ]
    try returnFreeMemory()
    try resetPeak()
    let before = try peak()
    let report = try checkGradients(
      of: function, at: inputs, options: GradientCheckOptions(mode: .fast))
    XCTAssertEqual(report.verdict, .right, report.text())
    let size = weight.count * MemoryLayout<Double>.size
    let used = try peak() - before
    XCTAssertLessThanOrEqual(used, 10 * size, "\(used) bytes for a weight of \(size)")
    // A peak that was not reset would hide what this check needed: both gradients of the weight.
    XCTAssertGreaterThan(used, size, "the peak of memory was not measured")
  }
}
