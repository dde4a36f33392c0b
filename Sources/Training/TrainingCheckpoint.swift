import Exercises
import Foundation
import TensorFiles
import Tensors

/// A training that was interrupted, as a file: continued from it, it ends with the same numbers, bit
/// for bit, as without the interruption.
public struct TrainingCheckpoint {
  /// What the training was begun with, by the names of options: for whoever continues it to compare.
  public let settings: [String: String]
  private let file: URL
  private let progress: Progress
  private let tensors: [String: Tensor<Float>]

  private struct Progress: Codable {
    var iteration: Int
    var seconds: Double
    var validations: [CaptionerTrainer.History.Entry]
    var bestEpoch: Int?
    var bestValidation: CaptionerTrainer.Validation?
  }

  private static let format = "backprop training 1"

  /// - Throws: `TensorFileError` for a file that is not a checkpoint, or not a whole one.
  public init(contentsOf file: URL) throws {
    let contents = try Safetensors(contentsOf: file)
    guard contents.metadata["format"] == Self.format else {
      throw TensorFileError(
        file, "is not a checkpoint; `studio train --checkpoint FILE` writes one")
    }
    func decoded<Value: Decodable>(_ name: String) throws -> Value {
      do {
        return try JSONDecoder().decode(
          Value.self, from: Data((contents.metadata[name] ?? "").utf8))
      } catch {
        throw TensorFileError(
          file, "is a damaged checkpoint: its \(name) cannot be read; remove it and begin again")
      }
    }
    (settings, progress) = (try decoded("settings"), try decoded("progress"))
    (self.file, tensors) = (file, contents.tensors)
  }

  /// How many iterations were done.
  public var iteration: Int { progress.iteration }

  /// Writes where a training stands: beside the file first and then, once that is safely on the disk,
  /// in its place. Whatever happens meanwhile, the file is the old one or the new one.
  /// - Throws: `TensorFileError` when it cannot be written.
  public static func write(
    _ trainer: CaptionerTrainer, settings: [String: String], to file: URL
  ) throws {
    var tensors = ["losses": Tensor(trainer.history.losses)]
    for (name, path) in CaptionerParameters<Float>.named {
      tensors["parameters." + name] = trainer.parameters[keyPath: path]
      tensors["best." + name] = trainer.best?.parameters[keyPath: path]
    }
    for (name, tensor) in trainer.adam.state { tensors["adam." + name] = tensor }
    let progress = Progress(
      iteration: trainer.iteration, seconds: trainer.seconds,
      validations: trainer.history.validations, bestEpoch: trainer.best?.epoch,
      bestValidation: trainer.best?.validation)
    func encoded(_ value: some Encodable) throws -> String {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
    let metadata = [
      "format": format, "settings": try encoded(settings), "progress": try encoded(progress),
    ]
    try writeDurably(Safetensors(tensors: tensors, metadata: metadata).encoded(), to: file)
  }

  /// Continues in `trainer`, which was made with the same settings and initial parameters.
  /// - Throws: `TensorFileError` when something is missing or does not fit.
  public func restore(_ trainer: inout CaptionerTrainer) throws {
    func parameters(_ kind: String) throws -> CaptionerParameters<Float> {
      var parameters = trainer.parameters
      for (name, path) in CaptionerParameters<Float>.named {
        guard let tensor = tensors["\(kind).\(name)"],
          tensor.shape == parameters[keyPath: path].shape
        else { throw damaged("\(kind).\(name)") }
        parameters[keyPath: path] = tensor
      }
      return parameters
    }
    guard let losses = tensors["losses"], losses.count == iteration, iteration >= 0 else {
      throw damaged("losses")
    }
    trainer.adam.state = Dictionary(
      tensors.filter { $0.key.hasPrefix("adam.") }.map { (String($0.key.dropFirst(5)), $0.value) },
      uniquingKeysWith: { first, _ in first })
    for (name, path) in CaptionerParameters<Float>.named where iteration > 0 {
      guard trainer.adam.state[name + ".mean"]?.shape == trainer.parameters[keyPath: path].shape
      else { throw damaged("adam.\(name)") }
    }
    if let epoch = progress.bestEpoch, let validation = progress.bestValidation {
      trainer.best = .init(
        parameters: try parameters("best"), epoch: epoch, validation: validation)
    }
    trainer.parameters = try parameters("parameters")
    trainer.history = .init(losses: losses.elements, validations: progress.validations)
    trainer.seconds = progress.seconds
    trainer.skip(iterations: iteration)
  }

  private func damaged(_ name: String) -> TensorFileError {
    TensorFileError(
      file, "is a damaged checkpoint: “\(name)” is missing or does not fit; remove it, begin again")
  }
}

/// Writes a file so that it is the old one or the new one even if the power fails.
private func writeDurably(_ data: Data, to file: URL) throws {
  let partial = file.appendingPathExtension("partial")
  func fail(_ what: String) -> TensorFileError {
    let reason = String(cString: strerror(errno))
    unlink(partial.path)
    return TensorFileError(file, "cannot be written: \(what) failed: \(reason)")
  }
  let descriptor = open(partial.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw fail("opening \(partial.lastPathComponent)") }
  var written = 0
  while written < data.count {
    let count = data.withUnsafeBytes { bytes in
      Foundation.write(descriptor, bytes.baseAddress.map { $0 + written }, data.count - written)
    }
    guard count > 0 || (count < 0 && errno == EINTR) else {
      let error = fail("writing")
      close(descriptor)
      throw error
    }
    written += max(0, count)
  }
  let isSynchronized = fsync(descriptor) == 0
  close(descriptor)
  guard isSynchronized, rename(partial.path, file.path) == 0 else { throw fail("replacing it") }
  // The folder holds the new name.
  let folder = open(file.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  if folder >= 0 {
    fsync(folder)
    close(folder)
  }
}
