import Networks
import XCTest

final class NetworkArchitectureTests: XCTestCase {
  /// Published by torchvision with its weights; a bias for every filter counts too.
  func testEachHasAsManyParametersAsTorchvisionSays() {
    for (architecture, count) in [
      (Architecture.squeezeNet1_0, 1_248_424), (.squeezeNet1_1, 1_235_496),
      (.vgg16, 138_357_544), (.vgg19, 143_667_240),
    ] {
      let shapes = architecture.convolutionShapes + architecture.classifierShapes
      let parameters = shapes.reduce(0) { $0 + $1.shape.reduce(1, *) + $1.shape[0] }
      XCTAssertEqual(parameters, count, architecture.rawValue)
    }
  }

  func testVGGsLayersHaveNames() {
    for (name, vgg16, vgg19) in [
      ("conv1_1", 0, 0), ("relu1_1", 1, 1), ("pool1", 4, 4), ("conv3_3", 14, 14),
      ("conv4_2", 19, 21), ("relu4_2", 20, 22), ("conv5_1", 24, 28), ("pool5", 30, 36),
    ] {
      XCTAssertEqual(Architecture.vgg16.layer(named: name), vgg16, name)
      XCTAssertEqual(Architecture.vgg19.layer(named: name), vgg19, name)
    }
    XCTAssertEqual(Architecture.vgg19.layer(named: "conv3_4"), 16)
    for name in ["conv3_4", "conv1_3", "conv6_1", "pool2_1", "conv4", "31", "-1", "x", ""] {
      XCTAssertNil(Architecture.vgg16.layer(named: name), name)
    }
    XCTAssertEqual(Architecture.squeezeNet1_1.layer(named: "7"), 7)
    XCTAssertNil(Architecture.squeezeNet1_1.layer(named: "conv1_1"))
  }

  func testWeightsTellTheirArchitecture() {
    for architecture in Architecture.allCases {
      let shapes = Dictionary(
        uniqueKeysWithValues: architecture.convolutionShapes.map { ($0.name + ".weight", $0.shape) }
      )
      XCTAssertEqual(Architecture(weightShapes: shapes), architecture)
    }
    XCTAssertNil(Architecture(weightShapes: [:]))
    XCTAssertNil(Architecture(weightShapes: ["features.0.weight": [64, 3, 5, 5]]))
  }
}
