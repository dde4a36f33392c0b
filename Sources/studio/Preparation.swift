import Captions
import Foundation
import Synchronization
import Tensors
import Terminal

/// Extracts the features of many pictures and writes a `PreparedFolder`.
///
/// Whatever happens in between, the folder ends up with the same bytes: shards are written one after
/// another, and only when all are there, the other files are made from them; last of all the settings
/// say that it is complete. Pictures that could not be read are tried again in every run.
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
      throw StudioError("\(folder.path): cannot be made: \(systemReason(error))")
    }
    try withLock {
      var isComplete = try begin()
      if isComplete, try reopen() { isComplete = false }
      let pace = isComplete ? nil : try extract()
      try finish(minimumCount: minimumCount, isComplete: isComplete, pace: pace)
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

  /// Takes a complete folder apart again where it lacks pictures, so that they can be tried again.
  /// - Returns: Whether it does.
  private func reopen() throws -> Bool {
    let known = Set(try CaptionedImages(contentsOf: folder.captions).images.map(\.id))
    guard known.count < settings.pictures else { return false }
    var rows = try folder.read().features.unstacked()[...]
    for number in 0..<shards.count {
      try shards.write(
        source.images[shards.range(number)].map {
          known.contains($0.id)
            ? .success(rows.removeFirst()) : .failure(FeatureShards.Unreadable(reason: ""))
        }, number)
    }
    try write(settings)
    return true
  }

  /// Extracts the features of pictures that are in no shard, and of those that could not be read.
  /// - Returns: How fast, in words; nil where nothing was left to do.
  private func extract() throws -> String? {
    var work: [(number: Int, positions: [Int])] = []
    var (done, retried) = (0, 0)
    for number in 0..<shards.count {
      let shard = shards.read(number)
      let count = shards.range(number).count
      let positions = (0..<count).filter { (try? shard?[$0].get()) == nil }
      work.append((number, positions))
      if shard != nil { (done, retried) = (done + count, retried + positions.count) }
    }
    let total = settings.pictures
    if 1..<total ~= done { printError("going on: \(done) of \(total) pictures are done") }
    if retried > 0 { printError("trying \(retried) pictures again that could not be read") }
    let pace = Mutex(Pace(total: total, left: work.reduce(0) { $0 + $1.positions.count }))
    for (number, positions) in work where !positions.isEmpty {
      let pictures = source.images[shards.range(number)]
      let results = extractor.features(
        of: positions.map { files.place(pictures[pictures.startIndex + $0].fileName) }
      ) { pace.withLock { $0.step() } }
      var shard = shards.read(number) ?? pictures.map { _ in .failure(.init(reason: "")) }
      for (position, result) in zip(positions, results) {
        shard[position] = result.mapError { FeatureShards.Unreadable(reason: "\($0)") }
      }
      try shards.write(shard, number)
    }
    return pace.withLock { $0.summary }
  }

  /// Makes the other files from the shards; of a complete folder, which has all pictures, only the
  /// vocabulary again.
  private func finish(minimumCount: Int, isComplete: Bool, pace: String?) throws {
    let captions = isComplete ? source : try merge()
    let vocabulary = Vocabulary(
      captions: captions.annotations.lazy.map { Tokenizer.words(of: $0.caption) },
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
          ? "" : "; \(missing) pictures could not be read, see \(folder.unreadable.path)")
        + (pace.map { "; \($0)" } ?? ""))
  }

  /// Writes the features, the captions and the list of unreadable pictures.
  private func merge() throws -> CaptionedImages {
    var unreadable: Set<Int> = []
    var list = ""
    var columns = 0
    for number in 0..<shards.count {
      guard let shard = shards.read(number) else { continue }
      for (picture, row) in zip(source.images[shards.range(number)], shard) {
        switch row {
        case .success(let features): columns = features.count
        case .failure(let failure):
          unreadable.insert(picture.id)
          list += failure.reason + "\n"
        }
      }
    }
    if unreadable.isEmpty {
      try? FileManager.default.removeItem(at: folder.unreadable)
    } else {
      try folder.write(folder.unreadable) { try Data(list.utf8).write(to: $0) }
    }
    guard unreadable.count < settings.pictures else {
      throw StudioError(
        "\(folder.path): none of the \(settings.pictures) pictures could be read; "
          + "see \(folder.unreadable.path)")
    }
    let captions = unreadable.isEmpty ? source : source.filter { !unreadable.contains($0.id) }
    try folder.write(folder.captions) { try captions.write(to: $0) }
    try folder.write(folder.features) {
      try shards.merge(
        into: $0, rows: settings.pictures - unreadable.count, columns: columns,
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

  private var seconds: Double { max(Date().timeIntervalSince(start), 1e-3) }
  private var rate: Int { Int((Double(done) / seconds).rounded()) }

  mutating func step() {
    done += 1
    let finished = total - left + done
    bar.show(finished, of: total, "\(finished) of \(total) pictures, \(rate) a second")
  }

  /// `in 12.3 s, 66 pictures a second`; nil where there was nothing to do.
  var summary: String? {
    left == 0 ? nil : "in \(format(Float(seconds), 1)) s, \(rate) pictures a second"
  }
}
