import Foundation
import Networks
import Pretrained
import TensorFiles
import Tensors
import XCTest

/// Fixtures/make_pytorch_files.py makes the files, with torch, or byte by byte where torch would not
/// write them, and keeps their bytes in Fixtures/pytorch_files.json.
final class PyTorchFileTests: XCTestCase {
  private let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")
  private let temporary = FileManager.default.temporaryDirectory
    .appendingPathComponent("pytorch-\(UUID().uuidString)")

  override func setUpWithError() throws {
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    let files = try JSONDecoder().decode(
      [String: Data].self,
      from: Data(contentsOf: fixtures.appendingPathComponent("pytorch_files.json")))
    for (name, bytes) in files { try bytes.write(to: file(name)) }
  }

  override func tearDownWithError() throws { try FileManager.default.removeItem(at: temporary) }

  private func file(_ name: String) -> URL { temporary.appendingPathComponent(name) }

  private func tensors(_ name: String) throws -> [String: Tensor<Float>] {
    try PyTorchFile.tensors(at: file(name))
  }

  private func expected(_ name: String) throws -> [String: Tensor<Float>] {
    try Safetensors(contentsOf: file(name)).tensors
  }

  private func expectError(
    _ name: String, _ reason: String, line: UInt = #line
  ) {
    XCTAssertThrowsError(try tensors(name), name, line: line) { error in
      XCTAssertTrue(error is TensorFileError, "\(name): \(error)", line: line)
      XCTAssertTrue("\(error)".contains(reason), "\(error)", line: line)
      XCTAssertTrue("\(error)".contains("\(name): "), "\(error)", line: line)
      XCTAssertFalse("\(error)".contains("\n"), "\(error)", line: line)
    }
  }

  // MARK: What torch wrote

  func testBothFormsGiveEveryElementTypeAndViewAsTorchSeesIt() throws {
    let expected = try expected("expected.safetensors")
    XCTAssertEqual(expected.count, 20)
    for name in ["zip.pth", "legacy.pth"] {
      let tensors = try tensors(name)
      XCTAssertEqual(tensors.keys.sorted(), expected.keys.sorted(), name)
      for (key, tensor) in tensors { XCTAssertEqual(tensor, expected[key], "\(name): \(key)") }
    }
  }

  func testViewsOfOneStorageKeepTheirOwnShapesAndOffsets() throws {
    let tensors = try tensors("legacy.pth")
    XCTAssertEqual(tensors["transposed"]?.shape, [4, 3])
    XCTAssertEqual(tensors["transposed"]?.elements.prefix(4), [0, 1, 2, 0.25])
    XCTAssertEqual(tensors["corner"], try Tensor([1.25, 1.5, 2.25, 2.5], shape: [2, 2]))
    XCTAssertEqual(tensors["expanded"], Tensor([2.5, 2.5, 2.5, 2.5]))
  }

  func testCountersAreConvertedLikeAnyInteger() throws {
    XCTAssertEqual(try tensors("zip.pth")["bn.num_batches_tracked"], Tensor(scalar: 41))
  }

  func testEveryProtocolOfPicklesIsRead() throws {
    let expected = try expected("expected.safetensors")["double"]
    for name in ["zip-protocol3", "zip-protocol4", "zip-protocol5", "legacy-protocol4"] {
      XCTAssertEqual(try tensors(name + ".pth"), ["double": try XCTUnwrap(expected)], name)
    }
  }

  func testWrappedStateDictsAndThePrefixModuleAreUnwrapped() throws {
    let expected = try expected("module.safetensors")
    for name in ["module", "wrapped-state_dict", "wrapped-model", "wrapped-model_state_dict"] {
      XCTAssertEqual(try tensors(name + ".pth"), expected, name)
    }
  }

  func testDeflatedZip64AndPython2FilesAndPartsOfStoragesAreRead() throws {
    for name in ["deflated.pth", "zip64.pth", "python2.pth"] {
      XCTAssertEqual(try tensors(name), ["w": Tensor([1, 2, 3, 4])], name)
    }
    XCTAssertEqual(try tensors("part.pth"), ["w": Tensor([2, 3])])
  }

  func testWeightFilesAreKnownByTheirContentNotTheirName() throws {
    let expected = try expected("expected.safetensors")
    for name in ["zip.pth", "legacy.pth", "expected.safetensors"] {
      let renamed = temporary.appendingPathComponent("weights.bin")
      try? FileManager.default.removeItem(at: renamed)
      try FileManager.default.copyItem(at: file(name), to: renamed)
      XCTAssertEqual(try WeightFile.tensors(at: renamed), expected, name)
    }
    let arrays = fixtures.appendingPathComponent("stored.npz")
    XCTAssertEqual(
      try WeightFile.tensors(at: arrays), try NumPyFile.arrays(inNPZ: arrays, as: Float.self))
    XCTAssertThrowsError(try WeightFile.tensors(at: URL(fileURLWithPath: #filePath))) {
      XCTAssertTrue("\($0)".contains("is no file of weights"), "\($0)")
    }
  }

  func testSqueezeNetIsTheSameFromEachOfTheFourFormats() throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let weights = package.deletingLastPathComponent().appendingPathComponent("shared/data/weights")
    guard FileManager.default.fileExists(atPath: weights.path) else {
      throw XCTSkip("needs real data, which is not here: ../shared/data/weights")
    }
    func file(_ ending: String) -> URL { weights.appendingPathComponent("squeezenet1_1\(ending)") }
    let expected = try Safetensors(contentsOf: file(".safetensors")).tensors
    for ending in [".pth", "-legacy.pth", ".npz"] {
      XCTAssertTrue(try WeightFile.tensors(at: file(ending)) == expected, ending)
      XCTAssertNoThrow(try ConvolutionalNetwork<Float>(contentsOf: file(ending)), ending)
    }
  }

  // MARK: What nobody should have written

  func testFilesThatWouldRunCodeAreRefusedByName() {
    for name in ["hostile-system.pth", "hostile-system-legacy.pth"] {
      expectError(name, "“posix.system”")
    }
    expectError("hostile-eval.pth", "“builtins.eval”")
    expectError("hostile-name.pth", "“a[31mb.cd”")
    expectError("hostile-instance.pth", "has the code 0x69 at byte 3")
  }

  func testTensorsOutsideTheirStorageAreRefused() {
    expectError("hostile-larger.pth", "tensor “w” of shape [5]")
    expectError("hostile-offset.pth", "needs 5 elements, its storage has 4")
    expectError("hostile-stride.pth", "needs 5 elements, its storage has 4")
    for name in ["negative-offset", "negative-stride", "overflow", "empty-overflow"] {
      expectError("hostile-\(name).pth", "has the impossible shape")
    }
    expectError("hostile-expanded.pth", "repeat the file’s numbers too often")
  }

  func testStoragesThatAreNotThereAreNamed() {
    expectError("hostile-storage.pth", "should have 5 elements of 4 bytes; 16 bytes are there")
    expectError("hostile-no-storage.pth", "in a storage that is not there: “../data.pkl”")
    expectError("hostile-legacy-count.pth", "should have 2305843009213693956 elements")
    expectError("hostile-part.pth", "a part of storage “0” exceeds it")
  }

  func testPicklesThatNestRepeatOrGrowWithoutEndAreHarmless() {
    for name in ["itself", "nested", "nested-lists", "laughs"] {
      expectError("hostile-\(name).pth", "holds no tensors by name")
    }
    expectError("hostile-steps.pth", "more than 10000000 steps")
    expectError("hostile-big-endian.pth", "big-endian")
  }

  func testEveryTruncationOfAFileIsAnErrorThatNamesIt() throws {
    let cut = temporary.appendingPathComponent("cut.pth")
    for name in ["small.pth", "small-legacy.pth", "zip64.pth", "python2.pth", "deflated.pth"] {
      let whole = try Data(contentsOf: file(name))
      for length in 0..<whole.count {
        try whole.prefix(length).write(to: cut)
        for read in [PyTorchFile.tensors(at:), WeightFile.tensors(at:)] {
          XCTAssertThrowsError(try read(cut), "\(name): \(length)") { error in
            XCTAssertTrue(error is TensorFileError, "\(error)")
            XCTAssertTrue("\(error)".contains("cut.pth: "), "\(error)")
          }
        }
      }
    }
  }

  func testDamagedBytesNeverCrash() throws {
    var random = SeededGenerator(seed: 11)
    let damaged = temporary.appendingPathComponent("damaged.pth")
    var refused = 0
    for name in ["small.pth", "small-legacy.pth", "zip64.pth", "python2.pth", "part.pth"] {
      let whole = try Data(contentsOf: file(name))
      for _ in 0..<1000 {
        var data = whole
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          data[Int.random(in: 0..<data.count, using: &random)] = UInt8.random(
            in: 0...255, using: &random)
        }
        try data.write(to: damaged)
        do {
          _ = try WeightFile.tensors(at: damaged)
        } catch {
          XCTAssertTrue(error is TensorFileError, "\(error)")
          refused += 1
        }
      }
    }
    XCTAssertGreaterThan(refused, 1000)
  }
}
