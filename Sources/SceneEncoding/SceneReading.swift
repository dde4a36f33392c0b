import Captions
import Kernels
import Tensors

/// An object as the encoder reads it.
struct ReadObject {
  /// In pixels, as exact as the grid lets one say.
  var center: Point
  /// The outputs of `SceneHeads`, as shares: 1 for what is certainly true.
  var shares: [Float]
  /// How much of it lies in which column and which row of the grid.
  var columns = [Float](repeating: 0, count: SceneHeads.side)
  var rows = [Float](repeating: 0, count: SceneHeads.side)

  /// The likeliest of some outputs.
  func likeliest(_ outputs: Range<Int>) -> Int {
    outputs.max { shares[$0] < shares[$1] } ?? outputs.lowerBound
  }
}

extension SceneEncoder {
  /// The objects of each picture, the surest first. Shapes: pictures `[N, 3, 64, 64]`.
  ///
  /// Near the border between two parts the encoder says of both that the object is there, with
  /// shares that sum to 1. So an object takes from the part where it is surest to be, and what is
  /// missing to 1 from the parts around it.
  func objects(_ pictures: Tensor<Float>) throws -> [[ReadObject]] {
    let logits = try logits(pictures)
    let size = SceneHeads.cellCount * SceneHeads.count
    return logits.withUnsafeElements { logits in
      (0..<pictures.shape[0]).map { index in
        Self.objects(UnsafeBufferPointer(rebasing: logits[index * size..<(index + 1) * size]))
      }
    }
  }

  private static func objects(_ logits: UnsafeBufferPointer<Float>) -> [ReadObject] {
    let (side, count) = (SceneHeads.side, SceneHeads.count)
    var left = (0..<SceneHeads.cellCount).map { SceneHeads.sigmoid(logits[$0 * count]) }
    var objects: [ReadObject] = []
    while let surest = left.indices.max(by: { left[$0] < left[$1] }), left[surest] > 0.2 {
      let (row, column) = (surest / side, surest % side)
      let around = (max(0, row - 1)...min(side - 1, row + 1)).flatMap { row in
        (max(0, column - 1)...min(side - 1, column + 1)).map { row * side + $0 }
      }
      var missing: Float = 1
      var object = ReadObject(center: .zero, shares: Array(repeating: 0, count: count))
      for cell in around.sorted(by: {
        ($0 == surest ? 2 : left[$0]) > ($1 == surest ? 2 : left[$1])
      }) {
        let taken = min(left[cell], missing)
        left[cell] -= taken
        missing -= taken
        object.shares[0] += taken
        object.columns[cell % side] += taken
        object.rows[cell / side] += taken
        object.center +=
          taken * SceneHeads.cellSize
          * Point(Float(cell % side) + 0.5, Float(cell / side) + 0.5)
        for outputs in SceneHeads.properties {
          let range = outputs.lowerBound + cell * count..<outputs.upperBound + cell * count
          for (output, share) in zip(outputs, SceneHeads.softmax(logits, range)) {
            object.shares[output] += taken * share
          }
        }
      }
      guard object.shares[0] > 0.5 else { continue }
      object.center /= object.shares[0]
      objects.append(object)
    }
    return objects
  }

  /// How often the encoder is right on some scenes.
  public func score(on scenes: [Scene]) throws -> SceneScore {
    var score = SceneScore()
    for start in stride(from: 0, to: scenes.count, by: 50) {
      let part = scenes[start..<min(start + 50, scenes.count)]
      let read = try objects(.stacking(part.map { $0.drawn().pixels }))
      for (scene, objects) in zip(part, read) { score.add(scene, objects) }
    }
    return score
  }
}

/// How often an encoder is right. Every object of a picture is compared with the nearest that the
/// encoder found.
public struct SceneScore: Equatable, Sendable {
  public private(set) var pictures = 0
  public private(set) var objects = 0
  /// Pictures with as many objects as found, and those of which nothing at all is wrong.
  public private(set) var counts = 0
  public private(set) var flawless = 0
  /// Of all objects.
  public private(set) var shapes = 0
  public private(set) var hues = 0
  public private(set) var sizes = 0

  mutating func add(_ scene: Scene, _ found: [ReadObject]) {
    pictures += 1
    let hasCount = found.count == scene.objects.count
    if hasCount { counts += 1 }
    var isFlawless = hasCount
    for object in scene.objects {
      objects += 1
      func distance(_ other: ReadObject) -> Float {
        let way = other.center - object.center
        return (way * way).sum()
      }
      let nearest = found.min { distance($0) < distance($1) }
      let isRight = zip(SceneHeads.properties, SceneHeads.outputs(of: object)).map {
        nearest?.likeliest($0) == $1
      }
      if isRight[0] { shapes += 1 }
      if isRight[1] { hues += 1 }
      if isRight[2] { sizes += 1 }
      let reach = SceneHeads.cellSize * SceneHeads.cellSize
      if isRight.contains(false) || nearest.map(distance) ?? .infinity > reach {
        isFlawless = false
      }
    }
    if isFlawless { flawless += 1 }
  }
}
