import Foundation
import Images

/// Reads a picture that is large enough to see anything in it.
func readPicture(_ file: URL) throws -> Image {
  let minimumSide = 16
  let image = try Image(contentsOf: file)
  guard min(image.width, image.height) >= minimumSide else {
    throw StudioError(
      "\(file.path): has \(image.width)×\(image.height) pixels; at least "
        + "\(minimumSide)×\(minimumSide) are needed")
  }
  return image
}

/// Refuses an output file that could not be written, before any work is done for it.
func requireWritable(_ path: String) throws {
  let file = URL(fileURLWithPath: path)
  let folder = file.deletingLastPathComponent().path
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
    throw StudioError("\(path): cannot be written: it is a folder; name a file")
  }
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue
  else { throw StudioError("\(path): cannot be written: there is no folder \(folder)") }
  guard FileManager.default.isWritableFile(atPath: folder) else {
    throw StudioError("\(path): cannot be written: no permission to write in \(folder)")
  }
}

/// Writes `value` as readable JSON; the file appears whole or not at all.
func writeJSON(_ value: some Encodable, to path: String) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  do {
    try encoder.encode(value).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw StudioError("\(path): cannot be written: \(error.localizedDescription)")
  }
}

/// Writes a text; the file appears whole or not at all.
func writeText(_ text: String, to path: String) throws {
  do {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw StudioError("\(path): cannot be written: \(error.localizedDescription)")
  }
}
