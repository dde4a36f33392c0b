import Foundation
import Terminal
import XCTest

final class ProgressBarTests: XCTestCase {
  /// What `body` writes to standard error while that is a terminal of the given width, or a pipe.
  private func errors(terminalWidth: UInt16?, _ body: () -> Void) throws -> String {
    var (reading, writing) = (Int32(-1), Int32(-1))
    if let terminalWidth {
      var size = winsize(ws_row: 24, ws_col: terminalWidth, ws_xpixel: 0, ws_ypixel: 0)
      guard openpty(&reading, &writing, nil, nil, &size) == 0 else {
        throw XCTSkip("there is no pseudo-terminal to be had")
      }
    } else {
      var ends: [Int32] = [0, 0]
      XCTAssertEqual(pipe(&ends), 0)
      (reading, writing) = (ends[0], ends[1])
    }
    let saved = dup(STDERR_FILENO)
    dup2(writing, STDERR_FILENO)
    body()
    write(writing, "#", 1)
    dup2(saved, STDERR_FILENO)
    close(saved)
    close(writing)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.last != UInt8(ascii: "#") {
      let count = read(reading, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    close(reading)
    return String(decoding: bytes.dropLast(), as: UTF8.self)
  }

  func testATerminalShowsABarThatEndsItsLine() throws {
    let text = try errors(terminalWidth: 100) {
      var bar = ProgressBar()
      bar.show(1, of: 4, "loss 2.5")
      bar.show(4, of: 4, "loss 1.5")
    }
    XCTAssertTrue(text.contains("█████░░░░░░░░░░░░░░░  25 %  loss 2.5"), text)
    XCTAssertTrue(text.contains("████████████████████ 100 %  in 0:0"), text)
    XCTAssertTrue(text.contains("  loss 1.5"), text)
    XCTAssertTrue(text.hasSuffix("\r\n"), text)
    XCTAssertEqual(text.filter { $0 == "\n" || $0 == "\r\n" }.count, 1, "one line in place")
  }

  func testALineIsCutToTheTerminalsWidth() throws {
    let text = try errors(terminalWidth: 40) {
      var bar = ProgressBar()
      bar.show(1, of: 4, String(repeating: "x", count: 200))
    }
    XCTAssertLessThan(text.filter { !"\r\u{1B}[K".contains($0) }.count, 40, text)
  }

  func testTheTimeLeftIsSeenWhereTheTextIsTooLong() throws {
    let text = try errors(terminalWidth: 80) {
      var bar = ProgressBar()
      bar.show(0, of: 4)
      usleep(200_000)
      bar.show(1, of: 4, "loss 2.5, 12345 captions/s, " + String(repeating: "x", count: 200))
    }
    XCTAssertTrue(text.contains("  25 %  0:01 left  loss 2.5, 12345 captions/s"), text)
  }

  func testAMessageAfterTheLastPartHasNoEmptyLineBefore() throws {
    let text = try errors(terminalWidth: 80) {
      var bar = ProgressBar()
      bar.show(4, of: 4)
      bar.stop()
    }
    XCTAssertEqual(text.filter { $0 == "\n" || $0 == "\r\n" }.count, 1, text)
  }

  func testAPipeStaysEmpty() throws {
    let text = try errors(terminalWidth: nil) {
      var bar = ProgressBar()
      for done in 0...4 { bar.show(done, of: 4, "text") }
      bar.stop()
    }
    XCTAssertEqual(text, "")
  }
}
