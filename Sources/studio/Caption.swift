import ArgumentParser
import Captions
import Foundation
import Terminal
import Training

struct Caption: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "caption", abstract: "Caption pictures with a model that `studio train` made.")

  @Option(help: ArgumentHelp("The model (safetensors).", valueName: "file"))
  var model: String

  @Option(
    help: ArgumentHelp(
      "SqueezeNet 1.1 weights (safetensors, .pth, .npz), if the model was trained with them.",
      valueName: "file"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "Captions in COCO's format (JSON) to print beside the model's own.", valueName: "file"))
  var captions: String?

  @Argument(help: ArgumentHelp("Pictures, PNG or JPEG.", valueName: "image"))
  var images: [String]

  func run() async throws {
    let model = try CaptionerModel(contentsOf: URL(fileURLWithPath: model))
    let truth = try captions.map { try TrueCaptions(contentsOf: URL(fileURLWithPath: $0)) }
    let extractor = try extractor(for: model)
    let features = try extractor.features(
      of: images.map { URL(fileURLWithPath: $0) }, progress: ProgressBar())
    guard features.shape[1] == model.featureMean.count else {
      throw StudioError(
        "\(self.model): expects \(model.featureMean.count) features of a picture, not the "
          + "\(features.shape[1]) that \(model.encoder.rawValue) gives; train it again")
    }
    let said = try withExercises { try model.captions(features: features) }
    var report = TruthReport()
    for (image, words) in zip(images, said) {
      print("\(image): \(words.joined(separator: " "))")
      guard let truth else { continue }
      for line in report.add(words, truth.picture(image)) { print("  \(line)") }
    }
    for line in report.summary { print(line) }
  }

  private func extractor(for model: CaptionerModel) throws -> FeatureExtractor {
    switch (model.encoder, weights) {
    case (.squeezeNet, nil):
      throw StudioError(
        "\(self.model): was trained on SqueezeNet's features; give its weights with --weights")
    case (.histograms, _?):
      throw StudioError(
        "\(self.model): was trained on histograms, without a network; leave out --weights")
    default: return try FeatureExtractor(weights: weights)
    }
  }
}

/// The captions of a file by the pictures' names.
struct TrueCaptions {
  struct Picture {
    var captions: [String]
    var scene: Scene?
  }

  private var pictures: [String: Picture] = [:]

  init(contentsOf file: URL) throws {
    let source = try CaptionedImages(contentsOf: file)
    let captions = Dictionary(grouping: source.annotations, by: \.imageID)
    for image in source.images {
      pictures[Self.name(image.fileName)] = Picture(
        captions: (captions[image.id] ?? []).map(\.caption), scene: image.scene)
    }
  }

  /// What is known of a picture, by its file's name without the folder.
  func picture(_ path: String) -> Picture? { pictures[Self.name(path)] }

  private static func name(_ path: String) -> String {
    URL(fileURLWithPath: path).lastPathComponent
  }
}

/// Compares what a model says with what is true.
struct TruthReport {
  private var known = 0
  private var wordForWord = 0
  private var scenes = 0
  private var right = 0

  /// Counts a caption and tells what to print below it.
  mutating func add(_ words: [String], _ picture: TrueCaptions.Picture?) -> [String] {
    guard let picture, !picture.captions.isEmpty else { return ["(no true captions of it)"] }
    known += 1
    if picture.captions.contains(where: { Tokenizer.words(of: $0) == words }) { wordForWord += 1 }
    var lines = picture.captions.map { "true: \($0)" }
    if let verdict = picture.scene?.verdict(on: words.joined(separator: " ")) {
      scenes += 1
      if verdict == .right { right += 1 }
      lines.insert("→ " + (verdict == .right ? "right" : "wrong"), at: 0)
    }
    return lines
  }

  var summary: [String] {
    guard known > 0 else { return [] }
    let exact = "\(wordForWord) of \(known) captions are word for word one of the true ones"
    return [exact]
      + (scenes > 0 ? ["\(right) of \(scenes) captions are true of their pictures"] : [])
  }
}
