import Captions
import Tensors

extension SceneEncoder {
  /// How many objects are described.
  private static let places = 4
  /// How many numbers describe one: the outputs of `SceneHeads`, then how much of it lies in each
  /// column and each row of the grid.
  private static let placeSize = SceneHeads.count + 2 * SceneHeads.side

  /// How many numbers describe a picture.
  public static let featureCount = places * placeSize

  /// What a captioner sees of pictures: their objects from left to right, or from top to bottom where
  /// they lie further apart that way, each described by numbers from 0 to 1, and zeros for those that
  /// are not there.
  ///
  /// A list of objects instead of one map of the whole picture: Anderson et al., "Bottom-up and
  /// top-down attention for image captioning and visual question answering", CVPR 2018,
  /// DOI 10.1109/CVPR.2018.00636. What is of one object stands together, and an object's hue apart
  /// from its shape, so that a pair of them that is new looks like what is known of both.
  ///
  /// Shapes: pictures `[N, 3, 64, 64]`, values 0–1; result `[N, featureCount]`.
  /// - Throws: `TensorError` for another shape.
  public func features(_ pictures: Tensor<Float>) throws -> Tensor<Float> {
    try pictures.requireShape([nil, 3, Self.pictureSide, Self.pictureSide], "pictures")
    return try Tensor(
      rows: objects(pictures).map { objects in
        let numbers = Scene.inOrder(Array(objects.prefix(Self.places)), by: \.center)
          .flatMap { $0.shares + $0.columns + $0.rows }
        return numbers + Array(repeating: 0, count: Self.featureCount - numbers.count)
      })
  }
}
