import A2RNNCaptioning
import A3LSTMCaptioning
import ArgumentParser
import Exercises
import Foundation
import Kernels
import Tensors
import Terminal
import Training

/// How words are chosen. The choosing itself is the exercises': greedy captions are A2's, sampling and
/// beam search A3's.
struct DecodingOptions: ParsableArguments {
  enum Method: String, CaseIterable, ExpressibleByArgument { case greedy, sample, beam }

  @Option(help: "greedy, sample or beam (default: greedy for an RNN, beam for an LSTM).")
  var decoding: Method?

  @Option(help: "How many captions a beam search follows at a time. (default: 3)")
  var beamWidth: Int?

  @Option(
    help: """
      Beams compete by log-probability / length to this power: 0 favours short captions. (default: 0)
      """)
  var lengthNormalization: Float?

  @Option(help: "What scores are divided by before sampling: towards 0 the best word always wins.")
  var temperature: Float = 1

  @Option(help: "Sample among so many of the best words.")
  var topK: Int?

  @Option(help: "Sample among the best words that together have this probability.")
  var topP: Float?

  @Option(help: "The seed of sampling.")
  var seed: UInt64 = 231

  func validate() throws {
    let wrong: String? =
      if let beamWidth, !(1...1000 ~= beamWidth) {
        "--beam-width is \(beamWidth); expected from 1 to 1000"
      } else if let power = lengthNormalization, !(power >= 0 && power.isFinite) {
        "--length-normalization is \(power); expected a number from 0 on"
      } else if !(temperature > 0 && temperature.isFinite) {
        "--temperature is \(temperature); expected a number above 0"
      } else if let topK, topK < 1 {
        "--top-k is \(topK); expected at least 1"
      } else if let topP, !(topP > 0 && topP <= 1) {
        "--top-p is \(topP); expected a number above 0, at most 1"
      } else if decoding != .sample, topK != nil || topP != nil || temperature != 1 {
        "--temperature, --top-k and --top-p are for sampling; add --decoding sample"
      } else if let decoding, decoding != .beam, isOfBeams {
        "--beam-width and --length-normalization are for beam search; add --decoding beam"
      } else {
        nil
      }
    if let wrong { throw ValidationError(wrong) }
  }

  /// Whether something is said that only a beam search needs.
  private var isOfBeams: Bool { beamWidth != nil || lengthNormalization != nil }

  /// Captions for pictures, as words; never `<UNK>`. Shapes: features `[N, D]`, as the model's encoder
  /// gives them.
  func captions(_ model: CaptionerModel, features: Tensor<Float>) throws -> [[String]] {
    let features = try model.standardized(features)
    let (parameters, length) = (model.parameters, model.maximumLength)
    let parts = model.cell.parts.silencingUnknown(parameters)
    let numbers: Tensor<Int>
    switch decoding ?? (model.cell == .lstm || isOfBeams ? .beam : .greedy) {
    case .greedy:
      numbers = try greedyCaptions(
        features: features, parameters: parameters, maximumLength: length, parts: parts)
    case .beam:
      // Every core searches for a picture of its own.
      let progress = ProgressCounter(of: features.shape[0], "captions")
      let rows = Parallel.map(features.shape[0]) { row in
        defer { progress.step() }
        return Result {
          try beamSearchCaptions(
            features: features[row..<row + 1], parameters: parameters, width: beamWidth ?? 3,
            maximumLength: length, lengthNormalization: lengthNormalization ?? 0, parts: parts
          ).captions
        }
      }
      numbers = try .concatenating(rows.map { try $0.get() }, axis: 0)
    case .sample:
      var generator = SeededGenerator(seed: seed)
      numbers = try sampledCaptions(
        features: features, parameters: parameters, maximumLength: length,
        temperature: temperature, parts: truncated(parts, parameters), using: &generator)
    }
    return try numbers.unstacked().map { model.vocabulary.decode($0.elements) }
  }

  /// The parts with the scores of words that are not to be sampled set to −∞.
  ///
  /// Sources: Fan et al., 2018, arXiv:1805.04833 (top-k); Holtzman et al., 2020, arXiv:1904.09751
  /// (top-p).
  private func truncated(
    _ parts: CaptioningParts<Float>, _ parameters: CaptionerParameters<Float>
  ) -> CaptioningParts<Float> {
    guard topK != nil || topP != nil else { return parts }
    return parts.mappingScores(parameters) { scores in
      try Tensor(rows: scores.unstacked().map { keepingBest($0.elements) })
    }
  }

  private func keepingBest(_ scores: [Float]) -> [Float] {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var count = min(topK ?? scores.count, scores.count)
    if let topP {
      let weights = order.map { exp((scores[$0] - scores[order[0]]) / temperature) }
      let enough = topP * weights.reduce(0, +)
      var sum: Float = 0
      let needed = weights.firstIndex { weight in
        sum += weight
        return sum >= enough
      }
      count = min(count, (needed ?? weights.count - 1) + 1)
    }
    var kept = [Float](repeating: -.infinity, count: scores.count)
    for index in order.prefix(count) { kept[index] = scores[index] }
    return kept
  }
}
