extension Scene {
  /// What can be said about a caption of a scene.
  public enum Verdict: Equatable, Sendable {
    case right, wrong
    /// No sentence of the scenes' grammar.
    case notUnderstood
  }

  /// Whether a caption is true of this scene.
  ///
  ///     caption = ["there is" | "a picture of"] statement
  ///     statement = "two" [size] [color] shapes | thing | thing place | thing "and" thing
  ///               | thing ["is"] relation thing
  ///     thing = "a" [size] [color] (shape | "shape")
  public func verdict(on caption: String) -> Verdict {
    var sentence = Sentence(words: Tokenizer.words(of: caption)[...])
    if !sentence.take("there is") { _ = sentence.take("a picture of") }
    if sentence.take("two") {
      guard let description = sentence.description(plural: true), sentence.isAtEnd else {
        return .notUnderstood
      }
      return objects.filter(description.fits).count == 2 ? .right : .wrong
    }
    guard let first = sentence.thing() else { return .notUnderstood }
    let candidates = objects.indices.filter { first.fits(objects[$0]) }
    if sentence.isAtEnd { return candidates.isEmpty ? .wrong : .right }
    if let place = Place.allCases.first(where: { sentence.take($0.rawValue) }) {
      guard sentence.isAtEnd else { return .notUnderstood }
      return candidates.contains { places(of: objects[$0]).contains(place) } ? .right : .wrong
    }
    let isPair = sentence.take("and")
    if !isPair { _ = sentence.take("is") }
    let relation = isPair ? nil : Relation.allCases.first { sentence.take($0.rawValue) }
    guard isPair || relation != nil, let second = sentence.thing(), sentence.isAtEnd else {
      return .notUnderstood
    }
    let isTrue = candidates.contains { a in
      objects.indices.contains { b in
        a != b && second.fits(objects[b])
          && (relation == nil || relation == self.relation(of: objects[a], to: objects[b]))
      }
    }
    return isTrue ? .right : .wrong
  }
}

/// What a caption says of one object; nil where it says nothing.
private struct Description {
  var size: Scene.Size?
  var hue: Scene.Hue?
  var shape: Scene.Shape?

  func fits(_ object: Scene.Object) -> Bool {
    (size == nil || size == object.size) && (hue == nil || hue == object.hue)
      && (shape == nil || shape == object.shape)
  }
}

/// The words of a caption that are still to be read.
private struct Sentence {
  var words: ArraySlice<String>

  var isAtEnd: Bool { words.isEmpty }

  /// Reads the phrase if it comes next.
  mutating func take(_ phrase: String) -> Bool {
    let expected = phrase.split(separator: " ").map(String.init)
    guard words.starts(with: expected) else { return false }
    words = words.dropFirst(expected.count)
    return true
  }

  mutating func thing() -> Description? {
    take("a") ? description(plural: false) : nil
  }

  mutating func description(plural: Bool) -> Description? {
    var result = Description()
    result.size = Scene.Size.allCases.first { take($0.rawValue) }
    result.hue = Scene.Hue.allCases.first { take($0.rawValue) }
    let ending = plural ? "s" : ""
    if take("shape" + ending) { return result }
    result.shape = Scene.Shape.allCases.first { take($0.rawValue + ending) }
    return result.shape == nil ? nil : result
  }
}
