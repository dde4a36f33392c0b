import Captions
import Foundation
import Synchronization
import Tensors
import Terminal

/// Extracts the features of many pictures and writes a `PreparedFolder`.
///
/// Whatever happens in between, the folder ends up with the same bytes: shards are written one after
/// another, and only when all are there, the other files are made from them; last of all the settings
/// say that it is complete.
struct Preparation {
  let source: CaptionedImages
  let files: PictureFinder
  let extractor: FeatureExtractor
  let folder: PreparedFolder
  let settings: PreparedFolder.Settings

  private var shards: FeatureShards {
    FeatureShards(folder: folder.unfinished, pictures: settings.pictures, size: settings.shardSize)
  }

  func run(minimumCount: Int) throws {
    do {
      try FileManager.default.createDirectory(
        at: folder.unfinished, withIntermediateDirectories: true)
    } catch {
      throw StudioError("\(folder.path): cannot be made: \(error.localizedDescription)")
    }
    try withLock {
      let isComplete = try begin()
      if !isComplete { try extract() }
      try finish(minimumCount: minimumCount, isComplete: isComplete)
    }
  }

  /// Keeps a second process out of the folder while the first is at work; the system takes the lock
  /// back from a process that ends, however it does.
  private func withLock(_ body: () throws -> Void) throws {
    let descriptor = open(folder.path, O_RDONLY)
    defer { close(descriptor) }
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw StudioError("\(folder.path): another `studio prepare` is at work in it; wait for it")
    }
    try body()
  }

  /// Checks that the folder is new or was begun with the same settings.
  /// - Returns: Whether all its features are there.
  private func begin() throws -> Bool {
    if let earlier = try folder.readSettings() {
      if let difference = settings.difference(from: earlier) {
        throw StudioError(
          "\(folder.path): was begun with \(difference); do as then, or choose another --output")
      }
      return earlier.isComplete
    }
    try write(settings)
    return false
  }

  private func write(_ settings: PreparedFolder.Settings) throws {
    try folder.write(folder.settings) { try writeJSON(settings, to: $0.path) }
  }

  private func extract() throws {
    let missing = (0..<shards.count).filter { shards.read($0) == nil }
    let total = settings.pictures
    let left = missing.reduce(0) { $0 + shards.range($1).count }
    if left < total { printError("going on: \(total - left) of \(total) pictures are done") }
    let pace = Mutex(Pace(total: total, left: left))
    for number in missing {
      let range = shards.range(number)
      let results = extractor.features(of: range.map { files.place(source.images[$0].fileName) }) {
        pace.withLock { $0.step() }
      }
      var rows: [Tensor<Float>] = []
      var failures: [Int: String] = [:]
      for (position, result) in results.enumerated() {
        switch result {
        case .success(let row): rows.append(row)
        case .failure(let error): failures[position] = "\(error)"
        }
      }
      let features = rows.isEmpty ? Tensor<Float>.zeros([0, 0]) : try .stacking(rows)
      try shards.write(FeatureShards.Shard(features: features, failures: failures), number)
    }
  }

  /// Makes the other files from the shards; of a complete folder only the vocabulary again.
  private func finish(minimumCount: Int, isComplete: Bool) throws {
    var captions = source
    if isComplete {
      captions = try CaptionedImages(contentsOf: folder.captions)
    } else {
      captions = try merge()
    }
    let vocabulary = Vocabulary(
      captions: captions.annotations.map { Tokenizer.words(of: $0.caption) },
      minimumCount: minimumCount)
    try folder.write(folder.vocabulary) { try writeJSON(vocabulary, to: $0.path) }
    var settings = settings
    (settings.isComplete, settings.minimumCount) = (true, minimumCount)
    try write(settings)
    try? FileManager.default.removeItem(at: folder.unfinished)
    let missing = source.images.count - captions.images.count
    print(
      "\(isComplete ? "complete already" : "wrote") \(folder.path): features of \(captions.images.count) "
        + "pictures with \(captions.annotations.count) captions, \(vocabulary.count) words"
        + (missing == 0
          ? "" : "; \(missing) pictures could not be read, see \(folder.unreadable.path)"))
  }

  /// Writes the features, the captions and the list of unreadable pictures.
  private func merge() throws -> CaptionedImages {
    var failures: [Int: String] = [:]
    var columns = 0
    for number in 0..<shards.count {
      guard let shard = shards.read(number) else { continue }
      columns = max(columns, shard.features.shape[1])
      for (position, reason) in shard.failures {
        failures[shards.range(number).lowerBound + position] = reason
      }
    }
    let lines = failures.sorted { $0.key < $1.key }.map { $0.value + "\n" }
    if !lines.isEmpty {
      try folder.write(folder.unreadable) { try Data(lines.joined().utf8).write(to: $0) }
    }
    guard failures.count < settings.pictures else {
      throw StudioError(
        "\(folder.path): none of the \(settings.pictures) pictures could be read; "
          + "see \(folder.unreadable.path)")
    }
    let unreadable = Set(failures.keys.map { source.images[$0].id })
    let captions = source.filter { !unreadable.contains($0.id) }
    try folder.write(folder.captions) { try captions.write(to: $0) }
    try folder.write(folder.features) {
      try shards.merge(
        into: $0, rows: settings.pictures - failures.count, columns: columns,
        metadata: ["encoder": settings.encoder, "weights": settings.weights])
    }
    return captions
  }
}

/// How far the work is.
private struct Pace {
  let total: Int
  let left: Int
  private var done = 0
  private let start = Date()
  private var bar = ProgressBar()

  init(total: Int, left: Int) { (self.total, self.left) = (total, left) }

  mutating func step() {
    done += 1
    let rate = Double(done) / max(Date().timeIntervalSince(start), 1e-3)
    let finished = total - left + done
    bar.show(finished, of: total, "\(finished) of \(total) pictures, \(Int(rate)) a second")
  }
}
