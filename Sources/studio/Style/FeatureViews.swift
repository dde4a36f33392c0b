import Networks
import Tensors

/// The features of a network as the losses are to see them: layers as they are, a layer's features
/// within a region, several layers side by side. Each has a number that the losses take for a
/// layer's, so that A4's step works with them unchanged.
struct FeatureViews: Sendable {
  enum View: Sendable {
    /// A layer's features times a mask, `[1, 1, H, W]`.
    case region(layer: Int, mask: Tensor<Float>)
    /// Several layers' features, each times a factor, in one row: `[1, 1, 1, elements]`.
    case joined([(layer: Int, factor: Float)])
    /// A single zero, for a loss that is not wanted.
    case nothing

    var layers: [Int] {
      switch self {
      case .region(let layer, _): [layer]
      case .joined(let parts): parts.map(\.layer)
      case .nothing: []
      }
    }
  }

  /// What the losses take for layers: the values, and from gradients by them to that by the image.
  typealias Result = (
    values: [Int: Tensor<Float>], backward: ([Int: Tensor<Float>]) throws -> Tensor<Float>
  )

  /// Above the numbers of any network's layers.
  private static let firstNumber = 1000
  private var views: [View] = []

  /// - Returns: The number by which `features` knows the view.
  mutating func add(_ view: View) -> Int {
    views.append(view)
    return Self.firstNumber + views.count - 1
  }

  private func view(_ number: Int) -> View? {
    number < Self.firstNumber ? nil : views[number - Self.firstNumber]
  }

  /// The values of the given layers and views.
  /// - Parameter network: Gives the features of layers and the way back from them.
  func features(of wanted: Set<Int>, from network: (Set<Int>) throws -> Result) throws -> Result {
    let features = try network(Set(wanted.flatMap { view($0)?.layers ?? [$0] }))
    if wanted.allSatisfy({ view($0) == nil }) { return features }
    func layer(_ number: Int) throws -> Tensor<Float> {
      guard let values = features.values[number] else {
        throw TensorError("features", shapes: [], reason: "the network has no layer \(number)")
      }
      return values
    }
    var values: [Int: Tensor<Float>] = [:]
    for number in wanted {
      switch view(number) {
      case nil: values[number] = try layer(number)
      case .region(let shown, let mask): values[number] = try layer(shown) * mask
      case .joined(let parts):
        let rows = try parts.map { try $0.factor * layer($0.layer).flattened() }
        values[number] = try Tensor.concatenating(rows).reshaped([1, 1, 1, -1])
      case .nothing: values[number] = .zeros([1, 1, 1, 1])
      }
    }
    let shapes = features.values.mapValues(\.shape)
    return (values, { try features.backward(byLayer($0, shapes: shapes)) })
  }

  /// Gradients by views as gradients by the layers that they show.
  private func byLayer(
    _ upstream: [Int: Tensor<Float>], shapes: [Int: [Int]]
  ) throws -> [Int: Tensor<Float>] {
    var gradients: [Int: Tensor<Float>] = [:]
    func add(_ gradient: Tensor<Float>, to layer: Int) throws {
      gradients[layer] = try gradients[layer].map { try $0 + gradient } ?? gradient
    }
    // In order of their numbers, so that sums are the same in every run.
    for (number, gradient) in upstream.sorted(by: { $0.key < $1.key }) {
      switch view(number) {
      case nil: try add(gradient, to: number)
      case .region(let layer, let mask): try add(gradient * mask, to: layer)
      case .joined(let parts):
        var start = 0
        for (layer, factor) in parts {
          guard let shape = shapes[layer] else { continue }
          let end = start + shape.reduce(1, *)
          let row: Tensor<Float> = try gradient[.all, .all, .all, start..<end]
          try add(factor * row.reshaped(shape), to: layer)
          start = end
        }
      case .nothing: break
      }
    }
    return gradients
  }
}
