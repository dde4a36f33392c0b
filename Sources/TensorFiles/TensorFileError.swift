import Foundation

/// Why a file of tensors cannot be read or written, in one line that names the file.
public struct TensorFileError: Error, Equatable, CustomStringConvertible {
  public let file: String
  public let reason: String

  public init(_ file: URL, _ reason: String) {
    (self.file, self.reason) = (file.path, reason)
  }

  public var description: String { "\(file): \(reason)" }
}

/// All bytes of a file.
/// - Throws: `TensorFileError` with the reason why they cannot be had.
func contents(of file: URL) throws -> Data {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else {
    throw TensorFileError(file, "there is no such file")
  }
  guard !isFolder.boolValue else { throw TensorFileError(file, "is a folder, not a file") }
  do {
    return try Data(contentsOf: file, options: .mappedIfSafe)
  } catch {
    throw TensorFileError(file, "cannot be read: \(error.localizedDescription)")
  }
}

/// Text from a file as it can stand in a line of a message.
func printable(_ text: String) -> String {
  let scalars = text.unicodeScalars
  let line = String(scalars.prefix(120).filter { $0.properties.generalCategory.isShown })
  return scalars.count > 120 ? line + "…" : line
}

extension Unicode.GeneralCategory {
  fileprivate var isShown: Bool {
    ![.control, .format, .lineSeparator, .paragraphSeparator, .unassigned].contains(self)
  }
}
