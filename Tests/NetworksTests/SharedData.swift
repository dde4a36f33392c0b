import Foundation
import XCTest

/// The folder `../shared/data` beside the package with real weights and photographs; tests that
/// use it are skipped where it does not exist.
func sharedData(_ path: String) throws -> URL {
  let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let file = root.deletingLastPathComponent().appendingPathComponent("shared/data/" + path)
  guard FileManager.default.fileExists(atPath: file.path) else {
    throw XCTSkip("needs real data, which is not here: ../shared/data/\(path)")
  }
  return file
}
