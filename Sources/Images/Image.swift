import Foundation
import Tensors

/// A picture in RGB.
public struct Image: Equatable, Sendable {
  /// The most pixels that a file may have: a guard against files that claim absurd sizes.
  public static let pixelLimit = 64 << 20

  /// Red, green and blue from 0 (dark) to 1, as the file's sRGB values. Shape `[3, H, W]`.
  public var pixels: Tensor<Float>

  public var height: Int { pixels.shape[1] }
  public var width: Int { pixels.shape[2] }

  /// - Parameter pixels: Shape `[3, H, W]`, values 0–1.
  /// - Throws: `TensorError` for any other shape or an empty picture.
  public init(pixels: Tensor<Float>) throws {
    try pixels.requireShape([3, nil, nil], "pixels")
    guard pixels.count > 0 else {
      throw TensorError(
        "pixels", shapes: [pixels.shape], reason: "a picture has at least one pixel")
    }
    self.pixels = pixels
  }

  /// Reads a PNG or JPEG file, told apart by their first bytes.
  ///
  /// Every kind of PNG is converted to 8-bit RGB: 16 bits are reduced, grey and palette expanded,
  /// transparent pixels laid over white. Grey JPEGs are expanded.
  /// - Throws: `ImageError` for a file that cannot be read, is neither format, is damaged or cut
  ///   short, has more than `pixelLimit` pixels, or is a CMYK JPEG.
  public init(contentsOf file: URL) throws {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
    if isFolder.boolValue { throw ImageError(file, .cannotRead("it is a folder")) }
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw ImageError(file, .cannotRead(systemReason(error)))
    }
    let bitmap: Bitmap
    if data.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      bitmap = try decodePNG(data, file)
    } else if data.starts(with: [0xFF, 0xD8, 0xFF]) {
      bitmap = try decodeJPEG(data, file)
    } else {
      throw ImageError(file, .notAnImage)
    }
    pixels = bitmap.pixels
  }

  /// Writes an 8-bit RGB PNG; values outside 0–1 are clamped, NaN becomes 0. The file appears
  /// whole or not at all.
  /// - Throws: `ImageError` when it cannot be written.
  public func writePNG(to file: URL) throws {
    let data = try encodePNG(Bitmap(self), file)
    do {
      try data.write(to: file, options: .atomic)
    } catch {
      throw ImageError(file, .cannotWrite(systemReason(error)))
    }
  }
}

/// 8-bit RGB, rows from the top, without gaps: what the C libraries speak.
struct Bitmap {
  var width, height: Int
  var bytes: [UInt8]

  init(width: Int, height: Int, bytes: [UInt8]) {
    (self.width, self.height, self.bytes) = (width, height, bytes)
  }

  init(_ image: Image) {
    (width, height) = (image.width, image.height)
    let plane = width * height
    bytes = image.pixels.withUnsafeElements { pixels in
      [UInt8](unsafeUninitializedCapacity: 3 * plane) { bytes, count in
        for channel in 0..<3 {
          for i in 0..<plane {
            let value = Swift.min(1, Swift.max(0, pixels[channel * plane + i]))
            bytes[3 * i + channel] = UInt8((value.isNaN ? 0 : value) * 255 + 0.5)
          }
        }
        count = 3 * plane
      }
    }
  }

  /// Shape `[3, height, width]`, values 0–1.
  var pixels: Tensor<Float> {
    let plane = width * height
    return Tensor(unsafeUninitializedShape: [3, height, width]) { pixels in
      bytes.withUnsafeBufferPointer { bytes in
        for channel in 0..<3 {
          for i in 0..<plane { pixels[channel * plane + i] = Float(bytes[3 * i + channel]) / 255 }
        }
      }
    }
  }
}

/// The shortest true account of a failed file operation: "there is no such file".
func systemReason(_ error: any Error) -> String {
  switch (error as? CocoaError)?.code {
  case .fileNoSuchFile?, .fileReadNoSuchFile?: return "there is no such file or folder"
  case .fileReadNoPermission?, .fileWriteNoPermission?: return "permission denied"
  case .fileWriteOutOfSpace?: return "the disk is full"
  default:
    let cause = error as NSError
    let underlying = cause.userInfo[NSUnderlyingErrorKey] as? NSError ?? cause
    return underlying.domain == NSPOSIXErrorDomain
      ? String(cString: strerror(Int32(underlying.code))) : cause.localizedDescription
  }
}
