import Kernels
import Tensors

extension ConvolutionalNetwork {
  /// The last layer's output, and the way from a loss by it to the gradients by all weights.
  ///
  /// Unlike `features(_:layers:)` it keeps the input of every convolution, which its weights'
  /// gradient needs, and leaves out the gradient by the picture.
  ///
  /// Shapes: x and output as in `features(_:layers:)`; `gradients` takes the gradient by the output,
  /// `[N, C, H', W']`, and returns each weight's by its name, shaped as the weight.
  /// - Throws: As `features(_:layers:)`.
  public func training(_ x: Tensor<Scalar>) throws -> (
    output: Tensor<Scalar>,
    gradients: (_ upstream: Tensor<Scalar>) throws -> [String: Tensor<Scalar>]
  ) {
    var current = try checked(x)
    var steps: [TrainingStep<Scalar>] = []
    for number in architecture.layerNumbers {
      let step = try TrainingStep(layer(number), current, name: "features.\(number)")
      steps.append(step)
      current = step.output
    }
    return (
      current,
      { upstream in
        var gradients: [String: Tensor<Scalar>] = [:]
        var upstream = upstream
        for (number, step) in steps.enumerated().reversed() {
          try step.addGradients(upstream, &gradients)
          if number > 0 { upstream = try step.inputGradient(upstream) }
        }
        return gradients
      }
    )
  }
}

/// One layer's forward pass with what its gradients need.
private struct TrainingStep<Scalar: TensorScalar> {
  let output: Tensor<Scalar>
  /// Adds the weights' gradients, from that of the output.
  let addGradients: (Tensor<Scalar>, inout [String: Tensor<Scalar>]) throws -> Void
  let inputGradient: (Tensor<Scalar>) throws -> Tensor<Scalar>

  private static func convolution(
    _ name: String, _ convolution: ConvolutionReLU<Scalar>, _ x: Tensor<Scalar>
  ) throws -> Self {
    let output = try convolution.forward(x)
    let passed = output .> 0
    return Self(
      output: output,
      addGradients: { upstream, gradients in
        (gradients[name + ".weight"], gradients[name + ".bias"]) =
          try convolution.weightGradient(upstream: upstream, passed: passed, input: x)
      },
      inputGradient: {
        try convolution.inputGradient(upstream: $0, passed: passed, inputShape: x.shape)
      })
  }

  private init(
    output: Tensor<Scalar>,
    addGradients: @escaping (Tensor<Scalar>, inout [String: Tensor<Scalar>]) throws -> Void,
    inputGradient: @escaping (Tensor<Scalar>) throws -> Tensor<Scalar>
  ) {
    (self.output, self.addGradients) = (output, addGradients)
    self.inputGradient = inputGradient
  }

  init(_ layer: Layer<Scalar>, _ x: Tensor<Scalar>, name: String) throws {
    switch layer {
    case .identity:
      (output, addGradients, inputGradient) = (x, { _, _ in }, { $0 })
    case .convolution(let convolution):
      self = try .convolution(name, convolution, x)
    case .pooling(let pooling, let window):
      let (output, cache) = try pooling.forward(x, window)
      self.output = output
      addGradients = { _, _ in }
      inputGradient = { try pooling.inputGradient(upstream: $0, cache: cache) }
    case .fire(let squeeze, let expand1, let expand3):
      let squeezed = try Self.convolution(name + ".squeeze", squeeze, x)
      let one = try Self.convolution(name + ".expand1x1", expand1, squeezed.output)
      let three = try Self.convolution(name + ".expand3x3", expand3, squeezed.output)
      output = try .concatenating([one.output, three.output], axis: 1)
      func ofSqueezed(_ upstream: Tensor<Scalar>) throws -> Tensor<Scalar> {
        try one.inputGradient(upstream[.all, 0..<expand1.filters])
          + three.inputGradient(upstream[.all, expand1.filters..<upstream.shape[1]])
      }
      addGradients = { upstream, gradients in
        try one.addGradients(upstream[.all, 0..<expand1.filters], &gradients)
        try three.addGradients(
          upstream[.all, expand1.filters..<upstream.shape[1]], &gradients)
        try squeezed.addGradients(ofSqueezed(upstream), &gradients)
      }
      inputGradient = { try squeezed.inputGradient(ofSqueezed($0)) }
    }
  }
}
