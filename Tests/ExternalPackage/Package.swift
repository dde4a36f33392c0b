// swift-tools-version: 6.1
import PackageDescription

// A package of somebody else's, with a layer of its own that it has checked: it depends on the
// gradient checker alone.
let package = Package(
  name: "Swish",
  dependencies: [.package(name: "Backprop", path: "../..")],
  targets: [
    .target(
      name: "Swish", dependencies: [.product(name: "GradientChecking", package: "Backprop")]),
    .testTarget(
      name: "SwishTests",
      dependencies: ["Swish", .product(name: "GradientCheckingTesting", package: "Backprop")]),
  ],
  swiftLanguageModes: [.v6]
)
