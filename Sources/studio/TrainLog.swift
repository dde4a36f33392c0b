import Foundation
import Training

/// The log of a training: a file with one JSON object in every line, one line for each iteration.
struct TrainLog {
  struct Entry: Codable {
    var iteration: Int
    var epoch: Int
    var loss: Float
    var learningRate: Float
    /// Before it was clipped.
    var gradientNorm: Double
    /// Of training, from its beginning.
    var seconds: Double
    /// Only at the end of an epoch, with validation.
    var validationLoss: Float?
    var cider: Double?

    enum CodingKeys: String, CodingKey {
      case iteration, epoch, loss, seconds, cider
      case learningRate = "learning_rate"
      case gradientNorm = "gradient_norm"
      case validationLoss = "validation_loss"
    }

    init(
      _ step: CaptionerTrainer.Step, _ validation: CaptionerTrainer.Validation?, seconds: Double
    ) {
      (iteration, epoch, loss) = (step.iteration, step.epoch, step.loss)
      (learningRate, gradientNorm) = (step.learningRate, step.gradientNorm)
      (validationLoss, cider) = (validation?.loss, validation?.cider)
      self.seconds = seconds
    }
  }

  private let path: String
  private let handle: FileHandle
  private let encoder = JSONEncoder()

  /// Begins a log, or continues one after the given iteration: what stands there of later ones is
  /// removed, since they will be done again.
  init(_ path: String, after iteration: Int) throws {
    self.path = path
    encoder.outputFormatting = [.sortedKeys]
    let file = URL(fileURLWithPath: path)
    do {
      let before = iteration > 0 ? (try? String(contentsOf: file, encoding: .utf8)) ?? "" : ""
      let kept = before.split(separator: "\n").prefix { line in
        let entry = try? JSONDecoder().decode(Entry.self, from: Data(line.utf8))
        return entry.map { $0.iteration <= iteration } ?? false
      }
      try Data(kept.map { $0 + "\n" }.joined().utf8).write(to: file, options: .atomic)
      handle = try FileHandle(forWritingTo: file)
      try handle.seekToEnd()
    } catch {
      throw StudioError("\(path): cannot be written: \(error.localizedDescription)")
    }
  }

  func add(_ entry: Entry) throws {
    do {
      try handle.write(contentsOf: encoder.encode(entry) + Data("\n".utf8))
    } catch {
      throw StudioError("\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}
