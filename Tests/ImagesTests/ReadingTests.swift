import Foundation
import Images
import XCTest

final class ReadingTests: ImagesTestCase {
  func testEveryKindOfPNGIsReadExactly() throws {
    for name in [
      "rgb8", "rgb16", "grey8", "grey16", "palette", "paletteTransparent", "greyAlpha8", "rgba8",
      "oneBit", "interlaced", "onePixel", "resizing",
    ] {
      let image = try Image(contentsOf: Fixture.file(name + ".png"))
      // Up to the rounding of a Float; with transparency the same formula, so the same byte.
      XCTAssertLessThan(try difference(image, name + ".png"), 1e-3, name)
    }
  }

  func testEveryKindOfJPEGIsRead() throws {
    for name in ["rgb.jpg", "progressive.jpg", "grey.jpg"] {
      let image = try Image(contentsOf: Fixture.file(name))
      XCTAssertLessThanOrEqual(try difference(image, name), 2.001, name)
    }
  }

  func testTheNameOfAFileSaysNothingAboutItsKind() throws {
    let copy = folder.appendingPathComponent("photograph.jpg")
    try FileManager.default.copyItem(at: Fixture.file("rgb8.png"), to: copy)
    XCTAssertLessThan(try difference(Image(contentsOf: copy), "rgb8.png"), 1e-3)
  }

  func testACMYKPhotographIsRefusedWithAdvice() throws {
    let error = try XCTUnwrap(refusal(of: Fixture.file("cmyk.jpg")))
    XCTAssertEqual(error.reason, .cmyk)
    XCTAssertTrue(error.description.contains("convert it to RGB"), error.description)
    XCTAssertTrue(error.description.contains("cmyk.jpg"), error.description)
  }

  func testAPNGCutShortAnywhereIsRefused() throws {
    for name in ["rgb8.png", "interlaced.png", "paletteTransparent.png", "rgb16.png"] {
      let whole = try Data(contentsOf: Fixture.file(name))
      for length in 0..<whole.count { try expectRefusal(of: whole.prefix(length), name) }
    }
  }

  func testAJPEGCutShortAnywhereIsRefused() throws {
    for name in ["rgb.jpg", "progressive.jpg", "grey.jpg"] {
      let whole = try Data(contentsOf: Fixture.file(name))
      // Without its last two bytes, which only say that it is over, it lacks nothing.
      for length in 0..<whole.count - 2 { try expectRefusal(of: whole.prefix(length), name) }
      for length in [whole.count - 2, whole.count - 1] {
        let file = folder.appendingPathComponent("unended.jpg")
        try whole.prefix(length).write(to: file)
        guard let image = try? Image(contentsOf: file) else { continue }
        XCTAssertLessThanOrEqual(try difference(image, name), 2.001, "\(name) of \(length)")
      }
    }
  }

  private func expectRefusal(of data: Data, _ name: String) throws {
    let file = folder.appendingPathComponent("cut")
    try data.write(to: file)
    guard let error = refusal(of: file) else {
      return XCTFail("\(name) cut to \(data.count) bytes was read")
    }
    switch error.reason {
    case .damaged, .notAnImage: break
    default: XCTFail("\(name) cut to \(data.count) bytes: \(error)")
    }
    XCTAssertFalse(error.description.contains("\n"), error.description)
  }

  func testWhatIsNoPictureIsRefused() throws {
    let text = folder.appendingPathComponent("text.png")
    try Data("This is no picture.".utf8).write(to: text)
    XCTAssertEqual(refusal(of: text)?.reason, .notAnImage)
    let empty = folder.appendingPathComponent("empty.png")
    try Data().write(to: empty)
    XCTAssertEqual(refusal(of: empty)?.reason, .notAnImage)
  }

  func testAFolderAndAMissingFileAreNamed() throws {
    XCTAssertEqual(refusal(of: folder)?.reason, .cannotRead("it is a folder"))
    let missing = folder.appendingPathComponent("missing.png")
    let error = try XCTUnwrap(refusal(of: missing))
    XCTAssertEqual(error.reason, .cannotRead("there is no such file or folder"))
    XCTAssertTrue(error.description.contains(missing.path), error.description)
  }

  func testAnAbsurdSizeIsRefusedBeforeMemoryIsTaken() throws {
    XCTAssertEqual(
      refusal(of: Fixture.file("tooLarge.png"))?.reason, .tooLarge(width: 20000, height: 20000))
    // Above a million on a side libpng itself refuses.
    XCTAssertNotNil(refusal(of: Fixture.file("absurd.png")))
  }

  func testAnyDamagedByteIsSurvived() throws {
    for name in ["rgb8.png", "palette.png", "rgb.jpg", "progressive.jpg"] {
      let whole = try Data(contentsOf: Fixture.file(name))
      for index in whole.indices {
        var damaged = whole
        damaged[index] ^= 0xFF
        let file = folder.appendingPathComponent("damaged")
        try damaged.write(to: file)
        _ = refusal(of: file)
      }
    }
  }

  func testEveryRealPhotographIsRead() throws {
    let data = Fixture.folder.appendingPathComponent("../../../../shared/data").standardizedFileURL
    let files =
      FileManager.default.enumerator(at: data, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }
      .filter { ["jpg", "jpeg", "png"].contains($0.pathExtension.lowercased()) } ?? []
    try XCTSkipIf(files.isEmpty, "no photographs in \(data.path)")
    for file in files {
      do {
        let image = try Image(contentsOf: file)
        XCTAssertGreaterThan(image.width * image.height, 1, file.path)
      } catch {
        XCTFail("\(error)")
      }
    }
  }
}
