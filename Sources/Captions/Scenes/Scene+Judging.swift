extension Scene {
  /// What can be said about a caption of a scene.
  public enum Verdict: Equatable, Sendable {
    case right, wrong
    /// No sentence of the scenes' grammar.
    case notUnderstood
  }

  /// Whether a caption is true of this scene.
  ///
  ///     caption = order list | place things "and" place things
  ///             | relation things ("is" | "are") things
  ///             | "between" things "and" things ("is" | "are") things
  ///             | ["there is" | "there are" | "a picture of"] statement
  ///     order = "from left to right" | "from right to left" | …
  ///     list = things {things} "and" things
  ///     statement = things [place | formation] | things "between" things "and" things
  ///               | things {["is" | "are"] relation things} | list
  ///     things = ("a" | "an" | "two" | "three" | "four") [size] [color] (shape | "shape")
  ///
  /// Different `things` are different objects. `a` says that there is at least one, `two` that there
  /// are two and no more.
  public func verdict(on caption: String) -> Verdict {
    var sentence = Sentence(words: Tokenizer.words(of: caption)[...])
    guard let (things, condition) = sentence.claim(), sentence.words.isEmpty else {
      return .notUnderstood
    }
    return choices(things).contains { condition.holds(of: $0, in: self) } ? .right : .wrong
  }

  /// Every way to find objects for descriptions, none twice.
  private func choices(_ things: [Things], without used: [Object] = []) -> [[[Object]]] {
    guard let first = things.first else { return [[]] }
    let fitting = objects.filter(first.fits)
    let candidates = first.count == 1 ? fitting.map { [$0] } : [fitting]
    return candidates.filter { candidate in
      candidate.count == first.count && !candidate.contains(where: used.contains)
    }.flatMap { candidate in
      choices(Array(things.dropFirst()), without: used + candidate).map { [candidate] + $0 }
    }
  }

  /// Whether all of some objects lie to all of others in this way.
  fileprivate func holds(_ relation: Relation, of a: [Object], to b: [Object]) -> Bool {
    a.allSatisfy { a in b.allSatisfy { self.relation(of: a, to: $0) == relation } }
  }
}

/// What a caption says of some objects; nil where it says nothing.
private struct Things {
  var count: Int
  var size: Scene.Size?
  var hue: Scene.Hue?
  var shape: Scene.Shape?

  func fits(_ object: Scene.Object) -> Bool {
    (size == nil || size == object.size) && (hue == nil || hue == object.hue)
      && (shape == nil || shape == object.shape)
  }
}

/// What a caption says of where things are.
private enum Condition {
  case none
  /// Each of the things in its place.
  case places([Scene.Place])
  case formation(Scene.Formation)
  /// Each of the things to the next.
  case relations([Scene.Relation])
  /// The first between the others.
  case between

  func holds(of groups: [[Scene.Object]], in scene: Scene) -> Bool {
    switch self {
    case .none: true
    case .places(let places):
      places.indices.allSatisfy { index in
        groups[index].allSatisfy { scene.places(of: $0).contains(places[index]) }
      }
    case .formation(let formation): scene.formation(of: groups[0]) == formation
    case .relations(let relations):
      relations.indices.allSatisfy {
        scene.holds(relations[$0], of: groups[$0], to: groups[$0 + 1])
      }
    case .between:
      Scene.Relation.allCases.contains {
        scene.holds($0, of: groups[0], to: groups[1])
          && scene.holds($0, of: groups[2], to: groups[0])
      }
    }
  }
}

/// The words of a caption that are still to be read.
private struct Sentence {
  private(set) var words: ArraySlice<String>

  init(words: ArraySlice<String>) { self.words = words }

  /// What the caption says, as far as it is of the grammar.
  mutating func claim() -> (things: [Things], condition: Condition)? {
    if let order = take(Scene.Order.self) {
      guard let first = things(), let rest = rest() else { return nil }
      return ([first] + rest, .relations(rest.map { _ in order.relation }))
    }
    if let place = take(Scene.Place.self) {
      guard let first = things(), take("and"), let other = take(Scene.Place.self),
        let second = things()
      else { return nil }
      return ([first, second], .places([place, other]))
    }
    if let relation = take(Scene.Relation.self) {
      guard let second = things(), takeVerb(), let first = things() else { return nil }
      return ([first, second], .relations([relation]))
    }
    if take("between") {
      guard let pair = pair(), takeVerb(), let first = things() else { return nil }
      return ([first] + pair, .between)
    }
    return statement()
  }

  private mutating func statement() -> (things: [Things], condition: Condition)? {
    _ = take("there is") || take("there are") || take("a picture of")
    guard let first = things() else { return nil }
    if words.isEmpty { return ([first], .none) }
    if let place = take(Scene.Place.self) { return ([first], .places([place])) }
    if first.count > 1, let formation = take(Scene.Formation.self) {
      return ([first], .formation(formation))
    }
    if take("between") { return pair().map { ([first] + $0, .between) } }
    if let rest = rest() { return ([first] + rest, .none) }
    return chain(from: first)
  }

  private mutating func takeVerb() -> Bool { take("is") || take("are") }

  private mutating func pair() -> [Things]? {
    guard let first = things(), take("and"), let second = things() else { return nil }
    return [first, second]
  }

  /// What follows the first things of a list.
  private mutating func rest() -> [Things]? {
    var copy = self
    var rest: [Things] = []
    while !copy.take("and") {
      guard let next = copy.things() else { return nil }
      rest.append(next)
    }
    guard let last = copy.things() else { return nil }
    self = copy
    return rest + [last]
  }

  private mutating func chain(from first: Things) -> (things: [Things], condition: Condition)? {
    var (all, relations) = ([first], [Scene.Relation]())
    while !words.isEmpty {
      _ = takeVerb()
      guard let relation = take(Scene.Relation.self), let next = things() else { return nil }
      all.append(next)
      relations.append(relation)
    }
    return (all, .relations(relations))
  }

  private mutating func things() -> Things? {
    let numbers = Scene.Object.numbers
    guard let index = take("an") ? 0 : numbers.indices.first(where: { take(numbers[$0]) }) else {
      return nil
    }
    var things = Things(count: index + 1, size: take(Scene.Size.self), hue: take(Scene.Hue.self))
    if take(index == 0 ? "shape" : "shapes") { return things }
    things.shape = Scene.Shape.allCases.first { take(index == 0 ? $0.rawValue : $0.plural) }
    return things.shape == nil ? nil : things
  }

  /// Reads the first of the phrases that comes next.
  private mutating func take<Phrase: CaseIterable & RawRepresentable<String>>(
    _: Phrase.Type
  ) -> Phrase? {
    Phrase.allCases.first { take($0.rawValue) }
  }

  /// Reads the phrase if it comes next.
  private mutating func take(_ phrase: String) -> Bool {
    let expected = phrase.split(separator: " ").map(String.init)
    guard words.starts(with: expected) else { return false }
    words = words.dropFirst(expected.count)
    return true
  }
}
