import A2RNNCaptioning
import A3LSTMCaptioning
import ArgumentParser
import Exercises
import Foundation
import Tensors
import Training

/// How words are chosen. The choosing itself is the exercises': greedy captions are A2's, sampling and
/// beam search A3's.
struct DecodingOptions: ParsableArguments {
  enum Method: String, CaseIterable, ExpressibleByArgument { case greedy, sample, beam }

  @Option(help: "greedy, sample or beam (default: greedy for an RNN, beam for an LSTM).")
  var decoding: Method?

  @Option(help: "How many captions a beam search follows at a time.")
  var beamWidth = 3

  @Option(
    help: "Beams compete by log-probability / length to this power: 0 favours short captions.")
  var lengthNormalization: Float = 0

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
      if beamWidth < 1 {
        "--beam-width is \(beamWidth); expected at least 1"
      } else if !(lengthNormalization >= 0 && lengthNormalization.isFinite) {
        "--length-normalization is \(lengthNormalization); expected a number from 0 on"
      } else if !(temperature > 0 && temperature.isFinite) {
        "--temperature is \(temperature); expected a number above 0"
      } else if let topK, topK < 1 {
        "--top-k is \(topK); expected at least 1"
      } else if let topP, !(topP > 0 && topP <= 1) {
        "--top-p is \(topP); expected a number above 0, at most 1"
      } else if decoding != .sample, topK != nil || topP != nil || temperature != 1 {
        "--temperature, --top-k and --top-p are for sampling; add --decoding sample"
      } else {
        nil
      }
    if let wrong { throw ValidationError(wrong) }
  }

  /// Captions for pictures, as words. Shapes: features `[N, D]`, as the model's encoder gives them.
  func captions(_ model: CaptionerModel, features: Tensor<Float>) throws -> [[String]] {
    let features = try model.standardized(features)
    let (parameters, length) = (model.parameters, model.maximumLength)
    let numbers: Tensor<Int>
    switch decoding ?? (model.cell == .rnn ? .greedy : .beam) {
    case .greedy:
      numbers = try greedyCaptions(
        features: features, parameters: parameters, maximumLength: length, parts: model.cell.parts)
    case .beam:
      numbers = try beamSearchCaptions(
        features: features, parameters: parameters, width: beamWidth, maximumLength: length,
        lengthNormalization: lengthNormalization, parts: model.cell.parts
      ).captions
    case .sample:
      var generator = SeededGenerator(seed: seed)
      numbers = try sampledCaptions(
        features: features, parameters: parameters, maximumLength: length,
        temperature: temperature, parts: truncated(model.cell.parts, parameters),
        using: &generator)
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
    var truncated = parts
    truncated.affine = { x, weight, bias in
      var result = try parts.affine(x, weight, bias)
      if weight == parameters.vocabularyWeight {
        result.output = try Tensor(rows: result.output.unstacked().map { keepingBest($0.elements) })
      }
      return result
    }
    return truncated
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
