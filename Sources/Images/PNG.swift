import CPNG
import Foundation

/// Any kind of PNG as 8-bit RGB, transparent pixels over white.
func decodePNG(_ data: Data, _ file: URL) throws -> Bitmap {
  var image = cpng_image()
  defer { png_image_free(&image) }
  func check(_ succeeded: Int32) throws {
    guard succeeded != 0, image.warning_or_error & 2 == 0 else {
      throw ImageError(file, .damaged(format: "PNG", detail: message(&image)))
    }
  }
  return try data.withUnsafeBytes { bytes in
    try check(png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count))
    let (width, height) = (Int(image.width), Int(image.height))
    guard width * height <= Image.pixelLimit else {
      throw ImageError(file, .tooLarge(width: width, height: height))
    }
    // Without this flag libpng takes 16-bit files without a colour profile for linear light.
    image.flags |= cpng_flag_16bit_srgb()
    image.format = cpng_format_rgba()
    var rows = [UInt8](repeating: 0, count: width * height * 4)
    try check(png_image_finish_read(&image, nil, &rows, Int32(width * 4), nil))
    guard hasEnd(bytes) else {
      throw ImageError(file, .damaged(format: "PNG", detail: "its end is missing"))
    }
    return Bitmap(width: width, height: height, bytes: overWhite(rows))
  }
}

/// Whether the file goes on to its last chunk, `IEND`, after the pixels, where libpng stops reading.
private func hasEnd(_ bytes: UnsafeRawBufferPointer) -> Bool {
  // Each chunk: four bytes for the length of its data, four for its name, the data, four to check.
  var start = 8
  while start + 12 <= bytes.count {
    let head = bytes[start..<start + 8].map(Int.init)
    if head[4...].elementsEqual("IEND".utf8.map(Int.init)) { return true }
    start += 12 + head[..<4].reduce(0) { $0 << 8 | $1 }
  }
  return false
}

/// RGBA as RGB over white, mixed in sRGB values as browsers do.
private func overWhite(_ rgba: [UInt8]) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: rgba.count / 4 * 3) { rgb, count in
    count = rgba.count / 4 * 3
    for pixel in 0..<rgba.count / 4 {
      let alpha = Int(rgba[4 * pixel + 3])
      for channel in 0..<3 {
        let mixed = Int(rgba[4 * pixel + channel]) * alpha + 255 * (255 - alpha)
        rgb[3 * pixel + channel] = UInt8((mixed + 127) / 255)
      }
    }
  }
}

func encodePNG(_ bitmap: Bitmap, _ file: URL) throws -> Data {
  var image = cpng_image()
  defer { png_image_free(&image) }
  image.width = UInt32(bitmap.width)
  image.height = UInt32(bitmap.height)
  image.format = cpng_format_rgb()
  // Room for the worst case: rows that do not compress, with their filter bytes and chunk heads.
  var size = bitmap.bytes.count + bitmap.bytes.count / 100 + bitmap.height * 8 + 65536
  var data = Data(count: size)
  let succeeded = data.withUnsafeMutableBytes { memory in
    png_image_write_to_memory(
      &image, memory.baseAddress, &size, 0, bitmap.bytes, Int32(bitmap.width * 3), nil)
  }
  guard succeeded != 0 else { throw ImageError(file, .cannotWrite(message(&image))) }
  return data.prefix(size)
}

private func message(_ image: inout png_image) -> String {
  withUnsafeBytes(of: &image.message) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
