import Exercises
import Foundation

/// How a captioner is trained: Adam on minibatches, with what keeps it from learning by heart.
public struct CaptionerTraining: Equatable, Sendable {
  /// How often every caption is seen, and how many are seen at once.
  public var epochs, batchSize: Int
  /// Adam's, at the beginning.
  public var learningRate: Float
  /// The learning rate is multiplied by this after every so many epochs.
  public var learningRateDecay: Float = 1
  public var decayEvery = 1
  /// The learning rate also falls along half a cosine, to 0 at the end.
  ///
  /// Source: Loshchilov, Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017,
  /// arXiv 1608.03983, equation 5 without restarts.
  public var followsCosine = false
  /// The share of features, of the word vectors' elements and of the hidden states' elements before
  /// the vocabulary that are left out, from `0..<1` (`CaptioningParts.adding`).
  public var dropout: Float = 0
  /// The share of input words that become `<UNK>`, from `0..<1`.
  public var wordDropout: Float = 0
  /// Whether that share falls linearly, to 0 at the end: what pictures show is learned before which
  /// word follows which.
  public var wordDropoutFades = false
  /// The share of input words that, at the end of training, are the model's own prediction of them;
  /// it grows linearly from 0. From `0...1`.
  ///
  /// Source: Bengio et al., "Scheduled Sampling for Sequence Prediction with Recurrent Neural
  /// Networks", NeurIPS 2015, arXiv 1506.03099, with the linear schedule turned round. The
  /// predictions come from a first pass over the true words, not from one word at a time: Mihaylova,
  /// Martins, "Scheduled Sampling for Transformers", ACL 2019, DOI 10.18653/v1/P19-2049.
  public var scheduledSampling: Float = 0
  /// Gradients longer than this, all parameters' together, are shortened to it.
  ///
  /// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks",
  /// ICML 2013, arXiv 1211.5063, algorithm 1.
  public var clip: Float?
  /// The share of every weight, biases excepted, that a step takes away for each unit of the
  /// learning rate.
  ///
  /// Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", ICLR 2019,
  /// arXiv 1711.05101.
  public var weightDecay: Float = 0
  /// Training ends when so many epochs in a row brought no better validation.
  public var patience: Int?
  /// Decides the order of the captions and all that is left to chance.
  public var seed: UInt64

  public init(epochs: Int, batchSize: Int, learningRate: Float, seed: UInt64) {
    (self.epochs, self.batchSize, self.learningRate) = (epochs, batchSize, learningRate)
    self.seed = seed
  }

  /// The learning rate of an iteration, from 1 to `iterations`.
  func learningRate(iteration: Int, of iterations: Int, perEpoch: Int) -> Float {
    let epoch = (iteration - 1) / perEpoch
    let decayed = learningRate * Float.pow(learningRateDecay, Float(epoch / decayEvery))
    guard followsCosine else { return decayed }
    return decayed * (1 + Float(cos(Double.pi * Double(iteration - 1) / Double(iterations)))) / 2
  }
}

/// Why training stopped.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
