import ArgumentParser
import Captions
import Foundation
import Tensors
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

  @Option(
    name: .customLong("images"),
    help: ArgumentHelp("Caption every picture of this folder.", valueName: "folder"))
  var folder: String?

  @Option(
    help: ArgumentHelp(
      """
      Instead of pictures: caption what a folder of `studio prepare` has of them, or val_features of \
      CS231n's captioning data (.npz, safetensors), whose numbers are those of their rows.
      """, valueName: "folder"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Write the captions in COCO's result format (JSON); a picture's number is that of --captions, "
        + "or else the digits at the end of its name where all have different ones, or its place.",
      valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Write a page with pictures and captions.", valueName: "file"))
  var html: String?

  @OptionGroup(title: "Decoding") var decoding: DecodingOptions

  @Argument(help: ArgumentHelp("Pictures, PNG or JPEG.", valueName: "image"))
  var images: [String] = []

  func validate() throws {
    if data != nil {
      guard images.isEmpty, folder == nil, weights == nil, html == nil else {
        throw ValidationError(
          "--data has features and no pictures; leave out pictures, --images, --weights and --html")
      }
    } else if images.isEmpty && folder == nil {
      throw ValidationError(
        "there is nothing to caption; name pictures, a folder with --images, or --data")
    }
  }

  func run() async throws {
    try requireWritable(
      [json, html], keeping: [self.model, weights, captions, data] + images)
    let model = try CaptionerModel(contentsOf: URL(fileURLWithPath: model))
    let (known, seen) = try input(for: model)
    let truth = try
      (captions.map { try CaptionedImages(contentsOf: URL(fileURLWithPath: $0)) } ?? known)
      .map(TrueCaptions.init)
    let (readable, features) = try seen()
    guard features.shape[1] == model.featureMean.count else {
      throw StudioError(
        "\(self.model): expects \(model.featureMean.count) features of a picture, not the "
          + "\(features.shape[1]) that \(model.encoder.rawValue) gives; train it again")
    }
    let said = try withExercises {
      try decoding.captions(model, features: features)
    }
    var report = TruthReport()
    for (image, words) in zip(readable, said) {
      print("\(image.relativePath): \(words.joined(separator: " "))")
      guard let truth else { continue }
      for line in report.add(words, truth.picture(image)) { print("  \(line)") }
    }
    for line in report.summary { print(line) }
    if let json {
      try writeJSON(results(readable, said, truth), to: json)
    }
    if let html {
      try writeText(gallery(readable, said, truth).html(), to: html)
    }
  }

  /// Captions that came with the pictures, and what gives the pictures to caption, those that can be
  /// read, with their features `[N, D]`.
  private func input(
    for model: CaptionerModel
  ) throws -> (
    known: CaptionedImages?, seen: () throws -> (files: [URL], features: Tensor<Float>)
  ) {
    if let data {
      let (captions, features, encoder) = try pictures(preparedIn: data)
      guard encoder == model.encoder else {
        throw StudioError(
          "\(data): was prepared with the encoder \(encoder.rawValue), \(self.model) trained with "
            + "\(model.encoder.rawValue); prepare the pictures as those of the training")
      }
      let files = captions.images.map { URL(fileURLWithPath: $0.fileName) }
      return (captions, { (files, features) })
    }
    let extractor = try extractor(for: model)
    let files = try images.map { URL(fileURLWithPath: $0) } + (folder.map(pictures) ?? [])
    return (nil, { try features(of: files, extractor) })
  }

  private func pictures(
    preparedIn data: String
  ) throws -> (CaptionedImages, features: Tensor<Float>, CaptionerModel.Encoder) {
    let folder = PreparedFolder(path: data)
    guard try folder.readSettings() == nil else {
      let (captions, features, encoder, _) = try folder.read()
      return (captions, features, encoder)
    }
    let arrays = try CourseArrays(data, part: .val)
    return (arrays.captionedImages, arrays.features, .given)
  }

  /// The folder's pictures, sorted by name.
  private func pictures(in folder: String) throws -> [URL] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw StudioError("\(folder): cannot be read as a folder")
    }
    let files = names.sorted { $0.localizedStandardCompare($1) == .orderedAscending }
      .filter {
        ["png", "jpg", "jpeg"].contains($0.split(separator: ".").last?.lowercased() ?? "")
      }
    guard !files.isEmpty else { throw StudioError("\(folder): has no PNG or JPEG pictures") }
    return files.map { URL(fileURLWithPath: folder).appendingPathComponent($0) }
  }

  /// The pictures that can be read, with their features `[N, D]`. Of a folder others are listed; one
  /// that was named must be readable.
  private func features(
    of files: [URL], _ extractor: FeatureExtractor
  ) throws -> (files: [URL], features: Tensor<Float>) {
    guard let folder else {
      return (files, try extractor.features(of: files))
    }
    let results = extractor.results(of: files)
    // Those that were named come first.
    for result in results.prefix(images.count) { _ = try result.get() }
    var readable: [(URL, Tensor<Float>)] = []
    for (file, result) in zip(files, results) {
      switch result {
      case .success(let features): readable.append((file, features))
      case .failure(let error): printError("left out: \(error)")
      }
    }
    guard !readable.isEmpty else {
      throw StudioError("\(folder): none of its pictures can be read")
    }
    return (readable.map(\.0), try .stacking(readable.map(\.1)))
  }

  /// The captions with the pictures' numbers: those of the true captions, without pictures that have
  /// none, or else the digits at the ends of the names where all differ, or else the places from 1.
  private func results(
    _ files: [URL], _ said: [[String]], _ truth: TrueCaptions?
  ) -> [CaptionResult] {
    let numbers = truth.map { truth in files.map { truth.picture($0)?.id } } ?? numbers(of: files)
    var results: [CaptionResult] = []
    var taken: Set<Int> = []
    for ((file, words), number) in zip(zip(files, said), numbers) {
      if let number, taken.insert(number).inserted {
        results.append(CaptionResult(imageID: number, caption: words.joined(separator: " ")))
      } else {
        printError(
          "not among the results: \(file.relativePath): "
            + (number == nil ? "--captions has no such picture" : "another has the same name"))
      }
    }
    return results
  }

  private func numbers(of files: [URL]) -> [Int?] {
    let digits = files.map { file in
      let name = file.deletingPathExtension().lastPathComponent
      return Int(String(name.reversed().prefix(while: \.isNumber).reversed()))
    }
    let areTelling = !digits.contains(nil) && Set(digits).count == files.count
    return areTelling ? digits : Array(1...files.count)
  }

  private func gallery(
    _ files: [URL], _ said: [[String]], _ truth: TrueCaptions?
  ) -> CaptionGallery {
    let references = files.map { truth?.picture($0)?.captions ?? [] }
    let known = files.indices.filter { !references[$0].isEmpty }
    let scores =
      known.isEmpty
      ? nil
      : CaptionScores(
        candidates: known.map { said[$0] },
        references: known.map { references[$0].map(Tokenizer.words) })
    var entries = files.indices.map { index in
      CaptionGallery.Entry(
        file: files[index], caption: said[index].joined(separator: " "), truth: references[index],
        verdict: truth?.picture(files[index])?.scene?.verdict(
          on: said[index].joined(separator: " ")))
    }
    for (index, score) in zip(known, scores?.pictures ?? []) { entries[index].scores = score }
    return CaptionGallery(
      title: "Captions by \(URL(fileURLWithPath: model).lastPathComponent)", entries: entries,
      scores: scores)
  }

  private func extractor(for model: CaptionerModel) throws -> FeatureExtractor {
    switch (model.encoder, weights) {
    case (.squeezeNet, nil):
      throw StudioError(
        "\(self.model): was trained on SqueezeNet's features; give its weights with --weights")
    case (.scenes, _?):
      throw StudioError(
        "\(self.model): was trained on drawn scenes with the kit's own encoder; leave out --weights"
      )
    case (.given, _):
      throw StudioError(
        "\(self.model): was trained on features that came without pictures; it cannot see others")
    default: return try FeatureExtractor(weights: weights)
    }
  }
}

/// The captions of a file by the pictures' names.
struct TrueCaptions {
  struct Picture {
    var id: Int
    var captions: [String]
    var scene: Scene?
  }

  private var pictures: [String: Picture] = [:]

  init(_ source: CaptionedImages) {
    let captions = Dictionary(grouping: source.annotations, by: \.imageID)
    for image in source.images {
      pictures[Self.name(image.fileName)] = Picture(
        id: image.id, captions: (captions[image.id] ?? []).map(\.caption), scene: image.scene)
    }
  }

  /// What is known of a picture, by its file's name without the folder.
  func picture(_ file: URL) -> Picture? { pictures[file.lastPathComponent] }

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
