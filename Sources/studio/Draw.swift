import ArgumentParser
import Captions
import Foundation
import Images
import Tensors
import Terminal

struct Draw: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw",
    abstract: "Draw pictures to train and paint with: scenes with captions, a landscape, a style.",
    discussion: """
      Writes train.json, val.json and novel.json (COCO's format) with their pictures in train/, val/ \
      and novel/, and content.png and style.png for `studio style`. Every novel scene has an object \
      whose shape never comes in its color in the other two.
      """)

  @Option(help: "How many scenes to train on; a tenth as many are drawn for val and for novel.")
  var scenes = 2000

  @Option(
    help: ArgumentHelp(
      "The folder to write to; it is made where there is none.", valueName: "folder"))
  var output: String

  @Option(help: "The seed that decides what is drawn.")
  var seed: UInt64 = 231

  func validate() throws {
    try requireCounts(("--scenes", scenes))
  }

  func run() async throws {
    var generator = SeededGenerator(seed: seed)
    let folder = URL(fileURLWithPath: output, isDirectory: true)
    let tenth = max(1, scenes / 10)
    for (name, count) in [("train", scenes), ("val", tenth), ("novel", tenth)] {
      let pictures = folder.appendingPathComponent(name)
      try makeFolder(pictures)
      var progress = ProgressBar()
      let captioned = CaptionedImages.scenes(
        count: count, areNovel: name == "novel", using: &generator)
      for (index, picture) in captioned.images.enumerated() {
        guard let canvas = picture.scene?.drawn() else { continue }
        try Image(pixels: canvas.pixels)
          .writePNG(to: pictures.appendingPathComponent(picture.fileName))
        progress.show(index + 1, of: count, "\(count) pictures for \(name)")
      }
      try captioned.write(to: folder.appendingPathComponent(name + ".json"))
    }
    for (name, canvas) in [("content", Canvas.landscape()), ("style", Canvas.swirls())] {
      try Image(pixels: canvas.pixels).writePNG(to: folder.appendingPathComponent(name + ".png"))
    }
    print("wrote \(scenes) + \(tenth) + \(tenth) scenes, content.png and style.png to \(output)")
  }

  private func makeFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw StudioError(
        "\(folder.path): the folder cannot be made: \(error.localizedDescription)")
    }
  }
}
