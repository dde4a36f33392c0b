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

  /// Two small yellow stars above a large pink cross.
  private let twoAndOne = Scene(objects: [
    .init(shape: .star, hue: .yellow, size: .small, center: Point(17, 17)),
    .init(shape: .cross, hue: .pink, size: .large, center: Point(32, 47)),
    .init(shape: .star, hue: .yellow, size: .small, center: Point(47, 18)),
  ])
  /// From left to right a small red star, a large blue diamond and a small red cross.
  private let line = Scene(objects: [
    .init(shape: .diamond, hue: .blue, size: .large, center: Point(32, 35)),
    .init(shape: .cross, hue: .red, size: .small, center: Point(53, 30)),
    .init(shape: .star, hue: .red, size: .small, center: Point(11, 32)),
  ])

  func testAScenesOwnCaptionsAreTrueOfIt() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<1000 {
      let scene = Scene.random(using: &generator)
      let captions = scene.captions(using: &generator)
      XCTAssertEqual(captions.count, 5)
      XCTAssertEqual(Set(captions).count, 5, "\(captions)")
      for caption in captions { XCTAssertEqual(scene.verdict(on: caption), .right, caption) }
    }
  }

  func testCaptionsOfOtherScenesAreMostlyWrong() {
    var generator = SeededGenerator(seed: 2)
    let scenes = (0..<1000).map { _ in Scene.random(using: &generator) }
    let wrong = zip(scenes, scenes.dropFirst()).filter { scene, next in
      scene.verdict(on: next.captions(using: &generator)[0]) == .wrong
    }
    XCTAssertGreaterThan(wrong.count, 970)
  }

  func testEveryShapeHueCountRelationAndFormIsSpokenOf() {
    var generator = SeededGenerator(seed: 3)
    let captions = (0..<1000).flatMap { _ in
      Scene.random(using: &generator).captions(using: &generator)
    }
    let phrases =
      Scene.Shape.allCases.map(\.rawValue) + Scene.Hue.allCases.map(\.rawValue)
      + Scene.Size.allCases.map(\.rawValue) + Scene.Relation.allCases.map(\.rawValue)
      + Scene.Place.allCases.map(\.rawValue) + [
        "two ", "three ", "four ", "stars", "crosses", "in a row", "in a column", "between",
        "from left to right", "from right to left", "from top to bottom", "from bottom to top",
        " is ", " are ", "there is a", "there are two", "a picture of",
        "an orange ",
      ]
    for phrase in phrases {
      XCTAssertTrue(captions.contains { $0.contains(phrase) }, "no caption says “\(phrase)”")
    }
    XCTAssertFalse(captions.contains { $0.contains("a orange") })
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

  func testTrueAndFalseCaptionsOfThingsThatAreAlike() {
    check(
      twoAndOne,
      right: [
        "two small yellow stars above a large pink cross", "a cross below two stars",
        "there are two stars and a pink cross", "two stars in a row", "two small shapes",
        "three shapes", "a star to the left of a star", "a star above a cross",
        "two yellow stars at the top", "above a cross are two stars",
        "at the top two stars and at the bottom a cross",
      ],
      wrong: [
        "two small yellow stars below a large pink cross", "three stars", "two shapes",
        "two crosses", "two stars in a column", "two stars on the left", "two stars and a star",
        "three stars above a cross", "three shapes in a row", "above two stars is a cross",
        "at the bottom two stars and at the top a cross", "a cross and a cross",
      ])
  }

  func testTrueAndFalseCaptionsOfALine() {
    check(
      line,
      right: [
        "from left to right a small red star, a large blue diamond and a small red cross",
        "a star to the left of a diamond to the left of a cross",
        "a red cross is to the right of a blue diamond to the right of a red star",
        "a diamond between a star and a cross", "a diamond between a cross and a star",
        "a red shape, a cross and a diamond", "two red shapes", "a star to the left of a cross",
        "from right to left a red cross, a blue diamond and a red star",
        "between a star and a cross is a diamond", "on the right a cross and on the left a star",
        "to the right of a diamond is a cross",
      ],
      wrong: [
        "from left to right a red star, a red cross and a blue diamond",
        "from top to bottom a red star, a blue diamond and a red cross",
        "a star to the left of a cross to the left of a diamond",
        "a star between a diamond and a cross", "a star to the right of a diamond",
        "from left to right a small red star, a small blue diamond and a small red cross",
        "a star, a star and a diamond", "three red shapes",
        "a diamond between two red shapes and a star", "between a star and a diamond is a cross",
        "from right to left a red star, a blue diamond and a red cross",
        "on the left a diamond and on the right a cross", "to the left of a diamond is a cross",
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
      "from left to right", "from left to right a circle", "a circle between a square",
      "a circle in a row", "a circle is a square", "an", "a square is", "a square and",
      "above a circle", "above a circle a square", "on the left a circle", "between a circle is",
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
    XCTAssertTrue(isColored(2, 2, pair.background.first))
    let edges = (0..<64).filter {
      !isColored($0, 17, Scene.Hue.red.color) && !isColored($0, 17, pair.background.first)
    }
    XCTAssertEqual(edges.count, 2, "one pixel on each side is covered in part: \(edges)")
  }

  func testEveryBackgroundIsPaleAndItsOwn() {
    let pictures = Scene.Background.Pattern.allCases.map { pattern in
      Scene(
        objects: [],
        background: .init(pattern, Color(repeating: 0.9), Color(repeating: 0.7))
      ).drawn().pixels
    }
    for (index, picture) in pictures.enumerated() {
      XCTAssertGreaterThanOrEqual(picture.min(), 0.699)
      XCTAssertLessThanOrEqual(picture.max(), 0.901)
      XCTAssertFalse(pictures[..<index].contains(picture))
    }
  }

  func testAShapeIsKeptFromTrainingInOneHue() {
    let novel = Scene.Shape.allCases.map { shape in
      Scene.Hue.allCases.filter { hue in
        Scene(objects: [.init(shape: shape, hue: hue, size: .small, center: Point(32, 32))]).isNovel
      }
    }
    XCTAssertEqual(novel, Scene.Hue.allCases.prefix(novel.count).map { [$0] })
    var generator = SeededGenerator(seed: 4)
    for isNovel in [false, true] {
      let captioned = CaptionedImages.scenes(count: 50, areNovel: isNovel, using: &generator)
      XCTAssertEqual(captioned.images.filter { $0.scene?.isNovel == isNovel }.count, 50)
    }
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
