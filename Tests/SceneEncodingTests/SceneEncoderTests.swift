import Captions
import GradientChecking
import SceneEncoding
import Tensors
import XCTest

final class SceneEncoderTests: XCTestCase {
  private var file = URL(fileURLWithPath: "")

  override func setUpWithError() throws {
    file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    addTeardownBlock { [file] in try? FileManager.default.removeItem(at: file) }
  }

  private func scenes(_ count: Int, seed: UInt64) -> [Scene] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in .random(using: &generator) }
  }

  func testTheLossesGradientIsThatOfDifferences() throws {
    var generator = SeededGenerator(seed: 31)
    let scenes = scenes(3, seed: 32)
    let logits = Tensor<Double>.randomNormal(
      [3 * SceneHeads.cellCount, SceneHeads.count], standardDeviation: 2, using: &generator)
    let gradient = try SceneHeads.loss(of: scenes, logits).gradient
    let way = Tensor<Double>.randomNormal(logits.shape, using: &generator)
    let step = 1e-6
    let after = try SceneHeads.loss(of: scenes, logits + step * way).loss
    let before = try SceneHeads.loss(of: scenes, logits - step * way).loss
    XCTAssertEqual((after - before) / (2 * step), try (gradient * way).sum(), accuracy: 1e-6)
  }

  func testLogitsOfAnotherNumberOfPicturesAreRefused() {
    XCTAssertThrowsError(
      try SceneHeads.loss(of: scenes(2, seed: 1), Tensor<Float>.zeros([3, SceneHeads.count])))
  }

  func testTrainingLowersTheLossAndTheSeedDecidesEverything() throws {
    func trained() throws -> (losses: [Float], data: Data) {
      var trainer = try SceneEncoderTrainer(steps: 12, seed: 7) { .random(using: &$0) }
      let losses = try (0..<12).map { _ in try trainer.advance() }
      try trainer.encoder.write(to: file)
      return (losses, try Data(contentsOf: file))
    }
    let (first, second) = (try trained(), try trained())
    XCTAssertLessThan(try XCTUnwrap(first.losses.last), 0.7 * first.losses[0])
    XCTAssertEqual(first.losses, second.losses)
    XCTAssertEqual(first.data, second.data)
  }

  func testTheEncoderThatShipsReadsScenesItHasNotSeen() throws {
    let encoder = try SceneEncoder.bundled()
    var generator = SeededGenerator(seed: 4711)
    for (isNovel, least) in [(false, 97), (true, 75)] {
      let scenes = (0..<100).map { _ in Scene.random(isNovel: isNovel, using: &generator) }
      let score = try encoder.score(on: scenes)
      XCTAssertEqual(score.pictures, 100)
      XCTAssertGreaterThanOrEqual(score.flawless, least, "\(score), novel: \(isNovel)")
    }
  }

  func testFeaturesListTheObjectsFromTheTopOrFromTheLeftWhateverTheyAre() throws {
    let encoder = try SceneEncoder.bundled()
    let looks: [(Scene.Shape, Scene.Hue)] = [(.star, .green), (.circle, .blue)]
    for centers in [[Point(34, 18), Point(30, 46)], [Point(18, 37), Point(46, 27)]] {
      for looks in [looks, looks.reversed()] {
        let objects = zip(looks, centers).map {
          Scene.Object(shape: $0.0, hue: $0.1, size: .large, center: $1)
        }
        let picture = try Scene(objects: objects).drawn().pixels.expandingAxis(at: 0)
        let features = try encoder.features(picture).reshaped([4, -1])
        for (place, (shape, hue)) in looks.enumerated() {
          let outputs = [
            0, 1 + (Scene.Shape.allCases.firstIndex(of: shape) ?? 0),
            1 + Scene.Shape.allCases.count + (Scene.Hue.allCases.firstIndex(of: hue) ?? 0),
          ]
          for output in outputs {
            XCTAssertGreaterThan(features[place, output], 0.9, "\(place): \(hue) \(shape)")
          }
        }
        XCTAssertEqual(try features[2..<4].max(), 0)
      }
    }
  }

  func testAFileOfOtherWeightsIsNamed() throws {
    try Data("no weights".utf8).write(to: file)
    XCTAssertThrowsError(try SceneEncoder(contentsOf: file)) {
      XCTAssertTrue("\($0)".hasPrefix("\(file.path): "), "\($0)")
    }
  }
}
