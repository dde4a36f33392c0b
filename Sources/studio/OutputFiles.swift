import Foundation

/// Writes `value` as readable JSON; the file appears whole or not at all.
func writeJSON(_ value: some Encodable, to path: String) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  do {
    try encoder.encode(value).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw CaptioningError("\(path): cannot be written: \(error.localizedDescription)")
  }
}
