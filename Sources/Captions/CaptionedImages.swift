import Foundation

/// Pictures and their captions, in the format of COCO's caption files.
///
/// Source: Chen et al., "Microsoft COCO Captions: Data Collection and Evaluation Server", 2015,
/// arXiv 1504.00325.
public struct CaptionedImages: Codable, Equatable, Sendable {
  public struct Picture: Codable, Equatable, Sendable {
    public var id: Int
    /// The picture's file, relative to the folder of pictures.
    public var fileName: String
    /// What a drawn picture shows; nil for photographs. An addition to COCO's format.
    public var scene: Scene?

    enum CodingKeys: String, CodingKey {
      case id, scene
      case fileName = "file_name"
    }

    public init(id: Int, fileName: String, scene: Scene? = nil) {
      (self.id, self.fileName, self.scene) = (id, fileName, scene)
    }
  }

  public struct Annotation: Codable, Equatable, Sendable {
    public var id: Int
    /// The picture that the caption describes.
    public var imageID: Int
    public var caption: String

    enum CodingKeys: String, CodingKey {
      case id, caption
      case imageID = "image_id"
    }

    public init(id: Int, imageID: Int, caption: String) {
      (self.id, self.imageID, self.caption) = (id, imageID, caption)
    }
  }

  public var images: [Picture]
  public var annotations: [Annotation]

  public init(images: [Picture], annotations: [Annotation]) {
    (self.images, self.annotations) = (images, annotations)
  }

  /// Reads a caption file and checks that every caption belongs to one of its pictures.
  /// - Throws: `CaptionFileError` for a file that cannot be read, is not such a file, has a caption
  ///   of an unknown picture, the same picture twice, or no captions.
  public init(contentsOf url: URL) throws {
    let data = try Self.read(url)
    do {
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch let error as DecodingError {
      throw CaptionFileError(url.path, Self.explanation(of: error))
    }
    try validate(url.path)
  }

  /// Writes a caption file, all of it or nothing.
  public func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      try encoder.encode(self).write(to: url, options: .atomic)
    } catch let error as CocoaError {
      throw CaptionFileError(url.path, "cannot be written: \(error.localizedDescription)")
    }
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

  private func validate(_ path: String) throws {
    var known: Set<Int> = []
    for image in images where !known.insert(image.id).inserted {
      throw CaptionFileError(path, "“images” has the id \(image.id) twice; ids must be unique")
    }
    for annotation in annotations where !known.contains(annotation.imageID) {
      throw CaptionFileError(
        path,
        "annotation \(annotation.id) is of image \(annotation.imageID), which is not in “images”; "
          + "add the image or remove the annotation")
    }
    guard !annotations.isEmpty else {
      throw CaptionFileError(path, "has no captions: “annotations” is empty")
    }
  }

  private static func read(_ url: URL) throws -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw CaptionFileError(url.path, "no such file")
    }
    guard !isFolder.boolValue else {
      throw CaptionFileError(url.path, "is a folder; give the caption file (JSON) itself")
    }
    do {
      return try Data(contentsOf: url)
    } catch {
      throw CaptionFileError(url.path, "cannot be read: \(error.localizedDescription)")
    }
  }

  private static func explanation(of error: DecodingError) -> String {
    let format =
      "expected COCO's caption format, {\"images\": [{\"id\", \"file_name\"}], "
      + "\"annotations\": [{\"id\", \"image_id\", \"caption\"}]}"
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty
        ? "the file"
        : path.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
          .trimmingPrefix(".").description
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "\(place(context.codingPath)) has no “\(key.stringValue)”; \(format)"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return "\(place(context.codingPath)) is not \(typeName(type)); \(format)"
    default:
      return "is not JSON or was cut short; \(format)"
    }
  }

  private static func typeName(_ type: Any.Type) -> String {
    switch type {
    case is Int.Type: "a whole number"
    case is String.Type: "a string"
    case is any RangeReplaceableCollection.Type: "a list"
    default: "an object"
    }
  }
}
