import ArgumentParser
import Exercises
import Foundation
import Tensors
import Training

/// When a training is saved.
enum CheckpointInterval: ExpressibleByArgument {
  case iterations(Int)
  case seconds(Double)

  /// `100` iterations or `60s`.
  init?(argument: String) {
    if let count = Int(argument), count > 0 {
      self = .iterations(count)
    } else if argument.hasSuffix("s"), let seconds = Double(argument.dropLast()),
      seconds > 0, seconds.isFinite
    {
      self = .seconds(seconds)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .iterations(let count): "\(count)"
    case .seconds(let seconds): "\(Int(seconds))s"
    }
  }
}

/// The checkpoints of a training: a file beside the output that is there until training is done.
struct TrainCheckpoints {
  let file: URL
  let interval: CheckpointInterval
  /// What has to be the same for a training to be continued, by the options' names.
  let settings: [String: String]
  private(set) var lastIteration: Int?
  private var lastTime = Date()

  /// What may change, since it is the way out of a training that broke down.
  private static let changeable: Set = ["--learning-rate", "--clip"]

  init(_ path: String, every interval: CheckpointInterval, settings: [String: String]) {
    (file, self.interval, self.settings) = (URL(fileURLWithPath: path), interval, settings)
  }

  /// Continues the training that the file holds, if there is one.
  mutating func resume(_ trainer: inout CaptionerTrainer) throws {
    guard FileManager.default.fileExists(atPath: file.path) else {
      printError("\(file.path): there is no checkpoint; training begins at the first iteration")
      return
    }
    let checkpoint = try TrainingCheckpoint(contentsOf: file)
    let keys = Set(settings.keys).union(checkpoint.settings.keys).sorted()
    let changes = keys.compactMap { key -> (key: String, text: String)? in
      let (before, now) = (checkpoint.settings[key] ?? "none", settings[key] ?? "none")
      return before == now ? nil : (key, "\(key) was \(before), is \(now)")
    }
    let forbidden = changes.filter { !Self.changeable.contains($0.key) }
    guard forbidden.isEmpty else {
      throw StudioError(
        "\(file.path): was begun with other settings: "
          + forbidden.map(\.text).joined(separator: "; ")
          + "; give the same ones, or remove the file and begin again")
    }
    try checkpoint.restore(&trainer)
    lastIteration = checkpoint.iteration
    printError(
      "continues after iteration \(trainer.iteration) of \(trainer.iterations)"
        + changes.map { "; \($0.text)" }.joined())
  }

  /// Refuses to begin where another training would be lost.
  func requireNone() throws {
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    throw StudioError(
      "\(file.path): holds a training that is not finished; continue it with --resume, or remove "
        + "the file")
  }

  /// Saves the training when it is time to.
  mutating func writeIfDue(_ trainer: CaptionerTrainer) throws {
    let isDue =
      switch interval {
      case .iterations(let count): trainer.iteration % count == 0
      case .seconds(let seconds): Date().timeIntervalSince(lastTime) >= seconds
      }
    if isDue { try write(trainer) }
  }

  /// Saves the training unless it has already broken down.
  mutating func write(_ trainer: CaptionerTrainer) throws {
    guard trainer.isSound else { return }
    try TrainingCheckpoint.write(trainer, settings: settings, to: file)
    (lastIteration, lastTime) = (trainer.iteration, Date())
  }

  /// Removes the file: the training is done.
  func remove() { try? FileManager.default.removeItem(at: file) }
}

/// A short number that differs, almost certainly, for different contents (FNV-1a over 64-bit words).
struct Fingerprint: CustomStringConvertible {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add<Element>(_ tensor: Tensor<Element>) {
    for size in tensor.shape { add(UInt64(size)) }
    tensor.withUnsafeElements { elements in
      let bytes = UnsafeRawBufferPointer(elements)
      let whole = bytes.count & ~7
      for i in stride(from: 0, to: whole, by: 8) {
        add(bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self))
      }
      for byte in bytes[whole...] { add(UInt64(byte)) }
    }
  }

  mutating func add(_ text: String) { for byte in text.utf8 { add(UInt64(byte)) } }

  private mutating func add(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01b3 }

  var description: String { String(hash, radix: 16) }
}

extension CaptionSet {
  /// Tells sets apart.
  var fingerprint: String {
    var fingerprint = Fingerprint()
    fingerprint.add(features)
    fingerprint.add(captions)
    fingerprint.add(pictures)
    return "data \(fingerprint)"
  }
}
