import ArgumentParser
import Foundation
import Grading
import Kernels

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look at this machine and say what stands in the way of working or working fast.")

  func run() throws {
    let build = KitBuild.current
    print("✓ processor    \(ProcessInfo.processInfo.activeProcessorCount) cores")
    print(
      "\(BLAS.isFallback ? "✗" : "✓") OpenBLAS     core \(BLAS.core), \(Parallel.pieceCount) threads"
    )
    if BLAS.isFallback {
      print(
        "    This is a fallback, several times slower than this processor can be. Set "
          + "OPENBLAS_CORETYPE (for example Haswell) or install a newer OpenBLAS.")
    }
    let swift = toolVersion()
    print(
      "\(swift == nil ? "✗" : "✓") Swift        \(swift ?? "not found; see https://www.swift.org/install")"
    )
    print(
      build.isComplete
        ? "✓ kit          built in \(shortPath(build.folder))"
        : "· kit          not built yet; the first check builds it")
    let workplace = try Workplace()
    let writable = FileManager.default.isWritableFile(atPath: workplace.work.path)
    print(
      "\(writable ? "✓" : "✗") your work    \(shortPath(workplace.work))"
        + (writable ? "" : " cannot be written; check its permissions"))
    if swift == nil || !writable || BLAS.isFallback { throw ExitCode(1) }
  }

  private func toolVersion() -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["swift", "--version"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let output = String(
      decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return output.firstMatch(of: /Swift version ([0-9.]+)/).map { String($0.1) }
  }
}
