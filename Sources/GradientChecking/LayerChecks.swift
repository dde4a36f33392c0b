import Foundation
import Tensors

/// What a program that holds somebody's layers is asked to check: how `backprop gradcheck` speaks
/// with it.
public struct LayerChecks: Codable, Sendable {
  /// Shapes of inputs that replace those of a layer's `exampleInputs`.
  public var shapes: [InputShape]
  public var mode: GradientCheckMode
  public var seed: UInt64
  /// Whether layers that are generic over their scalar are checked in `Float` too.
  public var inFloat: Bool

  public init(shapes: [InputShape], mode: GradientCheckMode, seed: UInt64, inFloat: Bool) {
    (self.shapes, self.mode, self.seed, self.inFloat) = (shapes, mode, seed, inFloat)
  }

  /// An input's shape on a command line: `x=4x5` for random numbers, `target=4<10` for random
  /// integers below 10.
  public struct InputShape: Codable, Sendable, Equatable {
    public var name: String
    public var shape: [Int]
    /// What integers stay below; nil for an input of numbers.
    public var limit: Int?

    /// - Throws: `TensorError` for a text of another form.
    public init(_ text: String) throws {
      guard let match = text.wholeMatch(of: /(\w+)=(\d+(?:x\d+)*)(?:<(\d+))?/),
        case let sizes = match.2.split(separator: "x").compactMap({ Int($0) }),
        sizes.count == match.2.split(separator: "x").count, !sizes.contains(0)
      else {
        throw TensorError(
          "--input \(text)", shapes: [],
          reason: "expected a name and a shape, such as x=4x5, or target=4<10 for integers below 10"
        )
      }
      (name, shape) = (String(match.1), sizes)
      limit = match.3.flatMap { Int($0) }
    }
  }

  /// What came of one layer.
  public struct Result: Codable, Sendable {
    public var layer: String
    public var report: GradientReport?
    /// The error that a pass or the layer's examples threw.
    public var failure: String?
  }

  /// Checks a layer.
  public func check<L: Layer>(_ type: L.Type) -> Result {
    result("\(type)") {
      try checkGradients(of: L(), at: inputs(of: type), options: options)
    }
  }

  /// Checks a layer in `Double` and, where that is asked for, its twin in `Float` against it.
  public func check<L: Layer, Twin: Layer>(
    _ type: L.Type, twin: Twin.Type
  ) -> [Result] where L.Scalar == Double, Twin.Scalar == Float {
    var results = [check(type)]
    if inFloat {
      results.append(
        result("\(twin)") {
          let inputs = try inputs(of: type).cast(to: Float.self)
          return try checkGradients(
            of: DifferentiableFunction(Twin()), twin: DifferentiableFunction(L()), at: inputs,
            options: options)
        })
    }
    return results
  }

  private var options: GradientCheckOptions {
    var options = GradientCheckOptions(mode: mode)
    options.seed = seed
    return options
  }

  private func result(_ layer: String, _ check: () throws -> GradientReport) -> Result {
    do {
      return Result(layer: layer, report: try check())
    } catch {
      return Result(layer: layer, failure: "\(error)")
    }
  }

  /// The layer's examples, with those inputs replaced whose shapes are given.
  private func inputs<L: Layer>(of type: L.Type) throws -> NamedTensors<L.Scalar> {
    var random = SeededGenerator(seed: seed)
    var inputs = try L.exampleInputs(using: &random)
    for input in shapes {
      if let limit = input.limit {
        guard inputs.integers[input.name] != nil else {
          throw missing(input.name, among: inputs.integers.keys.sorted(), "integers")
        }
        inputs.integers[input.name] = .random(input.shape, in: 0..<limit, using: &random)
      } else {
        guard inputs.names.contains(input.name) else {
          throw missing(input.name, among: inputs.names, "numbers")
        }
        inputs.set(input.name, to: .randomNormal(input.shape, using: &random))
      }
    }
    return inputs
  }

  private func missing(_ name: String, among names: [String], _ kind: String) -> TensorError {
    let known = names.isEmpty ? "none" : names.joined(separator: ", ")
    return TensorError(
      "--input \(name)", shapes: [],
      reason: "the layer has no such input of \(kind); it has \(known)")
  }
}

extension LayerChecks {
  /// Results as JSON; NaN and infinity as the strings `nan`, `inf` and `-inf`.
  public static func json(_ results: [Result]) throws -> String { try reportJSON(results) }

  /// Results read from `json(_:)`.
  /// - Throws: `DecodingError` for anything else.
  public static func results(json: String) throws -> [Result] {
    try decodedReport([Result].self, from: json)
  }
}
