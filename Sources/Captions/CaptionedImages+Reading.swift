import Foundation

extension CaptionedImages {
  /// Reads a caption file and checks that every caption belongs to one of its pictures.
  ///
  /// Two formats are told apart by what the file holds: COCO's own, and that of Karpathy's splits
  /// (`dataset_coco.json`, `dataset_flickr8k.json`), where every picture has its `sentences`.
  /// Takes time and memory in proportion to the file; what else it holds is passed over.
  /// Source: Karpathy and Fei-Fei, "Deep Visual-Semantic Alignments for Generating Image
  /// Descriptions", 2015, arXiv 1412.2306.
  /// - Throws: `CaptionFileError` for a file that cannot be read, is not such a file, has a caption
  ///   of an unknown picture, the same picture twice, or no captions.
  public init(contentsOf url: URL) throws {
    let data = try Self.bytes(of: url)
    do {
      self = try JSONReader.read(data) { try Self(from: &$0) }
    } catch let error as JSONError {
      throw CaptionFileError(
        url.path,
        "\(error); expected COCO's caption format, {\"images\": [{\"id\", \"file_name\"}], "
          + "\"annotations\": [{\"id\", \"image_id\", \"caption\"}]}, or a Karpathy split")
    }
    try validate(url.path)
  }

  private init(from reader: inout JSONReader) throws {
    var images: [Picture]?
    var sentences: [Annotation] = []
    var annotations: [Annotation]?
    try reader.object { reader, name in
      switch name {
      case "images":
        var pictures: [Picture] = []
        sentences = []
        try reader.array { pictures.append(try Self.picture(&$0, &sentences)) }
        images = pictures
      case "annotations":
        var list: [Annotation] = []
        try reader.array { list.append(try Self.annotation(&$0)) }
        annotations = list
      default: break
      }
    }
    let pictures = try reader.required(images, "images")
    // Sentences stand with their pictures in Karpathy's files, which have no annotations.
    let captions = sentences.isEmpty ? try reader.required(annotations, "annotations") : sentences
    self.init(images: pictures, annotations: captions)
  }

  /// A picture of either format; what Karpathy's has of sentences comes into `annotations`.
  private static func picture(
    _ reader: inout JSONReader, _ annotations: inout [Annotation]
  ) throws -> Picture {
    var (id, cocoID, imageID): (Int?, Int?, Int?)
    var (fileName, name, folder, split): (String?, String?, String?, String?)
    var scene: Scene?
    let first = annotations.count
    var hasSentences = false
    try reader.object { reader, key in
      switch key {
      case "id": id = try reader.integer()
      case "file_name": fileName = try reader.string()
      case "split": split = try reader.null() ? nil : try reader.string()
      case "scene": scene = try reader.null() ? nil : try reader.decode(Scene.self, "a scene")
      case "cocoid": cocoID = try reader.integer()
      case "imgid": imageID = try reader.integer()
      case "filename": name = try reader.string()
      case "filepath": folder = try reader.string()
      case "sentences":
        hasSentences = true
        try reader.array { annotations.append(try sentence(&$0)) }
      default: break
      }
    }
    guard hasSentences else {
      return Picture(
        id: try reader.required(id, "id"), fileName: try reader.required(fileName, "file_name"),
        split: split, scene: scene)
    }
    let number = try reader.required(cocoID ?? imageID, "imgid")
    for position in first..<annotations.count { annotations[position].imageID = number }
    let file = try reader.required(name, "filename")
    return Picture(id: number, fileName: folder.map { $0 + "/" + file } ?? file, split: split)
  }

  /// A sentence of Karpathy's format; its picture is not known yet.
  private static func sentence(_ reader: inout JSONReader) throws -> Annotation {
    var id: Int?
    var caption: String?
    try reader.object { reader, key in
      switch key {
      case "sentid": id = try reader.integer()
      case "raw": caption = try reader.string()
      default: break
      }
    }
    return Annotation(
      id: try reader.required(id, "sentid"), imageID: 0,
      caption: try reader.required(caption, "raw"))
  }

  private static func annotation(_ reader: inout JSONReader) throws -> Annotation {
    var (id, imageID): (Int?, Int?)
    var caption: String?
    try reader.object { reader, key in
      switch key {
      case "id": id = try reader.integer()
      case "image_id": imageID = try reader.integer()
      case "caption": caption = try reader.string()
      default: break
      }
    }
    return Annotation(
      id: try reader.required(id, "id"), imageID: try reader.required(imageID, "image_id"),
      caption: try reader.required(caption, "caption"))
  }

  private func validate(_ path: String) throws {
    var known = Set<Int>(minimumCapacity: images.count)
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

  private static func bytes(of url: URL) throws -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw CaptionFileError(url.path, "no such file")
    }
    guard !isFolder.boolValue else {
      throw CaptionFileError(url.path, "is a folder; give the caption file (JSON) itself")
    }
    do {
      return try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw CaptionFileError(url.path, "cannot be read: \(error.localizedDescription)")
    }
  }
}
