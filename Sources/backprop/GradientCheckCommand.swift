import ArgumentParser
import Foundation
import GradientChecking
import Grading

extension LayerChecks.InputShape: ExpressibleByArgument {
  public init?(argument: String) {
    do { try self.init(argument) } catch { return nil }
  }
}

struct GradientCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradcheck",
    abstract: "Check the backward pass of layers of your own, and say what is wrong with it.",
    discussion: """
      Checks every type in the file that conforms to GradientChecking's Layer; `backprop new layer` \
      writes one to begin with. Ends with 0 when all are right, 1 when one is wrong or cannot be \
      told, 64 for misuse.
      """)

  @Argument(help: ArgumentHelp("A Swift file with layers.", valueName: "MyLayer.swift"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "The shape of an input, as in x=4x5, or target=4<10 for integers below 10; else the layer's own example. Can be given again.",
      valueName: "name=shape"))
  var input: [LayerChecks.InputShape] = []

  @Flag(help: "Check generic layers in Float as well, against Double.")
  var float = false

  @Flag(help: "Compare along random directions: for layers with many numbers.")
  var fast = false

  @Flag(help: "Compare every output number by every input number.")
  var jacobian = false

  @Option(help: "What random inputs and directions are drawn from.")
  var seed: UInt64 = 231

  @Option(help: "Seconds that the checks may take.")
  var timeout = 60.0

  @Option(help: "Write the report with pictures to this file.")
  var html: String?

  @Option(help: "Write the report with all numbers to this file.")
  var json: String?

  func validate() throws {
    if fast && jacobian {
      throw ValidationError("--fast and --jacobian exclude each other; give one of them")
    }
    guard timeout > 0 else {
      throw ValidationError("--timeout must be more than 0, got \(timeout)")
    }
  }

  func run() throws {
    let build = KitBuild.current
    try build.complete()
    let layers = try LayerFile(path: file, build: build)
    let checks = LayerChecks(
      shapes: input, mode: fast ? .fast : jacobian ? .jacobian : .elements, seed: seed,
      inFloat: float)
    let request = String(decoding: try JSONEncoder().encode(checks), as: UTF8.self)
    let (data, output) = try layers.check(request: request, timeLimit: timeout)
    print(output, terminator: "")
    let results = try LayerChecks.results(json: String(decoding: data, as: UTF8.self))
    let isTerminal = isatty(STDOUT_FILENO) == 1
    for result in results {
      if let report = result.report {
        print(report.text(color: isTerminal, width: isTerminal ? terminalWidth() : 100))
      } else {
        print("✗ \(result.layer): cannot be checked: \(result.failure ?? "no reason given")")
      }
    }
    let reports = results.compactMap(\.report)
    if let html { try writeAtomically(gradientReportPage(reports), to: URL(fileURLWithPath: html)) }
    if let json {
      try writeAtomically(LayerChecks.json(results), to: URL(fileURLWithPath: json))
    }
    guard results.allSatisfy({ $0.report?.verdict == .right }) else { throw ExitCode(1) }
  }
}

/// How many characters fit in a line of the terminal; 100 where it does not say.
private func terminalWidth() -> Int {
  var size = winsize()
  let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
  return isKnown ? Int(size.ws_col) : 100
}
