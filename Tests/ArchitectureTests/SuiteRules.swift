import Foundation

/// The rules for exercises' suites, which make sure that what an exercise computed is judged by the
/// `expect…` functions and in no other way: only then can `backprop` run the exercise in one process
/// and judge it in another.
///
/// An exercise's function is *used* in a function, computed variable or closure of the suite that
/// names it, or that names another in which it is used. The rule: such names stand only inside other
/// such declarations, or inside the last closure of a call of an `expect…` function — the piece that
/// is run in the exercise's process and whose outcome is recorded. So no test holds a value of an
/// exercise, and has nothing to compare. In the code that does hold one nothing is compared with
/// `==`, `!=`, `<`, `>`, `?` or asserted, except shapes.
struct SuiteRules {
  private struct Declaration {
    var name: String
    /// Where the name stands, where its body does, and the block in which it may be used.
    var nameRange, body, scope: Range<Int>
    var usesExercise = false
  }

  private let text: SwiftText
  private let words: [(text: String, range: Range<Int>)]
  private let exercises: Set<String>
  private let judged: [Range<Int>]
  private var declarations: [Declaration] = []

  /// What is wrong with a suite.
  /// - Parameters:
  ///   - file: The suite's file name, `ReLUTests.swift`.
  ///   - exercises: The names of the functions that students write.
  static func breaches(in source: String, file: String, exercises: Set<String>) -> [String] {
    var rules = SuiteRules(source, exercises: exercises)
    rules.findDeclarations()
    rules.followUses()
    return rules.wordBreaches() + rules.classBreaches(file) + rules.testBreaches()
      + rules.useBreaches() + rules.comparisonBreaches()
  }

  private init(_ source: String, exercises: Set<String>) {
    let text = SwiftText(source)
    let words = text.words
    (self.text, self.words, self.exercises) = (text, words, exercises)
    judged = words.indices.compactMap { index in
      guard words[index].text.hasPrefix("expect") else { return nil }
      if index > 0, words[index - 1].text == "func" { return nil }
      return Self.lastClosure(ofCallAfter: words[index].range.upperBound, in: text)
    }
  }

  /// The trailing closure of a call, or the closure that is the last of its arguments.
  private static func lastClosure(ofCallAfter index: Int, in text: SwiftText) -> Range<Int>? {
    guard index < text.characters.count, text.characters[index] == "(" else { return nil }
    let end = text.end(ofBracketAt: index)
    let next = text.skippingSpace(from: end)
    if next < text.characters.count, text.characters[next] == "{" {
      return next..<text.end(ofBracketAt: next)
    }
    // Only an argument without a label: one with a label runs where the verdict is formed.
    var (argument, at) = (index + 1, index + 1)
    while at < end - 1 {
      if "([{".contains(text.characters[at]) {
        at = text.end(ofBracketAt: at)
        continue
      }
      at += 1
      if text.characters[at - 1] == "," { argument = at }
    }
    let start = text.skippingSpace(from: argument)
    return text.characters[start] == "{" ? start..<text.end(ofBracketAt: start) : nil
  }

  // MARK: Who uses an exercise

  private mutating func findDeclarations() {
    let blocks = blockRanges()
    for index in words.indices.dropLast() {
      guard ["func", "var", "let"].contains(words[index].text) else { continue }
      let name = words[index + 1]
      guard let body = body(after: name.range.upperBound, of: words[index].text) else { continue }
      let scope =
        blocks.filter { $0.contains(name.range.lowerBound) }
        .min { $0.count < $1.count } ?? 0..<text.characters.count
      declarations.append(
        Declaration(name: name.text, nameRange: name.range, body: body, scope: scope))
    }
  }

  private func blockRanges() -> [Range<Int>] {
    text.characters.indices.filter { text.characters[$0] == "{" }
      .map { $0..<text.end(ofBracketAt: $0) }
  }

  /// The braces of a function; of a computed variable; or of a closure that is a variable's value.
  private func body(after start: Int, of keyword: String) -> Range<Int>? {
    var index = start
    while index < text.characters.count {
      let character = text.characters[index]
      if character == "(" || character == "[" {
        index = text.end(ofBracketAt: index)
        continue
      }
      if character == "{" { return index..<text.end(ofBracketAt: index) }
      if keyword != "func" {
        if character == "=" {
          let value = text.skippingSpace(from: index + 1)
          return text.characters[value] == "{" ? value..<text.end(ofBracketAt: value) : nil
        }
        if character == "\n" || character == ";" || character == "}" { return nil }
      }
      index += 1
    }
    return nil
  }

  private mutating func followUses() {
    var changed = true
    while changed {
      changed = false
      for index in declarations.indices where !declarations[index].usesExercise {
        let declaration = declarations[index]
        if isTest(declaration) { continue }
        let uses = words.contains { word in
          declaration.body.contains(word.range.lowerBound) && !isJudged(word.range)
            && namesAnExercise(word)
        }
        if uses { (declarations[index].usesExercise, changed) = (true, true) }
      }
    }
  }

  private func isTest(_ declaration: Declaration) -> Bool { declaration.name.hasPrefix("test") }

  private func isJudged(_ range: Range<Int>) -> Bool {
    judged.contains { $0.contains(range.lowerBound) }
  }

  private func namesAnExercise(_ word: (text: String, range: Range<Int>)) -> Bool {
    // A member, an argument's label and a declared name are other things of the same name.
    let before = word.range.lowerBound - 1
    if before >= 0, text.characters[before] == "." {
      let owner = words.last { $0.range.upperBound == before }?.text
      if owner != "self" && !(owner ?? "").hasPrefix("A") { return false }
    }
    let after = text.skippingSpace(from: word.range.upperBound)
    if after < text.characters.count, text.characters[after] == ":" { return false }
    if declarations.contains(where: { $0.nameRange == word.range }) { return false }
    if exercises.contains(word.text) { return true }
    // Of several declarations of the name, the one nearest around counts.
    let visible = declarations.filter {
      $0.name == word.text && $0.scope.contains(word.range.lowerBound)
    }
    return visible.min { $0.scope.count < $1.scope.count }?.usesExercise ?? false
  }

  // MARK: The rules

  private func breach(_ message: String, _ index: Int) -> String {
    "line \(text.line(of: index)): \(message)"
  }

  private func wordBreaches() -> [String] {
    let banned: Set = [
      "XCTest", "XCTestCase", "precondition", "preconditionFailure", "assert",
      "assertionFailure", "fatalError", "exit", "abort", "fail",
    ]
    return words.compactMap { word in
      banned.contains(word.text) || word.text.hasPrefix("XCT")
        ? breach(
          "\(word.text) judges or ends a test besides the expect… functions",
          word.range.lowerBound) : nil
    }
  }

  private func classBreaches(_ file: String) -> [String] {
    let name = file.hasSuffix(".swift") ? String(file.dropLast(6)) : file
    // A helper of the suite may be a class if no other file sees it and XCTest runs nothing of it.
    let classes = words.indices.dropLast().filter {
      words[$0].text == "class" && !words[max(0, $0 - 2)..<$0].contains { $0.text == "private" }
    }
    let names = classes.map { words[$0 + 1].text }
    guard names == [name] else { return ["has the classes \(names), expected \([name])"] }
    let bases = words.indices.dropFirst().filter { words[$0].text == "ExerciseTestCase" }
    guard bases == [classes[0] + 2] else {
      return ["has \(bases.count) ExerciseTestCases, expected \(name) and no other"]
    }
    return []
  }

  private func testBreaches() -> [String] {
    let tests = declarations.filter(isTest)
    if tests.isEmpty { return ["has no tests"] }
    return tests.compactMap { test in
      words.contains {
        test.body.contains($0.range.lowerBound) && $0.text.hasPrefix("expect")
          && text.characters[$0.range.upperBound] == "("
      } ? nil : breach("\(test.name) expects nothing", test.nameRange.lowerBound)
    }
  }

  private func useBreaches() -> [String] {
    words.compactMap { word in
      guard namesAnExercise(word), !isJudged(word.range), !isInsideUser(word.range) else {
        return nil
      }
      return breach(
        "\(word.text) is run outside the last closure of an expect… call", word.range.lowerBound)
    }
  }

  private func isInsideUser(_ range: Range<Int>) -> Bool {
    declarations.contains { $0.usesExercise && $0.body.contains(range.lowerBound) }
  }

  private func comparisonBreaches() -> [String] {
    let operators = ["==", "!=", " < ", " > ", "<=", ">=", " ? "]
    var offset = 0
    return text.lines.flatMap { line -> [String] in
      defer { offset += line.count + 1 }
      guard !line.contains(".shape") else { return [] }
      return operators.compactMap { mark in
        guard let found = line.range(of: mark) else { return nil }
        let index = offset + line.distance(from: line.startIndex, to: found.lowerBound)
        let range = index..<index + 1
        return isJudged(range) || isInsideUser(range)
          ? breach("“\(mark)” compares where only the exercise runs", index) : nil
      }
    }
  }
}
