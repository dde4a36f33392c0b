import CJPEG
import Foundation

func decodeJPEG(_ data: Data, _ file: URL) throws -> Bitmap {
  var (width, height): (Int32, Int32) = (0, 0)
  var rows: UnsafeMutablePointer<UInt8>?
  var message = [CChar](repeating: 0, count: 256)
  let result = data.withUnsafeBytes { bytes in
    cjpeg_decode(
      bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count, Image.pixelLimit, &rows,
      &width, &height, &message)
  }
  defer { free(rows) }
  switch result {
  case CJPEG_CMYK: throw ImageError(file, .cmyk)
  case CJPEG_TOO_LARGE:
    throw ImageError(file, .tooLarge(width: Int(width), height: Int(height)))
  default: break
  }
  guard result == CJPEG_OK, let rows else {
    let detail = String(
      decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    throw ImageError(file, .damaged(format: "JPEG", detail: detail))
  }
  let count = Int(width) * Int(height) * 3
  return Bitmap(
    width: Int(width), height: Int(height),
    bytes: Array(UnsafeBufferPointer(start: rows, count: count)))
}
