import Foundation
import TensorFiles
import Tensors
import XCTest

final class TensorFilesTests: XCTestCase {
  private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private var temporary = FileManager.default.temporaryDirectory

  override func setUpWithError() throws {
    temporary = temporary.appendingPathComponent("tensors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
  }

  override func tearDownWithError() throws { try FileManager.default.removeItem(at: temporary) }

  /// What Fixtures/generate.py wrote into every file.
  private func expected<Scalar: TensorScalar>() throws -> [String: Tensor<Scalar>] {
    [
      "matrix": try Tensor([-1.5, 0, 0.25, 3, 1024, -0.0078125], shape: [2, 3]),
      "scalar": Tensor(scalar: 7), "empty": .zeros([0, 4]),
    ]
  }

  func testReadsWhatTheReferenceImplementationWroteInEveryFloatType() throws {
    for type in ["F16", "BF16", "F32", "F64"] {
      let file = try Safetensors(
        contentsOf: folder.appendingPathComponent("Fixtures/\(type).safetensors"))
      XCTAssertEqual(file.tensors, try expected(), type)
      XCTAssertEqual(file.metadata, ["format": "pt"], type)
    }
  }

  func testReadsStoredAndDeflatedNumPyArchivesInBothPrecisions() throws {
    for name in ["stored", "deflated"] {
      let file = folder.appendingPathComponent("Fixtures/\(name).npz")
      let arrays = try NumPyFile.arrays(inNPZ: file, as: Double.self)
      XCTAssertEqual(arrays["matrix"], try expected()["matrix"])
      XCTAssertEqual(arrays["scalar"], Tensor(scalar: 7))
      XCTAssertEqual(arrays["integers"], Tensor([1, -2, 3]))
      XCTAssertEqual(try NumPyFile.arrays(inNPZ: file, as: Float.self)["matrix"]?.shape, [2, 3])
    }
    let single: Tensor<Float> = try NumPyFile.array(
      inNPY: folder.appendingPathComponent("Fixtures/matrix.npy"))
    XCTAssertEqual(single, try expected()["matrix"])
  }

  func testReadsNumPysIntegersAndTextAndFortransOrder() throws {
    let file = folder.appendingPathComponent("Fixtures/kinds.npz")
    let arrays = try NumPyFile.arrays(inNPZ: file, as: Double.self) {
      !["words", "objects"].contains($0)
    }
    XCTAssertEqual(
      arrays,
      [
        "int8": Tensor([-128, 127]), "int16": Tensor([-300, 300]), "uint8": Tensor([0, 255]),
        "uint16": Tensor([0, 65535]), "bool": Tensor([1, 0]),
        "fortran": try Tensor((0..<24).map { Double($0) }, shape: [2, 3, 4]),
      ])
    XCTAssertEqual(
      try NumPyFile.strings(inNPZ: file, named: "words"), ["<NULL>", "naïve", "a 𝄞", ""])
    XCTAssertNil(try NumPyFile.strings(inNPZ: file, named: "none"))
    XCTAssertThrowsError(try NumPyFile.strings(inNPZ: file, named: "int8")) {
      XCTAssertTrue("\($0)".contains("“int8” has elements of type |i1"), "\($0)")
    }
    XCTAssertThrowsError(try NumPyFile.arrays(inNPZ: file, as: Double.self)) {
      XCTAssertTrue("\($0)".contains("has elements of type "), "\($0)")
    }
    XCTAssertEqual(
      try WeightFile(contentsOf: file) { $0 == "uint16" }.tensors, ["uint16": Tensor([0, 65535])])
  }

  func testAChangedByteInAnArchiveIsNoticed() throws {
    for (name, place) in [("stored", 180), ("deflated", 80)] {
      var data = try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name).npz"))
      // In the first member's bytes, behind its local header and the array's.
      data[place] ^= 0x10
      let file = temporary.appendingPathComponent("changed.npz")
      try data.write(to: file)
      XCTAssertThrowsError(try NumPyFile.arrays(inNPZ: file, as: Float.self), name) {
        XCTAssertTrue(
          "\($0)".contains("checksum") || name == "deflated", "\($0)")
      }
    }
  }

  func testAFileComesBackAsItWasWritten() throws {
    var random = SeededGenerator(seed: 3)
    let original = Safetensors(
      tensors: [
        "a.weight": .randomNormal([3, 5], using: &random), "b": Tensor(scalar: .infinity),
        "leer": .zeros([0]),
      ], metadata: ["words": "[\"naïve\", \"a/b\"]"])
    let file = temporary.appendingPathComponent("model.safetensors")
    try original.write(to: file)
    XCTAssertEqual(try Safetensors(contentsOf: file), original)
  }

  func testEveryTruncationOfAFileIsAnErrorThatNamesIt() throws {
    let whole = try Data(
      contentsOf: folder.appendingPathComponent("Fixtures/F32.safetensors"))
    let archive = try Data(contentsOf: folder.appendingPathComponent("Fixtures/deflated.npz"))
    let file = temporary.appendingPathComponent("cut.bin")
    for length in 0..<whole.count {
      try whole.prefix(length).write(to: file)
      XCTAssertThrowsError(try Safetensors(contentsOf: file)) { error in
        XCTAssertTrue("\(error)".contains("cut.bin: "), "\(error)")
        XCTAssertTrue(error is TensorFileError)
      }
    }
    for length in 0..<archive.count {
      try archive.prefix(length).write(to: file)
      XCTAssertThrowsError(try NumPyFile.arrays(inNPZ: file, as: Float.self)) { error in
        XCTAssertTrue(error is TensorFileError, "\(error)")
      }
    }
  }

  /// A safetensors file with any header.
  private func file(header: String, numbers: Int) throws -> URL {
    let file = temporary.appendingPathComponent("made.safetensors")
    var data = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    data.append(Data(header.utf8))
    data.append(Data(count: numbers))
    try data.write(to: file)
    return file
  }

  func testMalformedHeadersAreRefusedWithTheReason() throws {
    let cases: [(header: String, reason: String)] = [
      ("[]", "its header is not the expected JSON"),
      (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}"#, "needs 8 bytes"),
      (#"{"a": {"dtype": "F32", "shape": [99], "data_offsets": [0, 396]}}"#, "cut short"),
      (#"{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}"#, "impossible shape"),
      (
        #"{"a": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 0]}}"#,
        "impossible shape"
      ),
      (#"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4]}}"#, "impossible data_offsets"),
      (
        #"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [8, 4]}}"#,
        "impossible data_offsets"
      ),
      (#"{"a": {"dtype": "C64", "shape": [1], "data_offsets": [0, 8]}}"#, "of type C64"),
      (
        #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "#
          + #""b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}"#, "overlap"
      ),
    ]
    for (header, reason) in cases {
      XCTAssertThrowsError(try Safetensors(contentsOf: file(header: header, numbers: 16))) {
        XCTAssertTrue("\($0)".contains(reason), "\(header): \($0)")
      }
    }
    let absurd = temporary.appendingPathComponent("absurd.safetensors")
    try Data(repeating: 0xFF, count: 64).write(to: absurd)
    XCTAssertThrowsError(try Safetensors(contentsOf: absurd))
  }

  func testMissingFilesFoldersAndUnwritablePlacesAreNamed() throws {
    XCTAssertThrowsError(try Safetensors(contentsOf: temporary.appendingPathComponent("none"))) {
      XCTAssertTrue("\($0)".hasSuffix("none: there is no such file"), "\($0)")
    }
    XCTAssertThrowsError(try Safetensors(contentsOf: temporary)) {
      XCTAssertTrue("\($0)".contains("is a folder"), "\($0)")
    }
    let nowhere = temporary.appendingPathComponent("no/such/folder/m.safetensors")
    XCTAssertThrowsError(try Safetensors(tensors: [:]).write(to: nowhere)) {
      XCTAssertTrue("\($0)".contains("cannot be written"), "\($0)")
    }
  }
}
