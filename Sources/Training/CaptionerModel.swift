import Captions
import Exercises
import Foundation
import TensorFiles
import Tensors

/// A trained captioner with all that captioning a picture takes; saved as a safetensors file.
public struct CaptionerModel: Equatable, Sendable {
  /// How pictures become the features that the captioner sees.
  public enum Encoder: String, Codable, Sendable {
    /// The last layer of SqueezeNet 1.1, averaged over the picture.
    case squeezeNet
    /// The encoder of drawn scenes that comes with the kit.
    case scenes
    /// Something unknown: they came with the data, without the pictures.
    case given
  }

  public var cell: RecurrentCell
  public var encoder: Encoder
  public var vocabulary: Vocabulary
  /// How long a caption may get, `<END>` included.
  public var maximumLength: Int
  /// Features come in as `(features − mean) / deviation`, `[D]` each.
  public var featureMean, featureDeviation: Tensor<Float>
  public var parameters: CaptionerParameters<Float>

  public init(
    cell: RecurrentCell, encoder: Encoder, vocabulary: Vocabulary, maximumLength: Int,
    featureMean: Tensor<Float>, featureDeviation: Tensor<Float>,
    parameters: CaptionerParameters<Float>
  ) {
    (self.cell, self.encoder, self.vocabulary) = (cell, encoder, vocabulary)
    self.maximumLength = maximumLength
    (self.featureMean, self.featureDeviation) = (featureMean, featureDeviation)
    self.parameters = parameters
  }

  /// Features as the captioner takes them: with mean 0 and deviation 1 over the training pictures.
  /// Shapes: features and result `[N, D]`.
  public func standardized(_ features: Tensor<Float>) throws -> Tensor<Float> {
    try (features - featureMean) / featureDeviation
  }
}

extension CaptionerModel {
  private static let format = "backprop captioner 1"

  /// Reads a model.
  /// - Throws: `TensorFileError` for a file that is not a model, or not a whole one.
  public init(contentsOf file: URL) throws {
    let contents = try Safetensors(contentsOf: file)
    let metadata = contents.metadata
    guard metadata["format"] == Self.format else {
      throw TensorFileError(
        file, "is not a captioner's model; make one with `studio train --output MODEL`")
    }
    guard metadata["encoder"] != "histograms" else {
      throw TensorFileError(
        file, "was trained on histograms of pictures, which are no longer made; train it again")
    }
    guard let cell = metadata["cell"].flatMap(RecurrentCell.init),
      let encoder = metadata["encoder"].flatMap(Encoder.init),
      let maximumLength = metadata["maximumLength"].flatMap(Int.init), maximumLength > 0,
      let vocabulary = metadata["vocabulary"].flatMap({
        try? JSONDecoder().decode(Vocabulary.self, from: Data($0.utf8))
      })
    else {
      throw TensorFileError(
        file, "is a damaged model: its metadata is not complete; train it again")
    }
    func tensor(_ name: String) throws -> Tensor<Float> {
      guard let tensor = contents.tensors[name] else {
        throw TensorFileError(
          file, "is a damaged model: it has no tensor “\(name)”; train it again")
      }
      return tensor
    }
    self.init(
      cell: cell, encoder: encoder, vocabulary: vocabulary, maximumLength: maximumLength,
      featureMean: try tensor("featureMean"), featureDeviation: try tensor("featureDeviation"),
      parameters: CaptionerParameters(
        projectionWeight: try tensor("projectionWeight"),
        projectionBias: try tensor("projectionBias"), embedding: try tensor("embedding"),
        inputWeight: try tensor("inputWeight"), hiddenWeight: try tensor("hiddenWeight"),
        bias: try tensor("bias"), vocabularyWeight: try tensor("vocabularyWeight"),
        vocabularyBias: try tensor("vocabularyBias")))
    do {
      try requireShapes()
    } catch let error as TensorError {
      throw TensorFileError(file, "is a damaged model: \(error); train it again")
    }
  }

  /// Writes the model, all of it or nothing.
  /// - Throws: `TensorFileError` when it cannot be written.
  public func write(to file: URL) throws {
    var tensors = ["featureMean": featureMean, "featureDeviation": featureDeviation]
    for (name, path) in CaptionerParameters<Float>.named {
      tensors[name] = parameters[keyPath: path]
    }
    let words = String(decoding: try JSONEncoder().encode(vocabulary), as: UTF8.self)
    let metadata = [
      "format": Self.format, "cell": cell.rawValue, "encoder": encoder.rawValue,
      "maximumLength": String(maximumLength), "vocabulary": words,
    ]
    try Safetensors(tensors: tensors, metadata: metadata).write(to: file)
  }

  private func requireShapes() throws {
    try featureMean.requireShape([nil], "featureMean")
    try featureDeviation.requireShape(featureMean.shape, "featureDeviation")
    try parameters.requireShapes(features: .zeros([1, featureMean.count]))
    let hiddenSize = parameters.hiddenWeight.shape[0]
    try parameters.hiddenWeight.requireShape(
      [hiddenSize, cell.blockCount * hiddenSize], "hiddenWeight")
    try parameters.embedding.requireShape([vocabulary.count, nil], "embedding")
    for (name, norm) in parameters.norms where !norm.isFinite {
      throw TensorError(name, shapes: [], reason: "has elements that are no numbers")
    }
  }
}
