import Captions
import Foundation
import Training

/// Data whose features are there already.
extension TrainingData {
  /// Reads what `studio prepare` made, or the arrays of CS231n's captioning assignment.
  ///
  /// - Parameters:
  ///   - path: A folder of `studio prepare`, or a path of `CourseArrays`.
  ///   - part: Which arrays of the assignment are meant.
  ///   - limit: The most captions to take.
  ///   - minimumCount: Words that are rarer become `<UNK>`; nil takes the vocabulary that is there.
  init(prepared path: String, part: Part, limit: Int?, minimumCount: Int?) throws {
    let folder = PreparedFolder(path: path)
    if let settings = try folder.readSettings() {
      try self.init(folder, settings, limit: limit, minimumCount: minimumCount)
    } else {
      self.init(try CourseArrays(path, part: part, limit: limit), minimumCount: minimumCount)
    }
  }

  private init(
    _ folder: PreparedFolder, _ settings: PreparedFolder.Settings, limit: Int?, minimumCount: Int?
  ) throws {
    let (source, features, encoder, weights) = try folder.read()
    let (words, pictures) = Self.captions(
      source.selection(limit: limit), of: source, among: source.images)
    let known = try? JSONDecoder().decode(
      Vocabulary.self, from: Data(contentsOf: folder.vocabulary))
    guard minimumCount != nil || known != nil else {
      throw StudioError("\(folder.vocabulary.path): is no vocabulary; run `studio prepare` again")
    }
    self.init(
      words: words, pictures: pictures,
      vocabulary: minimumCount.map { Vocabulary(captions: words, minimumCount: $0) }
        ?? known ?? Vocabulary(captions: words),
      // Of few captions only words that all of them have often enough would be left.
      minimumCount: minimumCount ?? (limit == nil ? settings.minimumCount : nil),
      source: .features(features, encoder, weights: weights))
  }

  private init(_ arrays: CourseArrays, minimumCount: Int?) {
    self.init(
      words: arrays.words, pictures: arrays.pictures,
      vocabulary: minimumCount.map { Vocabulary(captions: arrays.words, minimumCount: $0) }
        ?? arrays.vocabulary,
      minimumCount: minimumCount, source: .features(arrays.features, .given, weights: ""))
  }
}
