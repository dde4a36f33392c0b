import Captions
import Foundation
import Tensors
import XCTest

final class SceneTests: XCTestCase {
  /// A large red circle above a small blue square.
  private let pair = Scene(objects: [
    .init(shape: .circle, hue: .red, size: .large, center: Point(30, 17)),
    .init(shape: .square, hue: .blue, size: .small, center: Point(33, 47)),
  ])
  private let single = Scene(objects: [
    .init(shape: .triangle, hue: .green, size: .small, center: Point(17, 32))
  ])

  func testAScenesOwnCaptionsAreTrueOfIt() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<300 {
      let scene = Scene.random(using: &generator)
      let captions = scene.captions(using: &generator)
      XCTAssertEqual(captions.count, 5)
      XCTAssertEqual(Set(captions).count, 5, "\(captions)")
      for caption in captions { XCTAssertEqual(scene.verdict(on: caption), .right, caption) }
    }
  }

  func testTrueAndFalseCaptionsOfTwoObjects() {
    check(
      pair,
      right: [
        "a large red circle above a small blue square", "A red circle is above a blue square.",
        "there is a small blue square below a large red circle", "a circle and a square",
        "a square and a circle", "a blue shape", "two shapes", "a large shape above a small shape",
        "a circle at the top", "a blue square at the bottom",
      ],
      wrong: [
        "a large red circle below a small blue square", "a small red circle above a blue square",
        "a large blue circle above a small red square", "a circle to the left of a square",
        "a red circle and a red circle", "a red circle above a red circle", "two circles",
        "a triangle", "a yellow square", "a circle at the bottom", "a square in the middle",
        "there is a blue circle",
      ])
  }

  func testTrueAndFalseCaptionsOfOneObject() {
    check(
      single,
      right: [
        "a small green triangle on the left", "a picture of a green triangle", "a triangle",
      ],
      wrong: [
        "a small green triangle on the right", "a green triangle in the middle",
        "a large green triangle", "two triangles", "a green triangle and a green triangle",
      ])
  }

  func testRelationsGoByTheLargerDistance() {
    let scene = Scene(objects: [
      .init(shape: .circle, hue: .red, size: .small, center: Point(17, 30)),
      .init(shape: .circle, hue: .blue, size: .small, center: Point(47, 34)),
    ])
    check(
      scene,
      right: [
        "a red circle to the left of a blue circle", "a blue circle to the right of a red circle",
        "two small circles",
      ], wrong: ["a red circle above a blue circle", "two red circles"])
  }

  func testWhatIsNotOfTheGrammarIsNotUnderstood() {
    for caption in [
      "", "a", "red circle", "a red", "a circle red", "a red circle above", "a circle a square",
      "a circle and a square above", "two circle", "a hexagon", "there is", "a circle on the moon",
    ] {
      XCTAssertEqual(pair.verdict(on: caption), .notUnderstood, caption)
    }
  }

  func testTheSeedDecidesThePicture() {
    func draw(_ seed: UInt64) -> Tensor<Float> {
      var generator = SeededGenerator(seed: seed)
      return Scene.random(using: &generator).drawn().pixels
    }
    XCTAssertEqual(draw(5), draw(5))
    XCTAssertNotEqual(draw(5), draw(6))
    XCTAssertEqual(draw(5).shape, [3, 64, 64])
  }

  func testObjectsAreDrawnWhereTheyAreWithSoftEdges() {
    let canvas = pair.drawn()
    func isColored(_ x: Int, _ y: Int, _ color: Color) -> Bool {
      (canvas[x, y] - color).max() < 0.01 && (canvas[x, y] - color).min() > -0.01
    }
    XCTAssertTrue(isColored(30, 17, Scene.Hue.red.color))
    XCTAssertTrue(isColored(33, 47, Scene.Hue.blue.color))
    XCTAssertTrue(isColored(2, 2, pair.backgroundTop))
    let edges = (0..<64).filter {
      !isColored($0, 17, Scene.Hue.red.color) && !isColored($0, 17, pair.backgroundTop)
    }
    XCTAssertEqual(edges.count, 2, "one pixel on each side is covered in part: \(edges)")
  }

  func testSceneFilesHaveFiveCaptionsForEachPicture() throws {
    var generator = SeededGenerator(seed: 3)
    let captioned = CaptionedImages.scenes(count: 4, using: &generator)
    XCTAssertEqual(captioned.images.map(\.fileName).last, "000004.png")
    XCTAssertEqual(captioned.annotations.count, 20)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try captioned.write(to: file)
    let read = try CaptionedImages(contentsOf: file)
    for annotation in read.annotations {
      let scene = read.images[annotation.imageID - 1].scene
      XCTAssertEqual(scene?.verdict(on: annotation.caption), .right)
    }
  }

  private func check(_ scene: Scene, right: [String], wrong: [String]) {
    for caption in right { XCTAssertEqual(scene.verdict(on: caption), .right, caption) }
    for caption in wrong { XCTAssertEqual(scene.verdict(on: caption), .wrong, caption) }
  }
}
