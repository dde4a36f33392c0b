import Foundation
import XCTest

/// GradeScripts/setup on machines that lack something, played by a PATH of stand-ins.
final class SetupTests: XCTestCase {
  private var tools = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    tools = FileManager.default.temporaryDirectory
      .appendingPathComponent("setup-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
    for name in ["bash", "cat", "env", "grep", "head", "sed", "sort", "uname", "dirname"] {
      let place = ["/usr/bin/", "/bin/"].map { $0 + name }
        .first(where: FileManager.default.fileExists(atPath:))
      try FileManager.default.createSymbolicLink(
        atPath: tools.path + "/" + name, withDestinationPath: XCTUnwrap(place))
    }
  }

  override func tearDownWithError() throws { try FileManager.default.removeItem(at: tools) }

  /// Puts an executable on the PATH whose body is the given line of shell; `calls` keeps a line per call.
  private func provide(_ name: String, _ body: String) throws {
    let file = tools.path + "/" + name
    try "#!/bin/bash\necho \"$0 $*\" >>\(tools.path)/calls\n\(body)\n"
      .write(toFile: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
  }

  private func runSetup() throws -> (code: Int32, output: String) {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [root.path + "/GradeScripts/setup"]
    process.environment = ["PATH": tools.path]
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  private func calls() throws -> String {
    try String(contentsOfFile: tools.path + "/calls", encoding: .utf8)
  }

  func testAMissingToolchainGetsTheOfficialInstallCommand() throws {
    let setup = try runSetup()
    XCTAssertEqual(setup.code, 69)
    XCTAssertTrue(setup.output.contains("no 'swift' on the PATH"), setup.output)
    XCTAssertTrue(setup.output.contains("download.swift.org/swiftly"), setup.output)
  }

  func testATooOldToolchainIsNamedAndGetsTheOfficialInstallCommand() throws {
    try provide("swift", "echo 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'")
    let setup = try runSetup()
    XCTAssertEqual(setup.code, 69)
    XCTAssertTrue(setup.output.contains("Swift 5.10"), setup.output)
    XCTAssertTrue(setup.output.contains("download.swift.org/swiftly"), setup.output)
  }

  func testOnlyMissingPackagesAreInstalledAndThroughSudoOnlyForAUserWhoIsNotRoot() throws {
    try provide("swift", "echo 'Swift version 6.10 (swift-6.10-RELEASE)'")
    try provide("dpkg-query", "[ \"$4\" != libpng-dev ] && echo 'install ok installed'")
    try provide("apt-get", "true")
    try provide("id", "echo 1000")
    try provide("sudo", "exec \"$@\"")
    var setup = try runSetup()
    XCTAssertEqual(setup.code, 0, setup.output)
    XCTAssertTrue(setup.output.contains("Installing system packages: libpng-dev\n"), setup.output)
    XCTAssertTrue(try calls().contains("sudo env DEBIAN_FRONTEND=noninteractive apt-get install"))

    try FileManager.default.removeItem(atPath: tools.path + "/calls")
    try provide("id", "echo 0")
    setup = try runSetup()
    XCTAssertEqual(setup.code, 0, setup.output)
    XCTAssertTrue(try calls().contains("apt-get install"))
    XCTAssertFalse(try calls().contains("sudo"))
  }

  func testNothingIsInstalledWhereEverythingIsThere() throws {
    try provide("swift", "echo 'Swift version 6.1 (swift-6.1-RELEASE)'")
    try provide("dpkg-query", "echo 'install ok installed'")
    let setup = try runSetup()
    XCTAssertEqual(setup.code, 0, setup.output)
    XCTAssertFalse(try calls().contains("apt-get"))
  }

  func testWithoutAptThePackagesAreNamed() throws {
    try provide("swift", "echo 'Swift version 6.3 (swift-6.3-RELEASE)'")
    let setup = try runSetup()
    XCTAssertEqual(setup.code, 69)
    XCTAssertTrue(setup.output.contains("libopenblas-dev libpng-dev"), setup.output)
  }
}
