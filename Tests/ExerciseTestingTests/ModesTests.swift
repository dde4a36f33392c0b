import ExerciseTesting
import Foundation
import Tensors
import XCTest

/// The three modes in which a suite is run: all at once, recording, and judging a recording.
final class ModesTests: XCTestCase {
  private var recording = FileManager.default.temporaryDirectory

  override func setUp() {
    recording = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  }

  override func tearDown() { try? FileManager.default.removeItem(at: recording) }

  // MARK: Direct

  func testARightExercisePasses() throws {
    let run = try SuiteRun(mode: nil)
    XCTAssertTrue(run.passed && run.ranExercise, run.output)
    XCTAssertEqual(run.events(), "began checked checked checked checked ended")
    XCTAssertEqual(run.events("testTheRandom"), "began checked ended")
    XCTAssertEqual(run.failures, [])
  }

  func testAWrongExerciseFailsEachExpectation() throws {
    let run = try SuiteRun(mode: "direct", fixture: "wrong")
    XCTAssertFalse(run.passed)
    XCTAssertEqual(run.events(), "began failed failed failed checked ended")
    XCTAssertEqual(run.failures.count, 4)
    XCTAssertTrue(
      run.failures.contains {
        $0.hasPrefix("doubled: 3 of 3 elements are wrong") && $0.contains("got 9.0, expected 6.0")
      }, "\(run.failures)")
  }

  func testAnotherShapeAndNaNAndAnErrorFail() throws {
    for (fixture, words) in [
      ("shape", "the shape is [1, 3], expected [3]"), ("nan", "got nan"), ("stopped", "threw"),
    ] {
      let run = try SuiteRun(mode: "direct", fixture: fixture)
      XCTAssertFalse(run.passed, fixture)
      XCTAssertTrue(run.failures.contains { $0.contains(words) }, "\(run.failures)")
    }
  }

  func testWrongInputMustBeRefusedByATensorError() throws {
    let accepting = try SuiteRun(mode: "direct", fixture: "unguarded")
    XCTAssertEqual(accepting.events(), "began checked checked checked failed ended")
    XCTAssertTrue(accepting.failures.contains { $0.contains("accepted wrong shapes") })
    let stopped = try SuiteRun(mode: "direct", fixture: "stopped")
    XCTAssertTrue(stopped.failures.contains { $0.contains("expected a TensorError") })
  }

  func testAnExerciseThatIsNotWrittenYetIsSkipped() throws {
    let run = try SuiteRun(mode: "direct", fixture: "unimplemented")
    XCTAssertTrue(run.passed, run.output)
    XCTAssertEqual(run.events(), "began unimplemented ended")
    XCTAssertEqual(
      run.findings.filter { $0.event == .unimplemented }.map(\.message), ["T1.1", "T1.1"])
    XCTAssertTrue(run.output.contains("T1.1 is not implemented yet"), run.output)
  }

  // MARK: Record

  func testRecordingWritesTheValuesAndJudgesNothing() throws {
    let run = try SuiteRun(mode: "record", fixture: "wrong", recording: recording)
    XCTAssertTrue(run.passed && run.ranExercise, run.output)
    XCTAssertEqual(run.events(), "began ended")
    let entries = try entries().filter { $0.test.contains("testItDoubles") }
    XCTAssertEqual(entries.map(\.label), ["doubled", "sum", "gradient", "four numbers"])
    XCTAssertEqual(entries[0].outcome, .value(RecordedValue(Tensor([3, 6, 9]))))
    guard case .threw(_, isTensorError: true) = entries[3].outcome else {
      return XCTFail("\(entries[3].outcome)")
    }
  }

  func testRecordingSaysWhatIsNotWrittenYet() throws {
    let run = try SuiteRun(mode: "record", fixture: "unimplemented", recording: recording)
    XCTAssertTrue(run.passed, run.output)
    let entries = try entries()
    XCTAssertFalse(entries.isEmpty)
    for entry in entries { XCTAssertEqual(entry.outcome, .unimplemented(exercise: "T1.1")) }
    let judged = try SuiteRun(mode: "replay", recording: recording)
    XCTAssertEqual(judged.events(), "began unimplemented ended")
    XCTAssertEqual(judged.failures, [])
  }

  // MARK: Replay

  func testJudgingNeverRunsTheExercise() throws {
    _ = try SuiteRun(mode: "record", recording: recording)
    // Whatever the exercise would do now.
    let right = try SuiteRun(mode: "replay", fixture: "wrong", recording: recording)
    XCTAssertTrue(right.passed, right.output)
    XCTAssertFalse(right.ranExercise)
    XCTAssertEqual(right.events(), "began checked checked checked checked ended")
  }

  func testJudgingFindsInARecordingWhatIsWrong() throws {
    for (fixture, events) in [
      ("wrong", "began failed failed failed checked ended"),
      ("shape", "began failed checked failed checked ended"),
      ("nan", "began failed failed failed checked ended"),
      ("unguarded", "began checked checked checked failed ended"),
      ("stopped", "began failed failed failed failed ended"),
    ] {
      try? FileManager.default.removeItem(at: recording)
      let direct = try SuiteRun(mode: "direct", fixture: fixture)
      _ = try SuiteRun(mode: "record", fixture: fixture, recording: recording)
      let judged = try SuiteRun(mode: "replay", recording: recording)
      XCTAssertFalse(judged.passed || judged.ranExercise, fixture)
      XCTAssertEqual(judged.events(), events, fixture)
      XCTAssertEqual(judged.failures, direct.failures, fixture)
    }
  }

  func testATamperedRecordingFails() throws {
    _ = try SuiteRun(mode: "record", recording: recording)
    let right = try entries()
    let first = try XCTUnwrap(right.firstIndex { $0.label == "doubled" })
    func value(_ numbers: [Double], shape: [Int]) throws -> Outcome {
      var value = RecordedValue(Tensor(numbers))
      value.shape = shape
      return .value(value)
    }
    let changes: [(String, (inout [SuiteRun.Entry]) throws -> Void)] = [
      ("a changed number", { $0[first].outcome = try value([2, 4, 6.001], shape: [3]) }),
      ("a changed shape", { $0[first].outcome = try value([2, 4, 6], shape: [3, 1]) }),
      ("NaN", { $0[first].outcome = try value([2, .nan, 6], shape: [3]) }),
      ("infinity", { $0[first].outcome = try value([2, 4, .infinity], shape: [3]) }),
      ("too few numbers", { $0[first].outcome = try value([2, 4], shape: [3]) }),
      ("a negative size", { $0[first].outcome = try value([2, 4, 6], shape: [-3, -1]) }),
      (
        "a shape whose size overflows",
        {
          $0[first].outcome = try value([], shape: [1 << 24, 1 << 24, 1 << 24])
        }
      ),
      ("a huge shape", { $0[first].outcome = try value([], shape: [1 << 62, 4]) }),
      ("an error", { $0[first].outcome = .threw("stopped", isTensorError: true) }),
      ("a missing value", { $0.remove(at: first) }),
      ("another order", { $0.swapAt(first, first + 1) }),
      ("another label", { $0[first].label = "doublet" }),
      ("another test", { $0[first].test = "Other.testIt" }),
      ("a value too many at the front", { $0.insert($0[first + 1], at: first) }),
      ("nothing", { $0 = [] }),
    ]
    for (name, change) in changes {
      var entries = right
      try change(&entries)
      try SuiteRun.write(entries, to: recording)
      let judged = try SuiteRun(mode: "replay", recording: recording)
      XCTAssertFalse(judged.passed, name)
      XCTAssertFalse(judged.failures.isEmpty, name)
      XCTAssertFalse(judged.ranExercise, name)
    }
  }

  func testWithoutAGoodRecordingNothingPasses() throws {
    let missing = try SuiteRun(mode: "replay", recording: recording)
    XCTAssertFalse(missing.passed || missing.ranExercise)
    XCTAssertFalse(missing.events().contains("checked"))
    try Data("{\"test\": 3}\nno JSON\n".utf8).write(to: recording)
    let damaged = try SuiteRun(mode: "replay", recording: recording)
    XCTAssertFalse(damaged.passed || damaged.ranExercise)
    XCTAssertFalse(damaged.events().contains("checked"))
  }

  // MARK: Settings

  func testWrongSettingsAreExplained() throws {
    let unknown = try SuiteRun(mode: "replya", recording: recording)
    XCTAssertFalse(unknown.passed)
    XCTAssertTrue(unknown.output.contains("expected direct, record or replay"), unknown.output)
    let nowhere = try SuiteRun(mode: "record")
    XCTAssertFalse(nowhere.passed)
    XCTAssertTrue(nowhere.output.contains("needs EXERCISE_RECORDING"), nowhere.output)
  }

  func testTheSeedChoosesTheRandomNumbers() throws {
    func recorded(seed: String?) throws -> Outcome {
      try? FileManager.default.removeItem(at: recording)
      _ = try SuiteRun(mode: "record", recording: recording, seed: seed)
      return try XCTUnwrap(entries().first { $0.test.contains("testTheRandom") }).outcome
    }
    let standard = try recorded(seed: nil)
    XCTAssertEqual(try recorded(seed: nil), standard)
    XCTAssertEqual(try recorded(seed: "231"), standard)
    XCTAssertNotEqual(try recorded(seed: "7"), standard)
  }

  private func entries() throws -> [SuiteRun.Entry] { try SuiteRun.lines(of: recording) }
}
