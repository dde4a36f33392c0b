import Foundation

/// The kit's modules and library as `swift build` left them, against which exercises are compiled
/// directly: a second where a whole `swift build` takes many.
public struct KitBuild: Sendable {
  /// `.build/release` or `.build/debug`.
  public let folder: URL

  public init(folder: URL) { self.folder = folder }

  /// The build that the running executable belongs to.
  public static var current: KitBuild {
    KitBuild(
      folder: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent())
  }

  /// The package that this build is of: the nearest folder above with a Package.swift.
  public func packageRoot() throws -> URL {
    var root = folder
    while root.path != "/" {
      if FileManager.default.fileExists(atPath: root.path + "/Package.swift") { return root }
      root.deleteLastPathComponent()
    }
    throw GradingError(
      "stands in no Swift package; run it from the kit's build folder", path: folder.path)
  }

  public var isComplete: Bool {
    [
      "libExerciseKit.so", "Modules/ExerciseTesting.swiftmodule",
      "Modules/GradientChecking.swiftmodule",
    ].allSatisfy { FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }
  }

  /// Builds what exercises are compiled against, where it is missing; the build's own progress goes
  /// to standard error.
  public func complete() throws {
    guard !isComplete else { return }
    let build = Process()
    build.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let configuration = folder.lastPathComponent == "debug" ? "debug" : "release"
    build.arguments = ["swift", "build", "-c", configuration, "--product", "ExerciseKit"]
    build.currentDirectoryURL = try packageRoot()
    build.standardOutput = FileHandle.standardError
    try build.run()
    build.waitUntilExit()
    guard build.terminationStatus == 0, isComplete else {
      throw GradingError(
        "the kit could not be built; run `swift build -c \(configuration)` and read its errors")
    }
  }

  /// The compiler's options that find the kit's modules.
  var importOptions: [String] {
    ["-I", folder.path + "/Modules"]
      + ["COpenBLAS", "CKernels"].flatMap {
        ["-Xcc", "-fmodule-map-file=\(folder.path)/\($0).build/module.modulemap"]
      }
  }

  /// The linker's options that find the kit's library, now and when the program runs.
  var linkOptions: [String] {
    [
      "-L", folder.path, "-lExerciseKit", "-Xlinker", "-rpath=\(folder.path)",
      // A submission may have a main of its own; the first one, the suites', counts.
      "-Xlinker", "-z", "-Xlinker", "muldefs",
    ]
  }

  /// Compiles; nil when it worked, the compiler's output when not.
  func compile(_ arguments: [String]) throws -> String? {
    let options = ["-Onone", "-wmo", "-swift-version", "6", "-suppress-warnings"]
    let result = try ChildProcess.run(
      ["/usr/bin/env", "swiftc"] + options + arguments + importOptions, timeLimit: 120)
    return result.end == .exited(0) ? nil : result.output
  }
}

/// An error that the compiler reported.
struct CompilerError: Equatable {
  var file: String
  /// `path:line:column: error: message`
  var line: String

  /// What stands behind `error: `.
  var message: String {
    line.split(separator: "error: ", maxSplits: 1).last.map(String.init) ?? line
  }

  /// The errors in the compiler's output, in order, each once.
  static func parse(_ output: String) -> [CompilerError] {
    var errors: [CompilerError] = []
    for line in output.split(separator: "\n") {
      guard let match = line.wholeMatch(of: /(\/.*?):\d+:\d+: (?:fatal )?error: .*/) else {
        continue
      }
      let error = CompilerError(file: String(match.1), line: String(line))
      if !errors.contains(error) { errors.append(error) }
    }
    return errors
  }
}
