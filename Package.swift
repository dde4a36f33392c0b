// swift-tools-version: 6.1
import Foundation
import PackageDescription

// The exercises are built from Assignments/ (what students edit) or, with EXERCISES=solutions in
// the environment, from Solutions/: the same module names, judged by the same suites.
let exerciseFolder =
  Context.environment["EXERCISES"] == "solutions" ? "Solutions" : "Assignments"

/// A folder below the package's: its entries' names, sorted; empty where there is no such folder.
func entries(of folder: String) -> [String] {
  let path = Context.packageDirectory + "/" + folder
  return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
}

/// Each folder with an assignment.yml is a module: `A2-RNNCaptioning` becomes `A2RNNCaptioning`.
let assignments = entries(of: "Assignments").filter { folder in
  entries(of: "Assignments/\(folder)").contains("assignment.yml")
}
func moduleName(_ folder: String) -> String { folder.replacing("-", with: "") }

let exerciseTargets = assignments.flatMap { folder -> [Target] in
  let module = moduleName(folder)
  let path = "\(exerciseFolder)/\(folder)"
  let exercises = Target.target(
    name: module, dependencies: ["Exercises", "Tensors"], path: path,
    exclude: entries(of: path).filter { !$0.hasSuffix(".swift") })
  let suites = Target.testTarget(
    name: module + "Tests", dependencies: [.byName(name: module), "ExerciseTesting"],
    exclude: entries(of: "Tests/\(module)Tests").filter { !$0.hasSuffix(".swift") })
  return [exercises, suites]
}
let exerciseModules = assignments.map { Target.Dependency.byName(name: moduleName($0)) }

let package = Package(
  name: "Backprop",
  products: [
    .executable(name: "backprop", targets: ["backprop"]),
    .executable(name: "studio", targets: ["studio"]),
    .library(name: "GradientChecking", targets: ["GradientChecking", "Tensors"]),
    .library(name: "GradientCheckingTesting", targets: ["GradientCheckingTesting"]),
    // What a suite links against when `backprop` builds one exercise by itself, and a notebook:
    // linking a shared library takes a fraction of the time that linking all its objects does.
    .library(name: "ExerciseKit", type: .dynamic, targets: ["ExerciseTesting", "Networks"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // C at the edge
    .target(
      name: "COpenBLAS",
      linkerSettings: [
        // The static archive, so that COpenBLAS chooses the core before OpenBLAS initialises.
        .linkedLibrary(":libopenblas.a"), .linkedLibrary("m"), .linkedLibrary("pthread"),
      ]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(name: "CKernels"),

    // The kit
    .target(name: "Kernels", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "Tensors", dependencies: ["Kernels"]),
    .target(name: "Exercises", dependencies: ["Tensors"]),
    .target(name: "GradientChecking", dependencies: ["Tensors"]),
    .target(name: "GradientCheckingTesting", dependencies: ["GradientChecking", "Tensors"]),
    .target(name: "Networks", dependencies: ["Kernels", "Tensors"]),
    .target(name: "Captions", dependencies: ["Images", "Kernels", "Tensors"]),
    .target(name: "Images", dependencies: ["CJPEG", "CPNG", "Tensors"]),
    .target(name: "TensorFiles", dependencies: ["CZlib", "Tensors"]),
    .target(
      name: "Training",
      dependencies: ["Captions", "Exercises", "Kernels", "TensorFiles", "Tensors"]),
    .target(
      name: "SceneEncoding",
      dependencies: ["Captions", "Kernels", "Networks", "TensorFiles", "Tensors", "Training"],
      resources: [.copy("Resources/scene-encoder.safetensors")]),
    .target(name: "Pretrained", dependencies: ["Networks", "TensorFiles", "Tensors"]),
    .target(name: "ExerciseTesting", dependencies: ["Exercises", "GradientChecking", "Tensors"]),
    .target(name: "Notebooks"),
    .target(name: "Plots"),
    .target(name: "Terminal"),
    .target(name: "Grading", dependencies: ["Yams"]),

    // The command lines
    .executableTarget(
      name: "backprop",
      dependencies: [
        .product(name: "ArgumentParser", package: "swift-argument-parser"), "GradientChecking",
        "Grading", "Kernels", "Pretrained", "TensorFiles", "Terminal",
      ]),
    .executableTarget(
      name: "studio",
      dependencies: [
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        "Captions", "Exercises", "Images", "Kernels", "Networks", "Plots", "Pretrained",
        "SceneEncoding", "TensorFiles", "Tensors", "Terminal", "Training",
      ] + exerciseModules),
  ] + exerciseTargets
    + entries(of: "Tests").filter { name in
      name.hasSuffix("Tests") && !assignments.map { moduleName($0) + "Tests" }.contains(name)
    }.map(kitTests),
  swiftLanguageModes: [.v6]
)

/// The tests of a module of the kit, which they may import together with any other and with the
/// exercises.
func kitTests(_ name: String) -> Target {
  .testTarget(
    name: name,
    dependencies: [
      "Captions", "ExerciseTesting", "Exercises", "GradientChecking", "GradientCheckingTesting",
      "Grading", "Images", "Kernels", "Networks", "Notebooks", "Plots", "Pretrained",
      "SceneEncoding", "TensorFiles", "Tensors", "Terminal", "Training",
    ] + exerciseModules,
    exclude: entries(of: "Tests/\(name)").filter { entry in
      let holdsSwift = entries(of: "Tests/\(name)/\(entry)").contains { $0.hasSuffix(".swift") }
      return !entry.hasSuffix(".swift") && !holdsSwift
    })
}
