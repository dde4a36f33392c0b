import A2RNNCaptioning
import A3LSTMCaptioning
import Exercises
import Tensors
import Training

// What the exercises do for the captioning commands.

extension RecurrentCell {
  /// The layers that this cell's assignment is built from.
  var parts: CaptioningParts<Float> {
    let parts: CaptioningParts<Float> = A2RNNCaptioning.captioningParts()
    return self == .rnn ? parts : A3LSTMCaptioning.captioningParts(basedOn: parts)
  }

  /// What this cell's assignment trains with.
  var exercises: CaptionerExercises {
    CaptionerExercises(parts: parts) { features, captions, parameters, parts in
      switch self {
      case .rnn:
        try A2RNNCaptioning.captionerLoss(
          features: features, captions: captions, parameters: parameters, parts: parts)
      case .lstm:
        try A3LSTMCaptioning.captionerLoss(
          features: features, captions: captions, parameters: parameters, parts: parts)
      }
    }
  }
}
