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

/// Refuses outputs that could not be written, that are one file, or that would replace something
/// that is read, before any work is done for them.
func requireWritable(_ outputs: [String?], keeping inputs: [String?] = []) throws {
  func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }
  let read = Set(inputs.compactMap(\.self).map(resolved))
  var written: Set<String> = []
  for path in outputs.compactMap(\.self) {
    try requireWritable(path)
    guard !read.contains(resolved(path)) else {
      throw StudioError("\(path): is to be read and written; write to another file")
    }
    guard written.insert(resolved(path)).inserted else {
      throw StudioError("\(path): is to be written twice; name different files")
    }
  }
}

/// Refuses an output file that could not be written, before any work is done for it.
func requireWritable(_ path: String) throws {
  let file = URL(fileURLWithPath: path)
  let folder = file.deletingLastPathComponent().path
  // Files are replaced, and links or devices would be too.
  let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
  if let kind, kind != .typeRegular {
    let names = [FileAttributeType.typeDirectory: "a folder", .typeSymbolicLink: "a link"]
    throw StudioError(
      "\(path): cannot be written: it is \(names[kind] ?? "a device"); name a file")
  }
  guard isFolder(folder) else {
    throw StudioError("\(path): cannot be written: there is no folder \(folder)")
  }
  guard FileManager.default.isWritableFile(atPath: folder) else {
    throw StudioError("\(path): cannot be written: no permission to write in \(folder)")
  }
}

/// Why the system refused to do something, in its own words: “No space left on device”.
func systemReason(_ error: any Error) -> String {
  let refusal = error as NSError
  let cause = (refusal.userInfo[NSUnderlyingErrorKey] as? any Error ?? error) as NSError
  guard cause.domain == NSPOSIXErrorDomain else { return "\(error)" }
  return String(cString: strerror(Int32(cause.code)))
}

func isFolder(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}

/// Writes `value` as readable JSON; the file appears whole or not at all.
func writeJSON(_ value: some Encodable, to path: String) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  do {
    try encoder.encode(value).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw StudioError("\(path): cannot be written: \(systemReason(error))")
  }
}

/// Writes a text; the file appears whole or not at all.
func writeText(_ text: String, to path: String) throws {
  do {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw StudioError("\(path): cannot be written: \(systemReason(error))")
  }
}
