import Networks
import Tensors
import XCTest

final class ConvolutionReLUTests: XCTestCase {
  /// The definition, written out.
  private func definition(
    _ x: Tensor<Double>, weight w: Tensor<Double>, bias: Tensor<Double>,
    _ kind: (window: [Int], stride: Int, padding: Int)
  ) throws -> Tensor<Double> {
    let (p, s) = (kind.padding, kind.stride)
    let padded = try x.padded([(0, 0), (0, 0), (p, p), (p, p)], with: 0)
    let height = (padded.shape[2] - w.shape[2]) / s + 1
    let width = (padded.shape[3] - w.shape[3]) / s + 1
    var y = Tensor<Double>.zeros([x.shape[0], w.shape[0], height, width])
    for n in 0..<x.shape[0] {
      for f in 0..<w.shape[0] {
        for i in 0..<height {
          for j in 0..<width {
            let patch = try padded[
              n, .all, i * s..<i * s + w.shape[2], j * s..<j * s + w.shape[3]]
            y[n, f, i, j] = max(0, try (patch * w[f, .all]).sum() + bias[f])
          }
        }
      }
    }
    return y
  }

  /// Windows, strides and paddings, with sides that do and do not divide.
  private let kinds: [(window: [Int], stride: Int, padding: Int)] = [
    (window: [1, 1], stride: 1, padding: 0), ([3, 3], 1, 1), ([3, 3], 2, 0), ([2, 4], 3, 2),
    ([1, 1], 2, 1), ([5, 3], 1, 0),
  ]

  func testTheFastConvolutionIsItsDefinition() throws {
    var random = SeededGenerator(seed: 11)
    for kind in kinds {
      let x = Tensor<Double>.randomNormal([2, 3, 7, 9], using: &random)
      let weight = Tensor<Double>.randomNormal([4, 3] + kind.window, using: &random)
      let bias = Tensor<Double>.randomNormal([4], using: &random)
      let layer = try ConvolutionReLU(
        weight: weight, bias: bias, stride: kind.stride, padding: kind.padding)
      let fast = try layer.forward(x)
      let slow = try definition(x, weight: weight, bias: bias, kind)
      XCTAssertEqual(fast.shape, slow.shape)
      XCTAssertLessThan(try (fast - slow).absolute().max(), 1e-12, "\(kind)")
    }
  }

  func testTheInputGradientIsTheAdjointOfTheForwardPassBehindItsReLU() throws {
    var random = SeededGenerator(seed: 12)
    for kind in kinds {
      let x = Tensor<Double>.randomNormal([2, 3, 7, 9], using: &random)
      let layer = try ConvolutionReLU<Double>(
        weight: .randomNormal([4, 3] + kind.window, using: &random), bias: .zeros([4]),
        stride: kind.stride, padding: kind.padding)
      let output = try layer.forward(x)
      let upstream = Tensor<Double>.randomNormal(output.shape, using: &random)
      let gradient = try layer.inputGradient(
        upstream: upstream, passed: output .> 0, inputShape: x.shape)
      // Without a bias the layer is piecewise linear through 0: y = J·x, so <u, y> = <Jᵀu, x>.
      XCTAssertEqual(try (gradient * x).sum(), try (upstream * output).sum(), accuracy: 1e-10)
    }
  }

  func testAnInputWithOtherChannelsIsRefusedWithBothShapes() throws {
    let layer = try ConvolutionReLU<Float>(weight: .ones([4, 3, 3, 3]), bias: .zeros([4]))
    XCTAssertThrowsError(try layer.forward(.ones([1, 2, 8, 8]))) { error in
      XCTAssertTrue("\(error)".contains("[1, 2, 8, 8] and [4, 3, 3, 3]"), "\(error)")
    }
  }
}
