import Foundation

/// A Swift file with layers of somebody's own, compiled against the kit.
public struct LayerFile: Sendable {
  /// A type that conforms to the kit's `Layer`.
  struct LayerType {
    /// Its name behind those of the types that it stands in.
    var path: [String]
    /// How many names lead to the generic parameter; nil where there is none.
    var genericDepth: Int?

    /// As it is written in Swift: `Swish`, `Blocks.Residual`.
    var name: String { path.joined(separator: ".") }

    /// The type for the given scalar: `Swish<Swift.Double>`.
    func of(_ scalar: String) -> String {
      var path = path
      if let genericDepth { path[genericDepth - 1] += "<Swift.\(scalar)>" }
      return path.joined(separator: ".")
    }
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

  /// What came of one layer.
  public struct Outcome: Sendable {
    public var layer: String
    /// The results as JSON, `[LayerChecks.Result]`; nil where there are none.
    public var results: Data?
    /// Why there are none.
    public var failure: String?
    /// What the layer printed.
    public var output: String
  }

  /// Checks every layer of the file, each in a process of its own, so that one that crashes costs
  /// its own results only.
  ///
  /// - Parameters:
  ///   - request: A `LayerChecks` as JSON.
  ///   - timeLimit: Seconds that the checks of one layer may take.
  /// - Throws: `GradingError` for a file that does not compile or has no layers.
  public func check(request: String, timeLimit: Double) throws -> [Outcome] {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "backprop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    let layers = try layers(using: folder)
    let program = try compile(layers, in: folder)
    return try layers.enumerated().map { number, layer in
      let results = folder.appending(path: "\(number).json")
      let process = try ChildProcess.run(
        [program.path, request, "\(number)", results.path],
        environment: ["SWIFT_BACKTRACE": "enable=no"], timeLimit: timeLimit)
      let data = process.end == .exited(0) ? try? Data(contentsOf: results) : nil
      return Outcome(
        layer: layer.name, results: data, failure: data == nil ? reason(process, timeLimit) : nil,
        output: data == nil ? "" : process.output)
    }
  }

  /// The program that checks the layers.
  private func compile(_ layers: [LayerType], in folder: URL) throws -> URL {
    // The compiler wants no two files of one name, and this one's is nobody's.
    let main = folder.appending(path: folder.lastPathComponent + ".swift")
    let program = folder.appending(path: "checks")
    try writeAtomically(Self.main(layers), to: main)
    // Optimised, for a check runs the layer many times; yet a failed precondition says which.
    let options = ["-O", "-assert-config", "Debug", "-parse-as-library", "-module-name", "Layers"]
    if let output = try build.compile(
      options + [file.path, main.path, "-o", program.path] + build.linkOptions)
    {
      if let own = CompilerError.parse(output).first(where: { $0.file == main.path }) {
        throw GradingError(reason(own), path: path)
      }
      throw compilerError(output)
    }
    return program
  }

  /// Why the checks' own text does not compile together with the file.
  private func reason(_ error: CompilerError) -> String {
    error.message.contains("'main' attribute")
      ? "has a program's start, `@main`; leave it out, for the checks have their own"
      : "has a layer that cannot be checked: \(error.message). Expected layers without generic "
        + "parameters, or with `<Scalar: TensorScalar>` alone"
  }

  private func reason(_ process: ChildProcess, _ timeLimit: Double) -> String {
    let lines = process.output.split(separator: "\n").map(String.init)
    switch process.end {
    case .timedOut:
      return "did not come to an end within \(timeLimit.formatted()) s; does a pass loop for ever? "
        + "(--timeout gives it longer, --fast makes it shorter)" + quoted(lines.suffix(5))
    case .signalled(let signal):
      let fatal = lines.lastIndex { $0.contains("Fatal error: ") }
      let cause = fatal.map { precondition(lines[$0]) } ?? "signal \(signal)"
      return "crashed: \(cause)" + quoted(lines[..<(fatal ?? lines.endIndex)].suffix(5))
    case .exited(let code):
      return "ended its process with code \(code) before the checks were done"
        + quoted(lines.suffix(5))
    }
  }

  /// The message of a failed precondition, with its place where that is in the file, not in Swift's
  /// own library.
  private func precondition(_ line: String) -> String {
    line.hasPrefix("Layers/")
      ? String(line.dropFirst("Layers/".count))
      : line.split(separator: "Fatal error: ", maxSplits: 1).last.map(String.init) ?? line
  }

  private func quoted(_ lines: ArraySlice<String>) -> String {
    lines.isEmpty
      ? "" : "\n  It last wrote:\n  " + lines.map { $0.prefix(200) }.joined(separator: "\n  ")
  }

  // MARK: What the compiler knows

  /// The part of a symbol graph that says which types are layers.
  private struct SymbolGraph: Decodable {
    struct Symbol: Decodable {
      struct Identifier: Decodable {
        struct Kind: Decodable { var identifier: String }
        var precise: String
      }
      struct Generics: Decodable {
        struct Parameter: Decodable { var name: String }
        var parameters: [Parameter]?
      }
      var identifier: Identifier
      var kind: Identifier.Kind
      var pathComponents: [String]
      var accessLevel: String
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
      "-emit-symbol-graph-dir", folder.path, "-symbol-graph-minimum-access-level", "private",
      file.path,
    ])
    if let output { throw compilerError(output) }
    let graph = try JSONDecoder().decode(
      SymbolGraph.self, from: Data(contentsOf: folder.appending(path: "Layers.symbols.json")))
    let layers = Set(
      graph.relationships.filter {
        $0.kind == "conformsTo" && $0.targetFallback == "GradientChecking.Layer"
      }.map(\.source))
    // A protocol may refine the kit's.
    let types = graph.symbols.filter {
      layers.contains($0.identifier.precise) && $0.kind.identifier != "swift.protocol"
    }
    guard !types.isEmpty else {
      throw GradingError(
        "has no layer; expected a type that conforms to GradientChecking's Layer, as in `struct "
          + "MyLayer<Scalar: TensorScalar>: Layer`. `backprop new layer MyLayer` writes one to begin "
          + "with", path: path)
    }
    return try types.map { try layerType($0, in: graph) }.sorted { $0.name < $1.name }
  }

  private func layerType(
    _ symbol: SymbolGraph.Symbol, in graph: SymbolGraph
  ) throws -> LayerType {
    let path = symbol.pathComponents
    func parameters(_ depth: Int) -> Int {
      let type = graph.symbols.first { $0.pathComponents == Array(path.prefix(depth)) }
      return type?.swiftGenerics?.parameters?.count ?? 0
    }
    for depth in 1...path.count {
      let name = path.prefix(depth).joined(separator: ".")
      let type = graph.symbols.first { $0.pathComponents == Array(path.prefix(depth)) }
      if let access = type?.accessLevel, ["private", "fileprivate"].contains(access) {
        throw GradingError(
          "\(name) is \(access), so that the layer \(path.joined(separator: ".")) cannot be "
            + "reached; leave out `\(access)`", path: self.path)
      }
    }
    let count = parameters(path.count)
    guard count <= 1 else {
      throw GradingError(
        "the layer \(path.joined(separator: ".")) has \(count) generic parameters; expected none, "
          + "or its scalar alone", path: self.path)
    }
    // The parameter may be that of a type around it.
    let generic = count == 0 ? nil : (1...path.count).first { parameters($0) == 1 }
    return LayerType(path: path, genericDepth: generic)
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

  /// A program that checks one of the layers, as its arguments ask. It declares and uses as few names
  /// as it can, for the file may have types of the same names.
  private static func main(_ layers: [LayerType]) -> String {
    let checks = layers.map { layer in
      let twin = layer.genericDepth == nil ? "" : ", twin: \(layer.of("Float")).self"
      return "    { $0.check(\(layer.of("Double")).self\(twin)) },"
    }
    return """
      import GradientChecking

      @main enum BackpropGradcheck {
        static func main() throws {
          try GradientChecking.LayerChecks.run([
      \(checks.joined(separator: "\n"))
          ])
        }
      }

      """
  }
}
