import Foundation
import XCTest

/// A file imports only from lower floors.
final class FloorTests: XCTestCase {
  /// The modules from the ground up. Within a row none imports another.
  static let floors: [[String]] = [
    ["COpenBLAS", "CPNG", "CJPEG", "CKernels", "CZlib"],
    ["Kernels"],
    ["Tensors"],
    ["Exercises", "GradientChecking", "Networks", "Images", "Plots", "TensorFiles", "Terminal"],
    ["Captions", "Pretrained", "ExerciseTesting", "GradientCheckingTesting"],
    ["Training"],
    ["SceneEncoding"],
    ["A1Layers", "A2RNNCaptioning", "A3LSTMCaptioning", "A4StyleTransfer"],
    ["studio"],
  ]
  /// They are built without any student's code, and import no module of the kit, so that nothing
  /// that a student writes can keep them from building. `backprop` alone imports them; of the kit
  /// it imports only what has nothing to do with exercises: the kernels, to say which processor they
  /// are for, the reports of gradient checks, and weights.
  static let aside: [String: [String]] = [
    "Grading": [], "Notebooks": [],
    "backprop": [
      "GradientChecking", "Grading", "Notebooks", "Kernels", "Pretrained", "Terminal",
      "TensorFiles",
    ],
  ]
  /// Each C library is spoken to in one place.
  static let owners = [
    "COpenBLAS": "Kernels", "CPNG": "Images", "CJPEG": "Images", "CKernels": "Kernels",
    "CZlib": "TensorFiles",
  ]
  static let mayTest: Set = ["ExerciseTesting", "GradientCheckingTesting"]
  static let outside: Set = [
    "Dispatch", "Foundation", "FoundationNetworking", "Glibc", "Synchronization", "ArgumentParser",
    "Yams", "XCTest",
  ]

  /// The modules that a text imports.
  static func imports(_ text: String) -> [String] {
    SwiftText(text).lines.compactMap { line in
      let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
      let modifiers: Set = [
        "testable", "preconcurrency", "_exported", "_implementationOnly", "public", "package",
        "internal", "fileprivate", "private",
      ]
      let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let rest = words.drop { modifiers.contains($0) }
      guard rest.first == "import" else { return nil }
      return rest.dropFirst().first { !kinds.contains($0) }
    }
  }

  /// What is wrong with the imports of a file of the given module.
  static func breaches(in text: String, of module: String) -> [String] {
    let floor = floors.firstIndex { $0.contains(module) }
    guard floor != nil || aside[module] != nil else {
      return ["\(module) is a module that stands on no floor"]
    }
    return imports(text).compactMap { imported in
      if outside.contains(imported) {
        // XCTest would bring the means to pass a test into what is tested.
        return imported == "XCTest" && !mayTest.contains(module)
          ? "\(module) imports XCTest" : nil
      }
      if let owner = owners[imported], owner != module {
        return "\(module) imports \(imported), which only \(owner) may"
      }
      if let allowed = aside[module] {
        return allowed.contains(imported) ? nil : "\(module) imports \(imported)"
      }
      guard let target = floors.firstIndex(where: { $0.contains(imported) }), let floor else {
        return "\(module) imports \(imported), which stands on no floor below"
      }
      return target < floor ? nil : "\(module) imports \(imported), which is not on a lower floor"
    }
  }

  func testEveryFileImportsOnlyFromLowerFloors() throws {
    let files = try Repository.swiftFiles(in: ["Sources", "Solutions", "Assignments"])
    XCTAssertGreaterThan(files.count, 50)
    for file in files {
      for breach in Self.breaches(in: file.text, of: file.module) {
        XCTFail("\(file.path): \(breach)")
      }
    }
  }

  func testABreachIsFound() {
    for (module, line) in [
      ("Tensors", "import Exercises"), ("Tensors", "import Tensors2"),
      ("Kernels", "import Kernels"),
      ("Networks", "import COpenBLAS"), ("Tensors", "@preconcurrency import COpenBLAS"),
      ("Images", "import Networks"), ("Grading", "import Tensors"), ("Notebooks", "import Grading"),
      ("A2RNNCaptioning", "import A1Layers"), ("A1Layers", "public import A3LSTMCaptioning"),
      ("A1Layers", "import XCTest"), ("A1Layers", "import Grading"), ("Training", "import studio"),
      ("backprop", "import A1Layers"), ("backprop", "import Training"), ("New", ""),
      ("Tensors", "  import struct Networks.Convolution"), ("A1Layers", "import Surprise"),
    ] {
      let text = "import Foundation\n\(line)\n"
      XCTAssertEqual(Self.breaches(in: text, of: module).count, 1, "\(module): \(line)")
    }
  }

  func testWhatIsAllowedIsNoBreach() {
    for (module, text) in [
      ("Kernels", "import COpenBLAS"), ("Tensors", "// import Exercises\nimport Kernels"),
      ("Grading", "let suite = \"\"\"\n  import Tensors\n  \"\"\""), ("studio", "import A1Layers"),
      ("A1Layers", "import Exercises\nimport Tensors"), ("backprop", "import Grading"),
      ("Tensors", "/* import A1Layers\n import studio */ import Foundation"),
    ] {
      XCTAssertEqual(Self.breaches(in: text, of: module), [], "\(module): \(text)")
    }
  }

  func testEveryFolderOfSourcesStandsOnAFloor() throws {
    let known = Set(Self.floors.joined()).union(Self.aside.keys)
    let sources = Repository.root.appendingPathComponent("Sources")
    for folder in try FileManager.default.contentsOfDirectory(atPath: sources.path)
    where !folder.hasPrefix(".") {
      XCTAssertTrue(known.contains(folder), "Sources/\(folder) stands on no floor")
    }
  }
}
