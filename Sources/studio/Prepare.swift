import ArgumentParser
import Captions
import Foundation
import Pretrained

struct Prepare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn pictures into features once, for `studio train --data`.",
    discussion: """
      Reads captions in COCO's format or Karpathy's splits, and writes a folder with the features, \
      the captions and the vocabulary. Pictures that cannot be read are listed in unreadable.txt and \
      left out; the same command tries them again. Stopped at any moment, it goes on where it was.

      Without --weights pictures are seen by a small network that the kit trained on drawn scenes: \
      for what `studio draw` makes, not for photographs.
      """)

  @Option(help: ArgumentHelp("Captions, in COCO's format or a Karpathy split.", valueName: "file"))
  var captions: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The folders that the pictures are in.", valueName: "folder"))
  var images: [String]

  @Option(
    help: ArgumentHelp("SqueezeNet 1.1 weights (safetensors, .pth or .npz).", valueName: "file"))
  var weights: String?

  @Option(help: ArgumentHelp("The folder to make.", valueName: "folder"))
  var output: String

  @Option(
    parsing: .upToNextOption,
    help: "The parts of a Karpathy split to take, for example: train restval")
  var split: [String] = []

  @Option(help: "Words that occur less often are not in the vocabulary.")
  var minimumCount = 5

  @Option(help: "How many pictures are done between two times that the work is saved.")
  var saveEvery = 256

  func validate() throws {
    try requireCounts(("--minimum-count", minimumCount), ("--save-every", saveEvery))
  }

  func run() throws {
    let source = try chosen(from: CaptionedImages(contentsOf: URL(fileURLWithPath: captions)))
    for folder in images { try requireFolder(folder) }
    let files = PictureFinder(folders: images)
    guard source.images.contains(where: { files.find($0.fileName) != nil }) else {
      throw StudioError(
        "\(images.joined(separator: ", ")): none of the \(source.images.count) pictures of "
          + "\(captions) is there, for example \(source.images.first?.fileName ?? "")")
    }
    try requireOwnFolder()
    let extractor = try FeatureExtractor(weights: weights)
    extractor.encoder.tellIfForScenes()
    let preparation = Preparation(
      source: source, files: files, extractor: extractor, folder: PreparedFolder(path: output),
      settings: PreparedFolder.Settings(
        captions: try fingerprint(of: captions),
        weights: try weights.map { try fingerprint(of: PublishedWeights.file($0).path) } ?? "",
        encoder: extractor.encoder.rawValue, splits: split.sorted(),
        images: images.map { URL(fileURLWithPath: $0).standardizedFileURL.path },
        pictures: source.images.count, shardSize: saveEvery))
    try preparation.run(minimumCount: minimumCount)
  }

  private func chosen(from source: CaptionedImages) throws -> CaptionedImages {
    let splits = source.splits
    guard !splits.isEmpty || !split.isEmpty else { return source }
    let known = splits.map { "\($0.name) (\($0.pictures) pictures)" }.joined(separator: ", ")
    guard !splits.isEmpty else {
      throw StudioError("\(captions): has no splits; leave out --split")
    }
    guard !split.isEmpty else {
      throw StudioError("\(captions): has the splits \(known); choose with --split")
    }
    for name in split where !splits.contains(where: { $0.name == name }) {
      throw StudioError("\(captions): has no split “\(name)”, but \(known)")
    }
    return source.filter { $0.split.map(split.contains) ?? false }
  }

  /// Refuses a folder with anything else in it.
  private func requireOwnFolder() throws {
    // Whatever a symbolic link leads to, also nothing, is looked at as itself.
    let isTaken = (try? FileManager.default.attributesOfItem(atPath: output)) != nil
    guard !isTaken || isFolder(output) else {
      throw StudioError("\(output): is there and not a folder; choose another --output")
    }
    let folder = PreparedFolder(path: output)
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
    let isNew = entries.isEmpty || entries == [folder.unfinished.lastPathComponent]
    guard isNew || entries.contains(folder.settings.lastPathComponent) else {
      throw StudioError(
        "\(output): is not empty and was not made by `studio prepare`; choose another --output")
    }
  }

  private func requireFolder(_ path: String) throws {
    guard isFolder(path) else {
      throw StudioError(
        "\(path): there is no such folder; --images names the folders of the pictures")
    }
  }
}

/// Finds pictures by the names that caption files have for them.
struct PictureFinder: Sendable {
  let folders: [String]

  /// Where the picture is: in one of the folders, with or without the folder in its name.
  func find(_ name: String) -> URL? {
    let last = URL(fileURLWithPath: name).lastPathComponent
    for folder in folders {
      for name in name == last ? [name] : [name, last] {
        let file = URL(fileURLWithPath: folder, isDirectory: true).appendingPathComponent(name)
        if access(file.path, F_OK) == 0 { return file }
      }
    }
    return nil
  }

  /// Where the picture is or, where it is in none of the folders, would be in the first.
  func place(_ name: String) -> URL {
    find(name)
      ?? URL(fileURLWithPath: folders.first ?? "", isDirectory: true).appendingPathComponent(name)
  }
}
