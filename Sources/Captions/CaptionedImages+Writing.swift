import Foundation

extension CaptionedImages {
  /// Writes a caption file in COCO's format, all of it or nothing.
  /// - Throws: `CaptionFileError` when it cannot be written.
  public func write(to url: URL) throws {
    var text = Data("{\"annotations\":[".utf8)
    func comma(_ index: Int) { if index > 0 { text.append(UInt8(ascii: ",")) } }
    for (index, annotation) in annotations.enumerated() {
      comma(index)
      text.append(contentsOf: "{\"caption\":".utf8)
      Self.append(annotation.caption, to: &text)
      text.append(contentsOf: ",\"id\":\(annotation.id),\"image_id\":\(annotation.imageID)}".utf8)
    }
    text.append(contentsOf: "],\"images\":[".utf8)
    for (index, image) in images.enumerated() {
      comma(index)
      text.append(contentsOf: "{\"file_name\":".utf8)
      Self.append(image.fileName, to: &text)
      text.append(contentsOf: ",\"id\":\(image.id)".utf8)
      if let scene = image.scene {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        text.append(contentsOf: ",\"scene\":".utf8)
        text.append(try encoder.encode(scene))
      }
      if let split = image.split {
        text.append(contentsOf: ",\"split\":".utf8)
        Self.append(split, to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
    text.append(contentsOf: "]}".utf8)
    do {
      try text.write(to: url, options: .atomic)
    } catch let error as CocoaError {
      throw CaptionFileError(url.path, "cannot be written: \(error.localizedDescription)")
    }
  }

  /// Appends a string in JSON.
  private static func append(_ string: String, to text: inout Data) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0..<0x20:
        text.append(contentsOf: String(format: "\\u%04x", Int(byte)).utf8)
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
