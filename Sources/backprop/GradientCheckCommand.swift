import ArgumentParser
import Foundation
import GradientChecking
import Grading

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
      valueName: "name=shape"), transform: LayerChecks.InputShape.init)
  var input: [LayerChecks.InputShape] = []

  @Flag(help: "Check generic layers in Float as well, against Double.")
  var float = false

  @Flag(help: "Compare along random directions: for layers with many numbers.")
  var fast = false

  @Flag(help: "Compare every output number by every input number.")
  var jacobian = false

  @Option(help: "What random inputs and directions are drawn from.")
  var seed: UInt64 = 231

  @Option(help: "Seconds that the checks of one layer may take.")
  var timeout = 60.0

  @Option(help: "Write the report with pictures to this file.")
  var html: String?

  @Option(help: "Write the report with all numbers to this file.")
  var json: String?

  func validate() throws {
    if fast && jacobian {
      throw ValidationError("--fast and --jacobian exclude each other; give one of them")
    }
    guard timeout > 0, timeout <= 86_400 else {
      throw ValidationError("--timeout must be more than 0 and at most 86400, got \(timeout)")
    }
    do {
      _ = try layerFile()
    } catch {
      throw ValidationError("\(error)")
    }
    let files = [file, html, json].compactMap { $0 }.map {
      URL(fileURLWithPath: $0).resolvingSymlinksInPath().standardized.path
    }
    guard Set(files).count == files.count else {
      throw ValidationError("--html, --json and the layer's file must be different files")
    }
  }

  private func layerFile() throws -> LayerFile { try LayerFile(path: file, build: .current) }

  func run() throws {
    try KitBuild.current.complete()
    let checks = LayerChecks(
      shapes: input, mode: fast ? .fast : jacobian ? .jacobian : .elements, seed: seed,
      inFloat: float)
    let request = String(decoding: try JSONEncoder().encode(checks), as: UTF8.self)
    let outcomes = try layerFile().check(request: request, timeLimit: timeout)
    let results = try outcomes.map { outcome -> [LayerChecks.Result] in
      guard let data = outcome.results else {
        return [.init(layer: outcome.layer, failure: outcome.failure ?? "no reason given")]
      }
      return try LayerChecks.results(json: String(decoding: data, as: UTF8.self))
    }
    if let misuse = checks.misuse(in: Array(results.joined())) { throw ValidationError(misuse) }
    for (outcome, results) in zip(outcomes, results) {
      printOutput(of: outcome)
      results.forEach(printResult)
    }
    let all = Array(results.joined())
    if let html { try writeAtomically(LayerChecks.page(all), to: URL(fileURLWithPath: html)) }
    if let json { try writeAtomically(LayerChecks.json(all), to: URL(fileURLWithPath: json)) }
    guard all.allSatisfy({ $0.report?.verdict == .right }) else { throw ExitCode(1) }
  }
}

/// The beginning of what a layer printed: it runs so often that all of it would bury the report.
private func printOutput(of outcome: LayerFile.Outcome) {
  let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    .dropLast(outcome.output.hasSuffix("\n") ? 1 : 0)
  let shown = 10
  guard !outcome.output.isEmpty else { return }
  print("\(outcome.layer) printed:")
  for line in lines.prefix(shown) { print("  \(line.prefix(1000))") }
  if lines.count > shown { print("  … (the rest is left out)") }
}

private func printResult(_ result: LayerChecks.Result) {
  let isTerminal = isatty(STDOUT_FILENO) == 1
  if let report = result.report {
    print(report.text(color: isTerminal, width: isTerminal ? terminalWidth() : 100))
  } else {
    print("✗ \(result.layer): cannot be checked: \(result.failure ?? "no reason given")")
  }
}

/// How many characters fit in a line of the terminal; 100 where it does not say.
private func terminalWidth() -> Int {
  var size = winsize()
  let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
  return isKnown ? Int(size.ws_col) : 100
}
