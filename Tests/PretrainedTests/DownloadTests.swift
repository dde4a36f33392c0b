import Foundation
import Pretrained
import XCTest

/// Downloads from a server on this machine.
final class DownloadTests: XCTestCase {
  private var folder = URL(fileURLWithPath: "/")
  private let file = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7919 >> 3) })
  private lazy var hash: String = {
    var hash = SHA256()
    hash.update(file)
    return String(hash.digits.prefix(8))
  }()
  private var target: URL { folder.appendingPathComponent("cache/weights.pth") }
  private var part: URL { folder.appendingPathComponent("cache/weights.pth.part") }

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("download-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: part.deletingLastPathComponent(), withIntermediateDirectories: true)
  }

  override func tearDown() { try? FileManager.default.removeItem(at: folder) }

  private func fetch(_ server: LoopbackServer, hashPrefix: String? = nil) throws {
    try Download(
      from: server.address + "/weights.pth", to: target, hashPrefix: hashPrefix ?? hash
    ).run { _, _ in }
  }

  private func failure(_ server: LoopbackServer, hashPrefix: String? = nil) throws -> String {
    do {
      try fetch(server, hashPrefix: hashPrefix)
    } catch let error as DownloadError {
      XCTAssertFalse(FileManager.default.fileExists(atPath: target.path), "nothing half done")
      return error.description
    }
    XCTFail("expected an error")
    return ""
  }

  func testTheHashIsThatOfTheStandardsExamples() {
    for (text, expected) in [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ] {
      var hash = SHA256()
      // In two pieces: the state between them counts.
      hash.update(Data(text.utf8.prefix(5)))
      hash.update(Data(text.utf8.dropFirst(5)))
      XCTAssertEqual(hash.digits, expected, text)
    }
    var million = SHA256()
    for _ in 0..<1000 { million.update(Data(repeating: UInt8(ascii: "a"), count: 1000)) }
    XCTAssertEqual(
      million.digits, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  func testAFileComesWholeAndLeavesNothingBesideIt() throws {
    let server = try LoopbackServer.serving(file)
    defer { server.stop() }
    try fetch(server)
    XCTAssertEqual(try Data(contentsOf: target), file)
    XCTAssertFalse(FileManager.default.fileExists(atPath: part.path))
    XCTAssertEqual(server.requests, [.init(path: "/weights.pth", range: nil)])
  }

  func testADownloadThatWasCutOffIsContinuedWhereItStopped() throws {
    let file = file
    let bad = try LoopbackServer { _ in .init(body: file, cutAfter: 100_000) }
    let message = try failure(bad)
    bad.stop()
    XCTAssertTrue(message.contains("100000 of 300000 bytes"), message)
    XCTAssertTrue(message.contains("run the same command again"), message)
    XCTAssertEqual(try Data(contentsOf: part), file.prefix(100_000))
    let good = try LoopbackServer.serving(file)
    defer { good.stop() }
    try fetch(good)
    XCTAssertEqual(good.requests.map(\.range), ["bytes=100000-"])
    XCTAssertEqual(try Data(contentsOf: target), file)
  }

  func testAServerWithoutRangesSendsTheWholeFileAgain() throws {
    try file.prefix(5000).write(to: part)
    let file = file
    let server = try LoopbackServer { _ in .init(body: file) }
    defer { server.stop() }
    try fetch(server)
    XCTAssertEqual(try Data(contentsOf: target), file)
  }

  func testAPartThatIsCompleteAlreadyIsChecked() throws {
    try file.write(to: part)
    let server = try LoopbackServer.serving(file)
    defer { server.stop() }
    try fetch(server)
    XCTAssertEqual(try Data(contentsOf: target), file)
  }

  func testAFileWithAnotherHashIsRefusedAndDeleted() throws {
    let server = try LoopbackServer.serving(file)
    defer { server.stop() }
    let message = try failure(server, hashPrefix: "0123abcd")
    XCTAssertTrue(message.contains("should begin with 0123abcd, it is \(hash)"), message)
    XCTAssertFalse(FileManager.default.fileExists(atPath: part.path))
  }

  func testAFullDiskIsNamed() throws {
    // A device that takes nothing stands for it.
    try FileManager.default.createSymbolicLink(
      atPath: part.path, withDestinationPath: "/dev/full")
    let server = try LoopbackServer.serving(file)
    defer { server.stop() }
    let message = try failure(server)
    XCTAssertTrue(
      message.lowercased().contains("no space left") || message.contains("the disk is full"),
      message)
    XCTAssertTrue(message.contains("weights.pth.part"), message)
  }

  func testAMissingFileAndAServerThatIsNotThereAreNamed() throws {
    let server = try LoopbackServer { _ in .init(status: 404, body: Data("no".utf8)) }
    let message = try failure(server)
    XCTAssertTrue(message.contains("status 404"), message)
    server.stop()
    XCTAssertTrue(try failure(server).contains("cannot be reached"))
    XCTAssertThrowsError(
      try Download(from: "file:///etc/passwd", to: target, hashPrefix: "").run { _, _ in })
  }
}
