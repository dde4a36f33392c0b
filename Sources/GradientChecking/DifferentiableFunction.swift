import Tensors

/// A function of named tensors with a backward pass that somebody wrote: what there is to check.
public struct DifferentiableFunction<Scalar: TensorScalar> {
  public typealias Pullback = (_ upstream: NamedTensors<Scalar>) throws -> NamedTensors<Scalar>

  /// What reports call it.
  public var name: String
  /// The forward pass, and the backward pass as a function of the upstream gradient alone.
  public let run: (NamedTensors<Scalar>) throws -> (outputs: NamedTensors<Scalar>, Pullback)
  /// The forward pass alone.
  public let forward: (NamedTensors<Scalar>) throws -> NamedTensors<Scalar>

  /// A function given by its two passes.
  ///
  /// - Parameters:
  ///   - name: What reports call it.
  ///   - forward: Calculates the output, one tensor or several, and what the backward pass needs.
  ///   - backward: Given the gradient of the loss with respect to each output, and what `forward`
  ///     kept, calculates the gradient with respect to each input, by the input's name.
  public init<Output: TensorOutput, Cache>(
    _ name: String = "function",
    forward: @escaping (NamedTensors<Scalar>) throws -> (output: Output, cache: Cache),
    backward: @escaping (_ upstream: Output, _ cache: Cache) throws -> NamedTensors<Scalar>
  ) where Output.Scalar == Scalar {
    self.name = name
    self.forward = { try forward($0).output.named }
    run = { inputs in
      let (output, cache) = try forward(inputs)
      return (output.named, { try backward(Output(named: $0), cache) })
    }
  }

  /// A function given by what makes it up.
  init(
    name: String,
    run: @escaping (NamedTensors<Scalar>) throws -> (outputs: NamedTensors<Scalar>, Pullback),
    forward: @escaping (NamedTensors<Scalar>) throws -> NamedTensors<Scalar>
  ) {
    (self.name, self.run, self.forward) = (name, run, forward)
  }

  /// A layer.
  public init<L: Layer>(_ layer: L) where L.Scalar == Scalar {
    // Without its generic parameter, which the report names as the scalar.
    let name = "\(L.self)".prefix { $0 != "<" }
    self.init(String(name), forward: layer.forward, backward: layer.backward)
  }

  /// The backward pass of this function as a function in its own right, whose backward pass is
  /// `doubleBackward`: checking it checks the gradient of the gradient.
  ///
  /// Its inputs are those of this function and the upstream gradients, named `upstream of` and the
  /// output's name. Its outputs are this function's gradients, by the inputs' names.
  ///
  /// - Parameter doubleBackward: Given the gradient of a loss with respect to each gradient (by the
  ///   inputs' names), and the inputs and upstream gradients, calculates the loss's gradient with
  ///   respect to each of the latter.
  public func gradientFunction(
    doubleBackward:
      @escaping (
        _ upstream: NamedTensors<Scalar>, _ inputs: NamedTensors<Scalar>
      ) throws -> NamedTensors<Scalar>
  ) -> DifferentiableFunction {
    let run = self.run
    return DifferentiableFunction("gradient of \(name)") {
      (inputs: NamedTensors) -> (output: NamedTensors, cache: NamedTensors) in
      let (outputs, pullback) = try run(inputs)
      var upstream = NamedTensors<Scalar>()
      for output in outputs.names { upstream.set(output, to: try inputs["upstream of \(output)"]) }
      return (try pullback(upstream), inputs)
    } backward: { (upstream: NamedTensors, inputs: NamedTensors) in
      try doubleBackward(upstream, inputs)
    }
  }
}

/// A layer with a backward pass of its own: for those who want a type to put it in, and for
/// `backprop gradcheck`, which finds every layer of a file.
///
/// What is differentiated, parameters too, comes in by name; settings are stored properties. A layer
/// that is generic over its scalar is checked in `Double`, and in `Float` beside it.
public protocol Layer<Scalar> {
  associatedtype Scalar: TensorScalar
  /// `Tensor<Scalar>`, or `NamedTensors<Scalar>` for several outputs.
  associatedtype Output: TensorOutput where Output.Scalar == Scalar
  /// What the backward pass needs from the forward pass.
  associatedtype Cache

  /// With the settings to check it with.
  init()

  /// Inputs and parameters to check the layer at; sizes that all differ find most.
  static func exampleInputs(using random: inout SeededGenerator) throws -> NamedTensors<Scalar>

  func forward(_ inputs: NamedTensors<Scalar>) throws -> (output: Output, cache: Cache)

  /// - Returns: The gradient with respect to every input, by its name and of its shape.
  func backward(_ upstream: Output, cache: Cache) throws -> NamedTensors<Scalar>
}
