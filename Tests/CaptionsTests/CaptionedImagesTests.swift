import Captions
import Foundation
import XCTest

final class CaptionedImagesTests: XCTestCase {
  private var file = URL(fileURLWithPath: "")

  override func setUpWithError() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    addTeardownBlock { try FileManager.default.removeItem(at: folder) }
    file = folder.appendingPathComponent("captions.json")
  }

  func testACOCOFileIsReadAndWhatItHasBesidesIgnored() throws {
    let read = try read(
      """
      {"info": {"year": 2014}, "licenses": [],
       "images": [{"id": 7, "file_name": "a.jpg", "height": 3}, {"id": 3, "file_name": "b.jpg"}],
       "annotations": [{"id": 1, "image_id": 3, "caption": "B one"},
                       {"id": 2, "image_id": 3, "caption": "B two"},
                       {"id": 5, "image_id": 7, "caption": "A one"}]}
      """)
    XCTAssertEqual(read.images.map(\.fileName), ["a.jpg", "b.jpg"])
    XCTAssertEqual(read.annotations.map(\.imageID), [3, 3, 7])
  }

  func testWhatIsWrittenComesBack() throws {
    let captions = CaptionedImages(
      images: [.init(id: 1, fileName: "train/1.png")],
      annotations: [.init(id: 1, imageID: 1, caption: "a “red” circle\n")])
    try captions.write(to: file)
    XCTAssertEqual(try CaptionedImages(contentsOf: file), captions)
  }

  func testWhatJSONMustEscapeComesBack() throws {
    let scene = Scene(objects: [
      .init(shape: .circle, hue: .red, size: .large, center: Point(17, 47))
    ])
    let captions = CaptionedImages(
      images: [.init(id: -1, fileName: "a\\b\"c\u{1}é😀.png", split: "val", scene: scene)],
      annotations: [.init(id: 1, imageID: -1, caption: "\t“a” / \"b\"\r\n")])
    try captions.write(to: file)
    XCTAssertEqual(try CaptionedImages(contentsOf: file), captions)
  }

  func testKarpathysSplitsAreRead() throws {
    let read = try read(
      """
      {"images": [
        {"filepath": "val2014", "sentids": [770337, 771687], "filename": "COCO_1.jpg", "imgid": 0,
         "split": "test", "sentences": [
           {"tokens": ["a", "man"], "raw": "A man.", "imgid": 0, "sentid": 770337},
           {"tokens": ["a", "girl"], "raw": "A girl.", "imgid": 0, "sentid": 771687}],
         "cocoid": 391895},
        {"sentids": [5], "imgid": 7, "filename": "b.jpg", "split": "restval",
         "sentences": [{"tokens": ["b"], "raw": "B", "imgid": 7, "sentid": 5}]}],
       "dataset": "coco"}
      """)
    XCTAssertEqual(
      read,
      CaptionedImages(
        images: [
          .init(id: 391_895, fileName: "val2014/COCO_1.jpg", split: "test"),
          .init(id: 7, fileName: "b.jpg", split: "restval"),
        ],
        annotations: [
          .init(id: 770_337, imageID: 391_895, caption: "A man."),
          .init(id: 771_687, imageID: 391_895, caption: "A girl."),
          .init(id: 5, imageID: 7, caption: "B"),
        ]))
    XCTAssertEqual(read.splits.map(\.name), ["restval", "test"])
    XCTAssertEqual(read.filter { $0.split == "restval" }.annotations.map(\.id), [5])
    try expectError(
      #"{"images": [{"filename": "a", "sentences": []}]}"#, "images[0] has no “imgid”")
    try expectError(
      #"{"images": [{"filename": "a", "imgid": 1, "sentences": [{"sentid": 1}]}]}"#,
      "images[0].sentences[0] has no “raw”")
  }

  func testACaptionFileOfManyThousandPicturesIsReadAtOnce() throws {
    let captions = CaptionedImages(
      images: (1...10_000).map { .init(id: $0, fileName: "COCO_train2014_\($0).jpg") },
      annotations: (1...50_000).map {
        .init(id: $0, imageID: 1 + $0 / 6, caption: "A man riding a wave on top of a surfboard.")
      })
    try captions.write(to: file)
    let start = Date()
    XCTAssertEqual(try CaptionedImages(contentsOf: file), captions)
    XCTAssertLessThan(Date().timeIntervalSince(start), 2)
  }

  func testFewCaptionsAreOfDifferentPictures() throws {
    let captions = CaptionedImages(
      images: [
        .init(id: 1, fileName: "1"), .init(id: 2, fileName: "2"), .init(id: 3, fileName: "3"),
      ],
      annotations: [2, 2, 2, 1, 1].enumerated().map {
        .init(id: 10 + $0, imageID: $1, caption: "x")
      })
    XCTAssertEqual(captions.selection(limit: 2), [3, 0])
    XCTAssertEqual(captions.selection(limit: 3), [3, 0, 4])
    XCTAssertEqual(captions.selection(), [3, 0, 4, 1, 2])
  }

  func testEveryFaultIsNamedInOneLine() throws {
    let image = #""images": [{"id": 1, "file_name": "a"}]"#
    try expectError("", "is not JSON")
    try expectError("hello", "is not JSON")
    try expectError("{\(image), \"annotations\": [{\"id\"", "is not JSON")
    try expectError("[]", "the file is not an object")
    try expectError("{}", "has no “images”")
    try expectError("{\(image)}", "has no “annotations”")
    try expectError("{\(image), \"annotations\": []}", "has no captions")
    try expectError("{\(image), \"annotations\": 3}", "annotations is not a list")
    try expectError(
      "{\(image), \"annotations\": [{\"id\": 4, \"image_id\": 2, \"caption\": \"x\"}]}",
      "annotation 4 is of image 2, which is not in “images”")
    try expectError(
      "{\(image), \"annotations\": [{\"id\": 4, \"image_id\": 1}]}",
      "annotations[0] has no “caption”")
    try expectError(
      "{\(image), \"annotations\": [{\"id\": 4, \"image_id\": \"1\", \"caption\": \"x\"}]}",
      "annotations[0].image_id is not a whole number")
    try expectError(
      #"{"images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}], "annotations": []}"#,
      "the id 1 twice")
  }

  func testAMissingFileAndAFolderAreNamed() {
    XCTAssertThrowsError(try CaptionedImages(contentsOf: file)) {
      XCTAssertEqual("\($0)", "\(file.path): no such file")
    }
    let folder = file.deletingLastPathComponent()
    XCTAssertThrowsError(try CaptionedImages(contentsOf: folder)) {
      XCTAssertTrue("\($0)".contains("is a folder"))
    }
  }

  func testAFolderThatDoesNotExistCannotBeWrittenTo() {
    let captions = CaptionedImages(images: [], annotations: [])
    let missing = file.deletingLastPathComponent().appendingPathComponent("no/captions.json")
    XCTAssertThrowsError(try captions.write(to: missing)) {
      XCTAssertTrue("\($0)".hasPrefix("\(missing.path): cannot be written"), "\($0)")
    }
  }

  private func read(_ text: String) throws -> CaptionedImages {
    try Data(text.utf8).write(to: file)
    return try CaptionedImages(contentsOf: file)
  }

  private func expectError(_ text: String, _ words: String, line: UInt = #line) throws {
    XCTAssertThrowsError(try read(text), line: line) {
      let message = "\($0)"
      XCTAssertTrue(message.hasPrefix("\(file.path): "), message, line: line)
      XCTAssertTrue(message.contains(words), message, line: line)
      XCTAssertFalse(message.contains("\n"), message, line: line)
    }
  }
}
