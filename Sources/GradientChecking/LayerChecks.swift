import Foundation
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

  /// What an input's elements are.
  public enum InputKind: String, Codable, Sendable { case numbers, integers, masks }

  /// What came of one layer.
  public struct Result: Codable, Sendable {
    public var layer: String
    public var report: GradientReport?
    /// The error that a pass or the layer's examples threw.
    public var failure: String?
    /// The inputs that the layer has, by name; empty where its examples could not be made.
    public var inputs: [String: InputKind] = [:]

    public init(layer: String, failure: String) { (self.layer, self.failure) = (layer, failure) }

    init(layer: String) { self.layer = layer }
  }

  /// Checks a layer.
  public func check<L: Layer>(_ type: L.Type) -> [Result] {
    [result(type) { try checkGradients(of: L(), at: $0, options: options) }]
  }

  /// Checks a layer whose generic parameter is not its scalar.
  public func check<L: Layer>(_ type: L.Type, twin: Any.Type) -> [Result] { check(type) }

  /// Checks a layer in `Double` and, where that is asked for, its twin in `Float` against it.
  public func check<L: Layer, Twin: Layer>(
    _ type: L.Type, twin: Twin.Type
  ) -> [Result] where L.Scalar == Double, Twin.Scalar == Float {
    guard inFloat else { return check(type) }
    let inFloat = result(type, named: "\(twin)") { inputs in
      try checkGradients(
        of: DifferentiableFunction(Twin()), twin: DifferentiableFunction(L()),
        at: inputs.cast(to: Float.self), options: options)
    }
    return check(type) + [inFloat]
  }

  private var options: GradientCheckOptions {
    var options = GradientCheckOptions(mode: mode)
    options.seed = seed
    return options
  }

  private func result<L: Layer>(
    _ type: L.Type, named name: String? = nil,
    _ check: (NamedTensors<L.Scalar>) throws -> GradientReport
  ) -> Result {
    var result = Result(layer: name ?? "\(type)")
    do {
      var random = SeededGenerator(seed: seed)
      var inputs = try L.exampleInputs(using: &random)
      result.inputs = Self.kinds(of: inputs)
      try reshape(&inputs, using: &random)
      result.report = try check(inputs)
    } catch {
      result.failure = "\(error)"
    }
    return result
  }

  private static func kinds<Scalar>(of inputs: NamedTensors<Scalar>) -> [String: InputKind] {
    var kinds: [String: InputKind] = [:]
    for name in inputs.names { kinds[name] = .numbers }
    for name in inputs.integers.keys { kinds[name] = .integers }
    for name in inputs.masks.keys { kinds[name] = .masks }
    return kinds
  }

  /// Replaces the inputs whose shapes are given, where there are such.
  private func reshape<Scalar>(
    _ inputs: inout NamedTensors<Scalar>, using random: inout SeededGenerator
  ) throws {
    let kinds = Self.kinds(of: inputs)
    for input in shapes {
      switch (kinds[input.name], input.limit) {
      case (.numbers, nil): inputs.set(input.name, to: .randomNormal(input.shape, using: &random))
      case (.integers, let limit?):
        inputs.integers[input.name] = .random(input.shape, in: 0..<limit, using: &random)
      case (.masks, nil):
        inputs.masks[input.name] = .random(input.shape, probability: 0.5, using: &random)
      default: break
      }
    }
  }

  /// Why a shape that was asked for fits no layer; nil where each fits one, or where that is not
  /// known.
  public func misuse(in results: [Result]) -> String? {
    guard results.allSatisfy({ !$0.inputs.isEmpty }) else { return nil }
    for input in shapes {
      let kinds = results.compactMap { $0.inputs[input.name] }
      if kinds.isEmpty {
        let layers = results.map { result in
          "\(result.layer) has \(result.inputs.keys.sorted().joined(separator: ", "))"
        }
        return "--input \(input.name): no layer has such an input; "
          + layers.joined(separator: "; ")
      }
      if input.limit == nil && !kinds.contains(where: { $0 != .integers }) {
        return "--input \(input.name): it holds integers; say below which, as in "
          + "\(input.name)=\(input.text)<10"
      }
      if input.limit != nil && !kinds.contains(.integers) {
        return "--input \(input.name): it holds \(kinds[0].rawValue), no integers; leave the limit "
          + "out, as in \(input.name)=\(input.text)"
      }
    }
    return nil
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

  /// The results as a page; those that there is no report of as a fault.
  public static func page(_ results: [Result]) -> String {
    gradientReportPage(
      results.map { result in
        result.report
          ?? GradientReport(
            function: result.layer, scalar: "not checked", mode: .elements, seed: 0, gradients: [],
            faults: [Fault(.threw, result.failure ?? "")])
      })
  }

  /// What a program made of somebody's layers does: checks the one that its arguments name.
  ///
  /// Its arguments are the checks as JSON, the number of the layer, and the file for the results.
  public static func run(_ layers: [(LayerChecks) -> [Result]]) throws {
    // Somebody who interrupts `backprop` while a pass loops for ever wants an end of this too.
    let parent = getppid()
    Thread.detachNewThread {
      while getppid() == parent { usleep(200_000) }
      exit(1)
    }
    let arguments = CommandLine.arguments
    let checks = try JSONDecoder().decode(LayerChecks.self, from: Data(arguments[1].utf8))
    try json(layers[Int(arguments[2]) ?? 0](checks))
      .write(toFile: arguments[3], atomically: true, encoding: .utf8)
  }
}
