import Captions
import Tensors

/// What the encoder says of each part of a picture: whether an object's centre lies in it, and that
/// object's shape, hue and size, each by outputs of its own, so that a red circle is read right by an
/// encoder that has seen red things and circles, but none together.
///
/// Letters: G = 8 parts a side, A outputs for each part.
public enum SceneHeads {
  /// G.
  static let side = 8
  public static var cellCount: Int { side * side }
  /// Height and width of a part in pixels.
  static let cellSize = Float(Scene.side) / Float(side)

  /// The outputs of each part, in order: one logit for an object, then the logits of what it is.
  static let shapes = 1..<1 + Scene.Shape.allCases.count
  static let hues = shapes.upperBound..<shapes.upperBound + Scene.Hue.allCases.count
  static let sizes = hues.upperBound..<hues.upperBound + Scene.Size.allCases.count
  static let properties = [shapes, hues, sizes]
  /// A.
  public static let count = sizes.upperBound

  /// The part that a place in the picture belongs to.
  static func cell(of place: Point) -> Int {
    func index(_ x: Float) -> Int { min(max(Int(x / cellSize), 0), side - 1) }
    return index(place.y) * side + index(place.x)
  }

  /// The outputs that are right for an object.
  static func outputs(of object: Scene.Object) -> [Int] {
    func place<Value: CaseIterable & Equatable>(_ value: Value) -> Int {
      Array(Value.allCases).firstIndex(of: value) ?? 0
    }
    return [
      shapes.lowerBound + place(object.shape), hues.lowerBound + place(object.hue),
      sizes.lowerBound + place(object.size),
    ]
  }

  /// The loss of some pictures, and its gradient by the logits.
  ///
  /// The binary cross-entropy of every part's object plus, where there is one, the cross-entropies of
  /// what it is, all summed. Of two objects in one part the one in front counts.
  ///
  /// Shapes: logits and gradient `[N·G·G, A]`.
  /// - Throws: `TensorError` for logits of another shape.
  public static func loss<Scalar: TensorScalar>(
    of scenes: [Scene], _ logits: Tensor<Scalar>
  ) throws -> (loss: Scalar, gradient: Tensor<Scalar>) {
    try logits.requireShape([scenes.count * cellCount, count], "logits")
    var gradient = Tensor<Scalar>.zeros(like: logits)
    var loss: Scalar = 0
    logits.withUnsafeElements { logits in
      gradient.withUnsafeMutableElements { gradient in
        for (picture, scene) in scenes.enumerated() {
          var truth: [Int: Scene.Object] = [:]
          for object in scene.objects { truth[cell(of: object.center)] = object }
          for cell in 0..<cellCount {
            let row = (picture * cellCount + cell) * count
            loss += addLoss(of: truth[cell], logits, row, gradient)
          }
        }
      }
    }
    return (loss, gradient)
  }

  /// The loss of one part, whose outputs begin at `row`.
  private static func addLoss<Scalar: TensorScalar>(
    of object: Scene.Object?, _ logits: UnsafeBufferPointer<Scalar>, _ row: Int,
    _ gradient: UnsafeMutableBufferPointer<Scalar>
  ) -> Scalar {
    let target: Scalar = object == nil ? 0 : 1
    let presence = logits[row]
    gradient[row] = sigmoid(presence) - target
    // log(1 + eˣ) − target·x, without an exponential that overflows.
    var loss =
      max(presence, 0) - target * presence + Scalar.log(1 + Scalar.exp(-abs(presence)))
    guard let object else { return loss }
    for (outputs, right) in zip(properties, outputs(of: object)) {
      let shares = softmax(logits, outputs.lowerBound + row..<outputs.upperBound + row)
      for (index, share) in zip(outputs, shares) {
        gradient[row + index] = share - (index == right ? 1 : 0)
      }
      loss -= Scalar.log(max(shares[right - outputs.lowerBound], .leastNormalMagnitude))
    }
    return loss
  }

  static func sigmoid<Scalar: TensorScalar>(_ x: Scalar) -> Scalar { 1 / (1 + Scalar.exp(-x)) }

  /// The shares that some of the logits stand for; they sum to 1.
  static func softmax<Scalar: TensorScalar>(
    _ logits: UnsafeBufferPointer<Scalar>, _ range: Range<Int>
  ) -> [Scalar] {
    let greatest = logits[range].max() ?? 0
    let powers = logits[range].map { Scalar.exp($0 - greatest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
