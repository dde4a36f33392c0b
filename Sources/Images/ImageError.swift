import Foundation

/// Why a picture cannot be read or written, in one line that names the file.
public struct ImageError: Error, Equatable, CustomStringConvertible {
  public enum Reason: Equatable, Sendable {
    case cannotRead(String)
    case notAnImage
    case damaged(format: String, detail: String)
    case cmyk
    case tooLarge(width: Int, height: Int)
    case cannotWrite(String)
  }

  public let file: String
  public let reason: Reason

  public init(_ file: URL, _ reason: Reason) {
    (self.file, self.reason) = (file.path, reason)
  }

  public var description: String {
    switch reason {
    case .cannotRead(let detail): "\(file): cannot be read: \(detail)"
    case .notAnImage: "\(file): is not a PNG or JPEG picture (its first bytes are of neither)"
    case .damaged(let format, let detail):
      "\(file): is a damaged or truncated \(format) file (\(detail)); get a fresh copy of it"
    case .cmyk:
      "\(file): is a CMYK JPEG, made for print; convert it to RGB first, "
        + "for example: convert IN.jpg -colorspace sRGB OUT.jpg"
    case .tooLarge(let width, let height):
      "\(file): has \(width)×\(height) pixels, at most \(Image.pixelLimit) are supported; "
        + "shrink it first"
    case .cannotWrite(let detail): "\(file): cannot be written: \(detail)"
    }
  }
}
