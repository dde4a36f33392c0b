import GradientChecking
import Tensors

/// A layer whose backward pass is right, or makes the one mistake that it is told to make.
protocol PlantedLayer: Layer where Scalar == Double {
  associatedtype Mistake: Hashable & CaseIterable & Sendable
  var mistake: Mistake? { get set }
  /// What the figures call it.
  static var name: String { get }
  /// The sizes that `inputs(sizes:using:)` makes inputs of, unless a mistake needs others.
  static var sizes: [Int] { get }
  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double>
  /// Equal blocks along an axis of an input, by the input's name.
  static var blocks: [String: Blocks] { get }
  /// Every mistake, in words, and what it must be called.
  static var plants: [Plant<Mistake>] { get }
}

extension PlantedLayer {
  static var blocks: [String: Blocks] { [:] }

  static func exampleInputs(using random: inout SeededGenerator) throws -> NamedTensors<Double> {
    try inputs(sizes: sizes, using: &random)
  }

  init(_ mistake: Mistake?) {
    self.init()
    self.mistake = mistake
  }

  /// What a check finds: the mistake, or a right backward pass with none.
  static func check(
    _ mistake: Mistake?, sizes: [Int]? = nil, seed: UInt64 = 231
  ) throws -> GradientReport {
    var random = SeededGenerator(seed: seed)
    var options = GradientCheckOptions()
    (options.blocks, options.seed) = (blocks, seed)
    let inputs = try inputs(sizes: sizes ?? Self.sizes, using: &random)
    return try checkGradients(of: Self(mistake), at: inputs, options: options)
  }

  static var planted: PlantedLayerRows {
    PlantedLayerRows(
      name: name,
      bugs: plants.map { plant in
        PlantedBug(
          layer: name, words: plant.words, input: plant.input, expected: plant.expected
        ) { try check(plant.mistake, sizes: plant.sizes, seed: $0) }
      },
      function: DifferentiableFunction(Self(nil)),
      inputs: { seed in
        var random = SeededGenerator(seed: seed)
        return try inputs(sizes: sizes, using: &random)
      },
      unplanted: Set(Mistake.allCases).subtracting(plants.map(\.mistake)).map { "\($0)" },
      blocks: blocks)
  }
}

/// A mistake and what the diagnosis must call it: any of the kinds, where several are as right; the
/// figures count it for the first. No kind is right for a mistake without a name.
struct Plant<Mistake: Sendable>: Sendable {
  let mistake: Mistake
  let input: String
  let words: String
  let expected: [Diagnosis.Kind]
  var sizes: [Int]?

  init(
    _ mistake: Mistake, _ input: String, _ words: String, _ expected: [Diagnosis.Kind],
    sizes: [Int]? = nil
  ) {
    (self.mistake, self.input, self.words) = (mistake, input, words)
    (self.expected, self.sizes) = (expected, sizes)
  }
}

/// One row of the table of planted mistakes.
struct PlantedBug {
  let layer: String
  let words: String
  /// The input whose gradient the mistake spoils.
  let input: String
  let expected: [Diagnosis.Kind]
  let check: (_ seed: UInt64) throws -> GradientReport

  var title: String { "\(layer), \(input): \(words)" }
}

/// A layer with its rows of the table, whatever its type.
struct PlantedLayerRows {
  let name: String
  let bugs: [PlantedBug]
  /// With the right backward pass.
  let function: DifferentiableFunction<Double>
  let inputs: (_ seed: UInt64) throws -> NamedTensors<Double>
  /// The mistakes without a row.
  let unplanted: [String]
  let blocks: [String: Blocks]
}
