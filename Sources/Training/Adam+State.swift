import Tensors

extension Adam {
  /// All that is remembered of earlier steps, to be saved and set again: for each parameter `name`
  /// the tensors `name.mean` and `name.meanSquare`, shaped as the parameter, and `name.powers`
  /// `[2]`, the powers of β₁ and β₂. Setting it forgets a parameter that lacks one of them.
  public var state: [String: Tensor<Scalar>] {
    get {
      var state: [String: Tensor<Scalar>] = [:]
      for (name, moments) in moments {
        state[name + ".mean"] = moments.mean
        state[name + ".meanSquare"] = moments.meanSquare
        state[name + ".powers"] = Tensor([moments.power1, moments.power2])
      }
      return state
    }
    set {
      moments = [:]
      for (key, powers) in newValue where key.hasSuffix(".powers") && powers.shape == [2] {
        let name = String(key.dropLast(".powers".count))
        guard let mean = newValue[name + ".mean"], let square = newValue[name + ".meanSquare"],
          mean.shape == square.shape
        else { continue }
        var remembered = AdamMoments(like: mean)
        (remembered.mean, remembered.meanSquare) = (mean, square)
        (remembered.power1, remembered.power2) = (powers[0], powers[1])
        moments[name] = remembered
      }
    }
  }
}
