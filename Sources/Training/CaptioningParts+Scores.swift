import Exercises
import Tensors

extension CaptioningParts {
  /// The same parts, but whatever chooses words sees other scores of them.
  ///
  /// - Parameters:
  ///   - parameters: Those that the parts are used with.
  ///   - change: From scores to scores, `[N, V]`.
  public func mappingScores(
    _ parameters: CaptionerParameters<Scalar>,
    _ change: @escaping @Sendable (Tensor<Scalar>) throws -> Tensor<Scalar>
  ) -> CaptioningParts {
    var parts = self
    parts.affine = { [affine] x, weight, bias in
      var result = try affine(x, weight, bias)
      if weight == parameters.vocabularyWeight { result.output = try change(result.output) }
      return result
    }
    return parts
  }

  /// The same parts, with which no caption says `<UNK>`: of a word that is none the second best says
  /// more.
  public func silencingUnknown(_ parameters: CaptionerParameters<Scalar>) -> CaptioningParts {
    let unknown = Tensor(Array(0..<parameters.vocabularyBias.count)) .== SpecialToken.unknown
    return mappingScores(parameters) { try $0.replacing(where: unknown, with: -.infinity) }
  }
}
