import Captions
import Foundation
import Images
import SceneEncoding
import TensorFiles
import Tensors
import XCTest

final class PrepareTests: StudioTestCase {
  private let count = 60

  override func setUpWithError() throws {
    try super.setUpWithError()
    var generator = SeededGenerator(seed: 4)
    for folder in ["one", "two"] {
      try FileManager.default.createDirectory(at: file(folder), withIntermediateDirectories: true)
    }
    let pictures = try (0..<7).map { number in
      let picture = try Image(pixels: .randomUniform([3, 20, 24], in: 0..<1, using: &generator))
      try picture.writePNG(to: file("\(number).png"))
      return try Data(contentsOf: file("\(number).png"))
    }
    var captions = CaptionedImages(images: [], annotations: [])
    for id in 1...count {
      // Pictures of two folders, each as its name is said in COCO's or in Karpathy's files.
      let (folder, name) = (id % 3 == 0 ? "two" : "one", "\(id).png")
      try pictures[id % 7].write(to: file("\(folder)/\(name)"))
      captions.images.append(.init(id: 1000 + id, fileName: id % 2 == 0 ? "else/" + name : name))
      for text in ["A picture.", "Picture number \(id)."] {
        captions.annotations.append(
          .init(id: captions.annotations.count, imageID: 1000 + id, caption: text))
      }
    }
    try captions.write(to: file("captions.json"))
  }

  /// What the kit's encoder sees of a picture.
  private func seen(_ picture: Image) throws -> [Float] {
    let side = SceneEncoder.pictureSide
    let pixels = picture.resized(width: side, height: side).pixels
    return try SceneEncoder.bundled().features(pixels.expandingAxis(at: 0)).elements
  }

  func testTheFolderHoldsAllThatTrainingTakes() throws {
    let run = try prepare("out")
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertTrue(run.output.contains("60 pictures with 120 captions, 7 words"), run.output)
    XCTAssertNotNil(
      run.output.firstMatch(of: /in \d+\.\d s, \d+ pictures a second\n$/), run.output)
    let features = try XCTUnwrap(
      Safetensors(contentsOf: file("out/features.safetensors")).tensors["features"])
    XCTAssertEqual(features.shape, [count, SceneEncoder.featureCount])
    for row in [0, 27, 59] {
      let picture = try Image(
        contentsOf: file("\((row + 1) % 3 == 0 ? "two" : "one")/\(row + 1).png"))
      XCTAssertEqual(try features[row].elements, try seen(picture))
    }
    let captions = try CaptionedImages(contentsOf: file("out/captions.json"))
    XCTAssertEqual(captions, try CaptionedImages(contentsOf: file("captions.json")))
    let words = try JSONDecoder().decode(
      Vocabulary.self, from: Data(contentsOf: file("out/vocabulary.json")))
    XCTAssertEqual(words.words.dropFirst(4), ["picture", "a", "number"])
    XCTAssertEqual(
      try FileManager.default.contentsOfDirectory(atPath: file("out").path).sorted(),
      ["captions.json", "features.safetensors", "prepared.json", "vocabulary.json"])
    XCTAssertTrue(run.errors.contains("no --weights"), run.errors)
    let again = try prepare("out")
    XCTAssertTrue(again.output.hasPrefix("complete already"), again.output)
  }

  func testKilledAtAnyMomentItGoesOnToTheSameBytes() throws {
    XCTAssertEqual(try prepare("whole").status, 0)
    var generator = SeededGenerator(seed: 9)
    var kills = 0
    for attempt in 0..<60 {
      let delay = attempt < 50 ? Double.random(in: 0.01..<0.07, using: &generator) : 10
      let killed = try killPrepare("out", after: delay)
      kills += killed ? 1 : 0
      if !killed { break }
    }
    XCTAssertGreaterThan(kills, 1)
    XCTAssertEqual(try prepare("out").status, 0)
    try expectSameFolders("whole", "out")
  }

  func testADamagedShardIsMadeAgain() throws {
    XCTAssertEqual(try prepare("whole").status, 0)
    // Later every time, so that even a slow machine gets there.
    var delay = 0.02
    while !exists("out/unfinished/000002.safetensors") {
      delay += 0.005
      guard try killPrepare("out", after: delay) else { throw XCTSkip("faster than it is killed") }
    }
    for (number, length) in [(0, 100), (1, 0), (2, 1000)] {
      let shard = file("out/unfinished/00000\(number).safetensors")
      try Data(contentsOf: shard).prefix(length).write(to: shard)
    }
    XCTAssertEqual(try prepare("out").status, 0)
    try expectSameFolders("whole", "out")
  }

  func testUnreadablePicturesAreListedAndLeftOut() throws {
    try FileManager.default.removeItem(at: file("one/1.png"))
    try Data("no picture".utf8).write(to: file("one/5.png"))
    try Data(contentsOf: file("two/60.png")).prefix(200).write(to: file("two/60.png"))
    let run = try prepare("out")
    XCTAssertEqual(run.status, 0, run.errors)
    XCTAssertTrue(run.output.contains("3 pictures could not be read"), run.output)
    let list = try String(contentsOf: file("out/unreadable.txt"), encoding: .utf8)
    let lines = list.split(separator: "\n")
    XCTAssertEqual(lines.count, 3)
    for (line, words) in zip(
      lines, [["1.png", "no such file"], ["5.png", "not a PNG"], ["60.png", "damaged"]])
    {
      for word in words { XCTAssertTrue(line.contains(word), "\(line)") }
    }
    let captions = try CaptionedImages(contentsOf: file("out/captions.json"))
    XCTAssertEqual(captions.images.count, 57)
    XCTAssertEqual(captions.annotations.count, 114)
    let features = try Safetensors(contentsOf: file("out/features.safetensors"))
    XCTAssertEqual(features.tensors["features"]?.shape[0], 57)
    let third = try Image(contentsOf: file("one/4.png"))
    XCTAssertEqual(captions.images[2].id, 1004)
    XCTAssertEqual(
      try features.tensors["features"]?[2].elements, try seen(third))
  }

  func testPicturesThatCouldNotBeReadAreTriedAgainAndNoOthers() throws {
    XCTAssertEqual(try prepare("whole").status, 0)
    let names = ["one/1.png", "one/5.png", "two/60.png"]
    let bytes = try names.map { try Data(contentsOf: file($0)) }
    for name in names { try Data("no picture".utf8).write(to: file(name)) }
    XCTAssertEqual(try prepare("out").status, 0)
    let list = try Data(contentsOf: file("out/unreadable.txt"))

    let inVain = try prepare("out")
    XCTAssertTrue(inVain.errors.contains("trying 3 pictures again"), inVain.errors)
    XCTAssertEqual(try Data(contentsOf: file("out/unreadable.txt")), list)

    for (name, bytes) in zip(names, bytes).dropLast() { try bytes.write(to: file(name)) }
    // Others are not looked at any more.
    try FileManager.default.removeItem(at: file("one/2.png"))
    let second = try prepare("out")
    XCTAssertTrue(second.errors.contains("trying 3 pictures again"), second.errors)
    XCTAssertTrue(second.output.contains("1 pictures could not be read"), second.output)

    try bytes[2].write(to: file(names[2]))
    let third = try prepare("out")
    XCTAssertTrue(third.errors.contains("trying 1 pictures again"), third.errors)
    try expectSameFolders("whole", "out")
  }

  func testKilledWhileItTriesAgainItEndsWithTheSameBytes() throws {
    XCTAssertEqual(try prepare("whole").status, 0)
    let bytes = try Data(contentsOf: file("two/33.png"))
    try FileManager.default.removeItem(at: file("two/33.png"))
    XCTAssertEqual(try prepare("out").status, 0)
    try bytes.write(to: file("two/33.png"))
    for attempt in 1..<20 { _ = try killPrepare("out", after: Double(attempt) * 0.004) }
    XCTAssertEqual(try prepare("out").status, 0)
    try expectSameFolders("whole", "out")
  }

  func testPicturesAreTriedAgainWhereNothingWasFinished() throws {
    XCTAssertEqual(try prepare("whole").status, 0)
    for folder in ["one", "two"] {
      try FileManager.default.moveItem(at: file(folder), to: file(folder + ".away"))
      try FileManager.default.createDirectory(at: file(folder), withIntermediateDirectories: true)
    }
    try Data("no picture".utf8).write(to: file("one/1.png"))
    expectError(try prepare("out"), "none of the 60 pictures could be read")
    for folder in ["one", "two"] {
      try FileManager.default.removeItem(at: file(folder))
      try FileManager.default.moveItem(at: file(folder + ".away"), to: file(folder))
    }
    let again = try prepare("out")
    XCTAssertEqual(again.status, 0, again.errors)
    XCTAssertTrue(again.errors.contains("trying 60 pictures again"), again.errors)
    try expectSameFolders("whole", "out")
  }

  func testOtherSettingsThanBeforeAreRefused() throws {
    XCTAssertEqual(try prepare("out").status, 0)
    expectError(try prepare("out", "--save-every", "9"), "out", "--save-every 10", "--output")
    try CaptionedImages(contentsOf: file("captions.json")).filter { $0.id > 1001 }
      .write(to: file("captions.json"))
    expectError(try prepare("out"), "out", "another caption file", "--output")
    expectError(try prepare("one"), "one", "not empty", "--output")
  }

  func testAnotherMinimumCountAfterwardsChangesTheVocabularyAlone() throws {
    XCTAssertEqual(try prepare("out").status, 0)
    let features = try Data(contentsOf: file("out/features.safetensors"))
    let run = try prepare("out", "--minimum-count", "1")
    XCTAssertTrue(run.output.contains("\(4 + 3 + count) words"), run.output)
    XCTAssertEqual(try Data(contentsOf: file("out/features.safetensors")), features)
  }

  func testWhatTheSystemRefusesIsSaidInItsWordsAndLeavesNoDraft() throws {
    expectError(try prepare("captions.json"), "captions.json", "not a folder", "--output")
    try FileManager.default.createSymbolicLink(
      atPath: file("loop").path, withDestinationPath: "loop")
    expectError(try prepare("loop"), "loop", "not a folder", "--output")
    expectError(try prepare("captions.json/out"), "cannot be made: Not a directory")
    // Enough for a shard of 10 pictures, too little for the features of 60.
    let kibibytes = 25 * SceneEncoder.featureCount * MemoryLayout<Float>.size / 1024
    let studio = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("studio").path
    let limited = Process()
    limited.executableURL = URL(fileURLWithPath: "/bin/bash")
    limited.arguments =
      ["-c", "trap '' XFSZ; ulimit -f \(kibibytes); exec \"$@\"", "", studio] + arguments("out")
    limited.currentDirectoryURL = folder
    let errors = Pipe()
    limited.standardError = errors
    try limited.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    limited.waitUntilExit()
    XCTAssertEqual(limited.terminationStatus, 1)
    XCTAssertTrue(text.contains("features.safetensors: cannot be written: File too large"), text)
    XCTAssertEqual(
      try FileManager.default.contentsOfDirectory(atPath: file("out/unfinished").path).count, 6)
    XCTAssertEqual(try prepare("out").status, 0)
  }

  func testPicturesThatAreNowhereAreAnErrorAtOnce() throws {
    try FileManager.default.createDirectory(at: file("empty"), withIntermediateDirectories: true)
    let arguments = ["prepare", "--captions", "captions.json", "--output", "out", "--images"]
    expectError(try studio(arguments + ["empty"]), "empty", "none of the 60 pictures", "1.png")
    expectError(try studio(arguments + ["nowhere"]), "nowhere", "no such folder")
    XCTAssertFalse(exists("out"))
  }

  func testPartsOfAKarpathySplitAreChosenByName() throws {
    let images = (1...9).map { id in
      #"{"filename": "\#(id).png", "imgid": \#(id), "split": "\#(id < 7 ? "train" : "val")", "#
        + #""sentences": [{"raw": "Picture \#(id).", "sentid": \#(id)}]}"#
    }
    try Data("{\"images\": [\(images.joined(separator: ","))]}".utf8)
      .write(to: file("captions.json"))
    expectError(try prepare("out"), "splits train (6 pictures), val (3 pictures)", "--split")
    expectError(try prepare("out", "--split", "test"), "no split “test”", "val (3 pictures)")
    XCTAssertTrue(
      try prepare("out", "--split", "val").output.contains("3 pictures with 3 captions"))
    XCTAssertTrue(try prepare("two.", "--split", "val", "train").output.contains("9 pictures"))
    expectError(try prepare("out", "--split", "train"), "--split val")
  }

  // MARK: -

  private func arguments(_ output: String) -> [String] {
    ["prepare", "--captions", "captions.json", "--images", "one", "two", "--output", output]
      + ["--save-every", "10"]
  }

  private func prepare(_ output: String, _ more: String...) throws -> Run {
    var all = arguments(output)
    if more.first == "--save-every" { all.removeLast(2) }
    return try studio(all + more)
  }

  /// Starts it and kills it after some seconds, unless it ends by itself.
  /// - Returns: Whether it was killed.
  private func killPrepare(_ output: String, after seconds: Double) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("studio")
    process.arguments = arguments(output)
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let end = Date(timeIntervalSinceNow: seconds)
    while process.isRunning && Date() < end { usleep(500) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  private func expectSameFolders(_ first: String, _ second: String) throws {
    let names = try [first, second].map {
      try FileManager.default.contentsOfDirectory(atPath: file($0).path).sorted()
    }
    XCTAssertEqual(names[0], names[1])
    for name in names[0] {
      XCTAssertEqual(
        try Data(contentsOf: file("\(first)/\(name)")),
        try Data(contentsOf: file("\(second)/\(name)")), name)
    }
  }
}
