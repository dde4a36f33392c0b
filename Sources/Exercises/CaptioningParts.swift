import Tensors

/// The layers that a captioner is assembled from. Each forward pass returns its output together with
/// its backward pass, a function from the upstream gradient to the gradients of its inputs.
///
/// A captioner takes its parts as an argument, so that it can be judged with parts that are right
/// while a student's own are still being written, and run with the student's own afterwards.
/// Letters: N samples, T words, others as in `CaptionerParameters`.
public struct CaptioningParts<Scalar: TensorScalar>: Sendable {
  /// `(x, weight, bias)` to the output and its backward pass.
  public typealias Affine =
    @Sendable (Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>) throws -> (
      output: Tensor<Scalar>, backward: (Tensor<Scalar>) throws -> AffineGradients<Scalar>
    )
  /// `(words, table)` to the words' vectors and the backward pass, which gives the table's gradient.
  public typealias Embedding =
    @Sendable (Tensor<Int>, Tensor<Scalar>) throws -> (
      output: Tensor<Scalar>, backward: (Tensor<Scalar>) throws -> Tensor<Scalar>
    )
  /// `(x, initialHidden, inputWeight, hiddenWeight, bias)` to all hidden states and the backward
  /// pass.
  public typealias Recurrence =
    @Sendable (
      Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>
    ) throws -> (
      output: Tensor<Scalar>, backward: (Tensor<Scalar>) throws -> RecurrenceGradients<Scalar>
    )
  /// `(logits, targets, mask)` to the loss and its gradient by the logits.
  public typealias SoftmaxLoss =
    @Sendable (Tensor<Scalar>, Tensor<Int>, Tensor<Bool>) throws -> (
      loss: Scalar, gradient: Tensor<Scalar>
    )
  /// `(x, state, inputWeight, hiddenWeight, bias)` to the next state.
  public typealias Step =
    @Sendable (
      Tensor<Scalar>, RecurrentState<Scalar>, Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>
    ) throws -> RecurrentState<Scalar>

  /// `x·W + b`: x `[N, D]`, weight `[D, M]`, bias `[M]`, output `[N, M]`.
  public var affine: Affine
  /// A vector for each word: words `[N, T]`, table `[V, W]`, output `[N, T, W]`.
  public var embedding: Embedding
  /// The recurrence over whole sequences: x `[N, T, W]`, output `[N, T, H]`. An LSTM begins with a
  /// cell state of zeros.
  public var recurrence: Recurrence
  /// As `affine`, at every time step: x `[N, T, H]`, output `[N, T, V]`.
  public var temporalAffine: Affine
  /// The loss of logits `[N, T, V]` against targets `[N, T]` where the mask `[N, T]` is true, summed
  /// over time and averaged over N.
  public var temporalSoftmaxLoss: SoftmaxLoss
  /// One step of the recurrence: x `[N, W]`.
  public var step: Step

  public init(
    affine: @escaping Affine, embedding: @escaping Embedding, recurrence: @escaping Recurrence,
    temporalAffine: @escaping Affine, temporalSoftmaxLoss: @escaping SoftmaxLoss,
    step: @escaping Step
  ) {
    (self.affine, self.embedding, self.recurrence) = (affine, embedding, recurrence)
    (self.temporalAffine, self.temporalSoftmaxLoss) = (temporalAffine, temporalSoftmaxLoss)
    self.step = step
  }
}
