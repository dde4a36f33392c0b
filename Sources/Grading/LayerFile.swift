import Foundation

/// A Swift file with layers of somebody's own, compiled against the kit.
public struct LayerFile: Sendable {
  /// A type that conforms to the kit's `Layer`.
  public struct LayerType: Sendable, Equatable {
    /// As it is written in Swift: `Swish`, `Blocks.Residual`.
    public var name: String
    /// Whether its one generic parameter is its scalar.
    public var isGeneric: Bool
  }

  /// The path as it was given, which errors show.
  private let path: String
  private let file: URL
  private let build: KitBuild

  public init(path: String, build: KitBuild) throws {
    (self.path, file, self.build) = (path, URL(fileURLWithPath: path), build)
    guard file.pathExtension == "swift" else {
      throw GradingError("is no Swift file: its name must end in .swift", path: path)
    }
    _ = try text(of: file)
  }

  /// Checks every layer of the file in a process of its own.
  ///
  /// - Parameters:
  ///   - request: A `LayerChecks` as JSON.
  ///   - timeLimit: Seconds that the checks may take together.
  /// - Returns: The results as JSON, `[LayerChecks.Result]`, and what the layers printed.
  /// - Throws: `GradingError` for a file that does not compile, has no layers, or whose layers crash
  ///   or do not come to an end.
  public func check(request: String, timeLimit: Double) throws -> (results: Data, output: String) {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "backprop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    let layers = try layers(using: folder)
    guard !layers.isEmpty else {
      throw GradingError(
        "has no layer: a type that conforms to GradientChecking's Layer. "
          + "`backprop new layer MyLayer` writes one to begin with", path: path)
    }
    let main = folder.appending(path: "main.swift")
    let program = folder.appending(path: "checks")
    let results = folder.appending(path: "results.json")
    try writeAtomically(Self.main(layers), to: main)
    // Optimised: a check runs the layer thousands of times.
    if let output = try build.compile(
      ["-O", file.path, main.path, "-module-name", "Layers", "-o", program.path]
        + build.linkOptions)
    {
      throw compilerError(output)
    }
    let process = try ChildProcess.run(
      [program.path, request, results.path], environment: ["SWIFT_BACKTRACE": "enable=no"],
      timeLimit: timeLimit)
    guard process.end == .exited(0), let data = try? Data(contentsOf: results) else {
      throw GradingError(reason(process, timeLimit), path: path)
    }
    return (data, process.output)
  }

  private func reason(_ process: ChildProcess, _ timeLimit: Double) -> String {
    let last = process.output.split(separator: "\n").suffix(5).joined(separator: "\n  ")
    let end =
      switch process.end {
      case .timedOut:
        "did not come to an end within \(Int(timeLimit)) s; does a pass loop for ever? "
          + "(--timeout gives it longer, --fast makes it shorter)"
      case .signalled(let signal):
        "crashed (signal \(signal)); an index out of range, or a number that does not fit?"
      case .exited(let code): "ended its process with code \(code) before the checks were done"
      }
    return last.isEmpty ? end : end + ". It last wrote:\n  " + last
  }

  // MARK: What the compiler knows

  /// The part of a symbol graph that says which types are layers.
  private struct SymbolGraph: Decodable {
    struct Symbol: Decodable {
      struct Identifier: Decodable { var precise: String }
      struct Generics: Decodable {
        struct Parameter: Decodable { var name: String }
        var parameters: [Parameter]?
      }
      var identifier: Identifier
      var pathComponents: [String]
      var swiftGenerics: Generics?
    }
    struct Relationship: Decodable {
      var kind, source: String
      var targetFallback: String?
    }
    var symbols: [Symbol]
    var relationships: [Relationship]
  }

  /// The layers of the file, in the order of their names.
  private func layers(using folder: URL) throws -> [LayerType] {
    let output = try build.compile([
      "-parse-as-library", "-module-name", "Layers", "-emit-module", "-emit-module-path",
      folder.appending(path: "Layers.swiftmodule").path, "-emit-symbol-graph",
      "-emit-symbol-graph-dir", folder.path, "-symbol-graph-minimum-access-level", "internal",
      file.path,
    ])
    if let output { throw compilerError(output) }
    let graph = try JSONDecoder().decode(
      SymbolGraph.self, from: Data(contentsOf: folder.appending(path: "Layers.symbols.json")))
    let layers = Set(
      graph.relationships.filter {
        $0.kind == "conformsTo" && $0.targetFallback == "GradientChecking.Layer"
      }.map(\.source))
    return try graph.symbols.filter { layers.contains($0.identifier.precise) }.map { symbol in
      let name = symbol.pathComponents.joined(separator: ".")
      let parameters = symbol.swiftGenerics?.parameters?.count ?? 0
      guard parameters <= 1 else {
        throw GradingError(
          "the layer \(name) has \(parameters) generic parameters; expected none, or its scalar alone",
          path: path)
      }
      return LayerType(name: name, isGeneric: parameters == 1)
    }.sorted { $0.name < $1.name }
  }

  /// The compiler's errors with the path as it was given.
  private func compilerError(_ output: String) -> GradingError {
    let errors = CompilerError.parse(output).filter { $0.file == file.path }
    let lines =
      errors.isEmpty
      ? output.split(separator: "\n").prefix(5).map(String.init) : errors.prefix(10).map(\.line)
    return GradingError(
      "does not compile:\n"
        + lines.map { $0.replacing(file.path, with: path) }.joined(separator: "\n"),
      path: path)
  }

  /// A program that checks the layers as its first argument asks, and writes the results to the file
  /// that its second one names.
  private static func main(_ layers: [LayerType]) -> String {
    let checks = layers.map { layer in
      layer.isGeneric
        ? "results += checks.check(\(layer.name)<Double>.self, twin: \(layer.name)<Float>.self)"
        : "results.append(checks.check(\(layer.name).self))"
    }
    return """
      import Foundation
      import GradientChecking

      let checks = try JSONDecoder().decode(
        LayerChecks.self, from: Data(CommandLine.arguments[1].utf8))
      var results: [LayerChecks.Result] = []
      \(checks.joined(separator: "\n"))
      try LayerChecks.json(results).write(
        toFile: CommandLine.arguments[2], atomically: true, encoding: .utf8)

      """
  }
}
