import ArgumentParser
import Foundation
import Grading

struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write something to begin with.", subcommands: [NewLayer.self])
}

struct NewLayer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layer", abstract: "Write a small layer of your own that passes gradcheck.")

  @Argument(help: "The layer's name, as in Swish; its file is named after it.")
  var name: String

  @Option(name: .shortAndLong, help: "The file to write, if another.")
  var output: String?

  /// Words of Swift that begin with a capital, and what the layer's own text speaks of.
  private static let takenNames: Set = [
    "Any", "Self", "Layer", "Scalar", "Tensor", "TensorScalar", "NamedTensors", "SeededGenerator",
    "Tensors", "GradientChecking",
  ]

  private var path: String { output ?? "\(name).swift" }

  func validate() throws {
    guard name.wholeMatch(of: /\p{Lu}[\p{L}\p{Nd}_]*/) != nil else {
      throw ValidationError(
        "“\(name)” is no name for a layer; expected a capital letter, then letters and digits, as in "
          + "Swish")
    }
    guard !Self.takenNames.contains(name) else {
      throw ValidationError("“\(name)” has a meaning already; choose another name, as in Swish")
    }
    guard path.hasSuffix(".swift") else {
      throw ValidationError("\(path) is no Swift file: its name must end in .swift")
    }
  }

  func run() throws {
    let file = URL(fileURLWithPath: path)
    guard !FileManager.default.fileExists(atPath: file.path) else {
      throw GradingError(
        "exists already and stays as it is; choose another name", path: shortPath(file))
    }
    try writeAtomically(Self.text(name), to: file)
    print("wrote \(shortPath(file)); check it with: backprop gradcheck \(shortPath(file))")
  }

  private static func text(_ name: String) -> String {
    """
    import GradientChecking
    import Tensors

    /// y = x·σ(a·x), element by element: the input with a gate that it opens itself. The slope a is
    /// learned, one for each column.
    ///
    /// Source: Ramachandran, Zoph, Le, "Searching for Activation Functions", arXiv:1710.05941.
    ///
    /// Shapes: x `[N, D]`, slope `[D]`, output `[N, D]`.
    struct \(name)<Scalar: TensorScalar>: Layer {
      /// What the layer is checked at. Sizes that all differ find most mistakes.
      static func exampleInputs(
        using random: inout SeededGenerator
      ) throws -> NamedTensors<Scalar> {
        ["x": .randomNormal([4, 3], using: &random), "slope": .randomNormal([3], using: &random)]
      }

      /// The inputs are all that the backward pass needs: they are the cache.
      func forward(
        _ inputs: NamedTensors<Scalar>
      ) throws -> (output: Tensor<Scalar>, cache: NamedTensors<Scalar>) {
        let (x, slope) = (try inputs["x"], try inputs["slope"])
        return (try x * (x * slope).sigmoid(), inputs)
      }

      /// dx = dy·(g + x·a·g′) and da = Σ dy·x²·g′ over the samples, with the gate g = σ(a·x) and
      /// g′ = g·(1 − g).
      func backward(
        _ upstream: Tensor<Scalar>, cache: NamedTensors<Scalar>
      ) throws -> NamedTensors<Scalar> {
        let (x, slope) = (try cache["x"], try cache["slope"])
        let gate = try (x * slope).sigmoid()
        let slopeOfGate = try gate * (1 - gate)
        return [
          "x": try upstream * (gate + x * slope * slopeOfGate),
          "slope": try (upstream * x.squared() * slopeOfGate).sum(axis: 0),
        ]
      }
    }

    """
  }
}
