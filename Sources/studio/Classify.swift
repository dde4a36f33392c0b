import ArgumentParser
import Foundation
import Images
import Networks
import Pretrained
import Tensors

extension InputConvention: ExpressibleByArgument {}

/// `studio classify`: what a network trained on ImageNet sees in pictures.
struct Classify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is in pictures: the simplest proof that weights are read right.",
    discussion: """
      Prints the likeliest of ImageNet's 1000 classes with their probabilities. Their names come \
      from --classes, a text file with a name in each line, in the order of the classes \
      (synset_words.txt of the Caffe project is one); without it they are numbers.
      """)

  @Argument(help: ArgumentHelp("Pictures, PNG or JPEG.", valueName: "image"))
  var images: [String]

  @Option(help: "Weights of SqueezeNet or VGG with the classifier, by torchvision's names.")
  var weights: String

  @Option(help: "How pictures are prepared: rgb or bgr (default: what the file says, else rgb).")
  var inputConvention: InputConvention?

  @Option(help: ArgumentHelp("The classes' names, one in each line.", valueName: "file"))
  var classes: String?

  @Option(help: "How many classes to print for a picture.")
  var top = 5

  func validate() throws {
    guard (1...1000).contains(top) else {
      throw ValidationError("--top must be from 1 to 1000, got \(top)")
    }
  }

  func run() throws {
    let network = try ConvolutionalNetwork<Float>(
      contentsOf: PublishedWeights.file(weights), inputConvention: inputConvention)
    let names = try classes.map(classNames)
    for image in images {
      let pixels = try readPicture(URL(fileURLWithPath: image)).centreSquare(224, of: 256)
      let logits = try network.logits(ImageNet.normalized(pixels.expandingAxis(at: 0)))
      let likelihoods = try (logits - logits.logSumExp(axis: 1, keepingAxis: true)).exp().elements
      print(image)
      for (index, likelihood) in likelihoods.enumerated().sorted(by: { $0.element > $1.element })
        .prefix(top)
      {
        print("  \(format(100 * likelihood, 1)) %  \(names?[index] ?? "class \(index)")")
      }
    }
  }

  private func classNames(_ path: String) throws -> [String] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw StudioError("\(path): cannot be read as a text")
    }
    let lines = text.split(separator: "\n").map(String.init)
    guard lines.count == 1000 else {
      throw StudioError("\(path): has \(lines.count) lines; expected 1000, a name for each class")
    }
    // WordNet's number at the beginning, where there is one, says nothing to people.
    return lines.map { $0.replacing(/^n\d{8}\s/, with: "") }
  }
}

extension Image {
  /// The middle square of `side` pixels, after the shortest side was resized to `shortest`; the
  /// preparation that networks for ImageNet are measured with.
  /// Shapes: result `[3, side, side]`.
  func centreSquare(_ side: Int, of shortest: Int) throws -> Tensor<Float> {
    let resized = resized(shortestSide: shortest)
    let (top, left) = ((resized.height - side) / 2, (resized.width - side) / 2)
    return try resized.pixels[.all, top..<top + side, left..<left + side]
  }
}
