import Exercises
import Tensors

/// Captions and what the captioner sees of the pictures they describe.
public struct CaptionSet: Sendable {
  /// Of every picture, standardized, `[P, D]`.
  public let features: Tensor<Float>
  /// Word numbers from `<START>` to `<END>`, filled up with `<NULL>`, `[N, T + 1]`.
  public let captions: Tensor<Int>
  /// Which picture each caption describes, from `0..<P`, `[N]`.
  public let pictures: Tensor<Int>

  /// - Throws: `TensorError` when the shapes do not fit one another or a picture has no features.
  public init(features: Tensor<Float>, captions: Tensor<Int>, pictures: Tensor<Int>) throws {
    try features.requireShape([nil, nil], "features")
    try captions.requireShape([pictures.count, nil], "captions")
    try requireIndices(pictures, below: features.shape[0], "pictures")
    (self.features, self.captions, self.pictures) = (features, captions, pictures)
  }

  /// How many captions there are, N.
  public var count: Int { pictures.count }

  /// Some of the captions with their pictures' features, without the columns that hold only
  /// `<NULL>`: nothing is learned from them. Shapes: `[B, D]`, `[B, T' + 1]`.
  func batch(_ rows: [Int]) throws -> (features: Tensor<Float>, captions: Tensor<Int>) {
    let rows = Tensor(rows)
    let captions = try captions.gathering(rows)
    let length = captions.shape[1]
    let used =
      captions.elements.indices.lazy.filter { captions.elements[$0] != SpecialToken.null }
      .map { $0 % length + 1 }.max() ?? length
    return (try features.gathering(pictures.gathering(rows)), try captions[.all, 0..<used])
  }

  /// The loss, summed over time and averaged over all captions, with nothing left to chance.
  /// - Parameter batchSize: How many captions are looked at at once; the loss is the same for any.
  public func loss(
    of parameters: CaptionerParameters<Float>, _ exercises: CaptionerExercises, batchSize: Int
  ) throws -> Float {
    var sum = 0.0
    for start in stride(from: 0, to: count, by: batchSize) {
      let rows = Array(start..<min(start + batchSize, count))
      let (features, captions) = try batch(rows)
      let (loss, _) = try exercises.loss(features, captions, parameters, exercises.parts)
      sum += Double(loss) * Double(rows.count)
    }
    return Float(sum / Double(count))
  }
}

/// What students write of a captioner, and what its training is wrapped around.
public struct CaptionerExercises {
  /// The loss of a minibatch, summed over time and averaged over its captions, and its gradients:
  /// features `[N, D]`, captions `[N, T + 1]`.
  public typealias Loss = (
    _ features: Tensor<Float>, _ captions: Tensor<Int>, _ parameters: CaptionerParameters<Float>,
    _ parts: CaptioningParts<Float>
  ) throws -> (loss: Float, gradients: CaptionerParameters<Float>)

  public var parts: CaptioningParts<Float>
  public var loss: Loss

  public init(parts: CaptioningParts<Float>, loss: @escaping Loss) {
    (self.parts, self.loss) = (parts, loss)
  }
}
