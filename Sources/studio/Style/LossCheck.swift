import A4StyleTransfer
import Exercises
import Tensors

/// Tries the exercises of A4 on small tensors before hours are spent on painting with them.
/// - Throws: `StudioError` that names the first exercise that is wrong or not written yet.
func checkLosses() throws {
  try withExercises {
    do {
      let parts: StyleParts<Double> = styleParts { _, _ in ([:], { _ in .zeros([]) }) }
      try parts.check(gram: gramParts(), step: { try transferStep($0, target: $1, parts: $2) })
    } catch let mistake as StyleMistake {
      throw StudioError(
        "exercise \(mistake); run `backprop check \(mistake.exercise)`, and build again")
    }
  }
}
