import Foundation
import Networks
import TensorFiles

/// What a file of weights holds, for people.
public struct WeightsSummary {
  public let lines: [String]

  /// - Throws: `TensorFileError` when the file cannot be read.
  public init(of file: URL) throws {
    let weights = try WeightFile(contentsOf: file)
    let shapes = weights.tensors.mapValues(\.shape)
    let values = weights.tensors.values.reduce(0) { $0 + $1.count }
    var lines = [
      "\(file.path): \(weights.format.rawValue), \(weights.tensors.count) tensors, \(values) numbers"
    ]
    if let architecture = Architecture(weightShapes: shapes) {
      let layers = architecture.convolutionShapes + architecture.classifierShapes
      let expected = layers.flatMap { [$0.name + ".weight", $0.name + ".bias"] }
      let missing = expected.filter { shapes[$0] == nil }
      let extra = shapes.keys.filter { !expected.contains($0) }.sorted()
      lines.append("weights of \(architecture.rawValue)")
      if let first = missing.first {
        lines.append("  \(missing.count) tensors of it are missing, the first is \(first)")
      }
      if !extra.isEmpty { lines.append("  not of it: \(extra.joined(separator: ", "))") }
      lines.append(
        weights.inputConvention.map { "trained on pictures in \($0.description)" }
          ?? "does not say how pictures are prepared; taken as \(InputConvention.rgb.description)")
    } else {
      lines.append("no network that is known here")
    }
    lines += weights.metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    let width = shapes.keys.map(\.count).max() ?? 0
    lines += shapes.sorted { $0.key.localizedStandardCompare($1.key) == .orderedAscending }.map {
      "  " + $0.key.padding(toLength: width + 2, withPad: " ", startingAt: 0) + "\($0.value)"
    }
    self.lines = lines
  }
}

/// Writes the weights of any file that can be read as safetensors.
/// - Returns: How many tensors there are.
/// - Throws: `TensorFileError` when one file cannot be read or the other not be written.
public func convertWeights(
  at input: URL, to output: URL, _ precision: Safetensors.Precision = .single
) throws -> Int {
  let weights = try WeightFile(contentsOf: input)
  try Safetensors(tensors: weights.tensors, metadata: weights.metadata).write(
    to: output, precision)
  return weights.tensors.count
}
