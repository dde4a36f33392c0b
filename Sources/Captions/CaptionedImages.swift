/// Pictures and their captions, as COCO's caption files have them.
///
/// Source: Chen et al., "Microsoft COCO Captions: Data Collection and Evaluation Server", 2015,
/// arXiv 1504.00325.
public struct CaptionedImages: Equatable, Sendable {
  public struct Picture: Equatable, Sendable {
    public var id: Int
    /// The picture's file, relative to the folder of pictures.
    public var fileName: String
    /// Which part of the data set it belongs to, `train` or `val` for example, where the file says.
    public var split: String?
    /// What a drawn picture shows; nil for photographs. An addition to COCO's format.
    public var scene: Scene?

    public init(id: Int, fileName: String, split: String? = nil, scene: Scene? = nil) {
      (self.id, self.fileName, self.split, self.scene) = (id, fileName, split, scene)
    }
  }

  public struct Annotation: Equatable, Sendable {
    public var id: Int
    /// The picture that the caption describes.
    public var imageID: Int
    public var caption: String

    public init(id: Int, imageID: Int, caption: String) {
      (self.id, self.imageID, self.caption) = (id, imageID, caption)
    }
  }

  public var images: [Picture]
  public var annotations: [Annotation]

  public init(images: [Picture], annotations: [Annotation]) {
    (self.images, self.annotations) = (images, annotations)
  }

  /// The captions to train on, as positions in `annotations`: at most `limit`, the first caption of
  /// every picture before the second of any, pictures in the order of the file.
  ///
  /// A model cannot say two different captions for one picture, so few captions should be of
  /// different pictures.
  public func selection(limit: Int? = nil) -> [Int] {
    var positions: [Int: [Int]] = [:]
    for (position, annotation) in annotations.enumerated() {
      positions[annotation.imageID, default: []].append(position)
    }
    var selected: [Int] = []
    var round = 0
    while selected.count < min(limit ?? .max, annotations.count) {
      selected += images.compactMap { image in
        positions[image.id].flatMap { $0.indices.contains(round) ? $0[round] : nil }
      }
      round += 1
    }
    return Array(selected.prefix(limit ?? .max))
  }

  /// The names of the parts that the pictures belong to, each with how many do, by name.
  public var splits: [(name: String, pictures: Int)] {
    let counts = images.reduce(into: [String: Int]()) { counts, image in
      if let split = image.split { counts[split, default: 0] += 1 }
    }
    return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The pictures that fulfil a condition, with their captions.
  public func filter(_ isIncluded: (Picture) throws -> Bool) rethrows -> CaptionedImages {
    let images = try images.filter(isIncluded)
    let known = Set(images.map(\.id))
    return CaptionedImages(
      images: images, annotations: annotations.filter { known.contains($0.imageID) })
  }
}
