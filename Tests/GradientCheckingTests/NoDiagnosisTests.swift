import GradientChecking
import Tensors
import XCTest

/// Where no kind of mistake applies, none is named.
final class NoDiagnosisTests: XCTestCase {
  func testRightGradientsAreNotExplained() throws {
    for experiment in try Experiments.all() {
      for name in experiment.inputs.names {
        XCTAssertEqual(try experiment.diagnoses(name) { $0 }, [])
        XCTAssertEqual(try experiment.diagnoses(name) { $0 + 1e-13 }, [])
      }
    }
  }

  func testRandomGradientsAreNotExplained() throws {
    var random = SeededGenerator(seed: 77)
    var (tried, explained) = (0, [String]())
    for experiment in try Experiments.all() {
      for name in experiment.inputs.names {
        let evidence = try experiment.evidence(name, experiment.gradient(name))
        let scale = evidence.numeric.absolute().max()
        for repetition in 0..<40 {
          var wrong = evidence
          wrong.analytic = .randomNormal(evidence.numeric.shape, using: &random) * scale
          // Differences in single precision are as inaccurate as that.
          if repetition % 2 == 1 {
            wrong.errorBars = Tensor(repeating: 1e-3 * scale, shape: wrong.numeric.shape)
          }
          tried += 1
          explained += diagnose(wrong).map { "\($0) of \(name) \(wrong.numeric.shape)" }
        }
      }
    }
    XCTAssertGreaterThan(tried, 2000)
    XCTAssert(explained.isEmpty, "\(explained.count) of \(tried), such as \(explained.prefix(5))")
  }

  /// Mistakes of no kind: noise on the right gradient, mixtures, elements wrong here and there.
  func testStructuredMistakesOfNoKindAreNotExplained() throws {
    var random = SeededGenerator(seed: 78)
    var (tried, explained) = (0, [String]())
    for experiment in try Experiments.all() {
      for name in experiment.inputs.names {
        let evidence = try experiment.evidence(name, experiment.gradient(name))
        let right = evidence.numeric
        guard right.count >= 3 else { continue }
        for repetition in 0..<8 {
          let noise = Tensor<Double>.randomNormal(right.shape, using: &random)
          let sparse = Tensor<Double>.randomUniform(right.shape, in: 0..<1, using: &random)
          let wrong: [(String, Tensor<Double>)] = [
            ("noise", try right + noise * 1e-3), ("times noise", try right * (noise * 0.1 + 1)),
            ("square", right.squared() * 0.7), ("tanh", (right * 3).tanh()),
            ("plus input", try right + experiment.inputs[name] * 0.37 * (noise * 0.01 + 1)),
            ("dropped", try right * sparse.map { $0 < 0.7 ? 1 : 0.43 + $0 }),
            ("alike", .ones(right.shape) * 1.3), ("shape", try noise.expandingAxis(at: 0)),
            ("line", try Tensor<Double>.arange(right.count).reshaped(right.shape) * 0.1 + right),
          ]
          for (mistake, analytic) in wrong where repetition == 0 || mistake != "alike" {
            var changed = evidence
            changed.analytic = analytic
            tried += 1
            for found in diagnose(changed) where found.kind != .wrongShape {
              explained.append("\(mistake) in \(name) \(right.shape): \(found)")
            }
          }
        }
      }
    }
    XCTAssertGreaterThan(tried, 2000)
    XCTAssert(explained.isEmpty, "\(explained.count) of \(tried), such as \(explained.prefix(5))")
  }
}
