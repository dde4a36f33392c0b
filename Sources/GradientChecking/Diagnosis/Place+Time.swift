import Tensors

/// An axis of the input along which the outputs depend on one another in one direction only.
struct TimeAxis {
  var axis: Int
  /// Whether the recurrence runs from the last index to the first.
  var isReversed: Bool
  /// For each output number, the index of the time step that it belongs to; nil for one that
  /// belongs to none.
  var step: [Int?]
  var steps: Int

  /// The step at which the backward pass begins.
  var start: Int { isReversed ? 0 : steps - 1 }
}

extension Evidence {
  /// The time axes that the Jacobian shows: an output at one step depends on the inputs at this step
  /// and at earlier ones, and on none at later ones.
  func timeAxes() -> [TimeAxis] {
    guard let jacobian else { return [] }
    var result: [TimeAxis] = []
    for (axis, steps) in numeric.shape.enumerated() where steps >= 2 {
      let stride = numeric.shape[(axis + 1)...].reduce(1, *)
      for place in 0..<(outputs.values.map(\.rank).max() ?? 0) {
        guard let step = outputSteps(along: place, steps: steps) else { continue }
        let columns = numeric.count
        let columnStep = (0..<columns).map { $0 / stride % steps }
        var largest = [Double](repeating: 0, count: steps * steps)
        jacobian.withUnsafeElements { elements in
          for (row, step) in step.enumerated() {
            guard let step else { continue }
            for column in 0..<columns {
              let block = step * steps + columnStep[column]
              largest[block] = max(largest[block], abs(elements[row * columns + column]))
            }
          }
        }
        let tiny = 1e-8 * (largest.max() ?? 0)
        let pairs = (0..<steps * steps).filter { largest[$0] > tiny }
        let back = pairs.contains { $0 % steps < $0 / steps }
        let ahead = pairs.contains { $0 % steps > $0 / steps }
        guard back != ahead else { continue }
        result.append(TimeAxis(axis: axis, isReversed: ahead, step: step, steps: steps))
      }
    }
    return result
  }

  /// The index along one axis of each output number, for those outputs whose axis has that size.
  private func outputSteps(along axis: Int, steps: Int) -> [Int?]? {
    var result: [Int?] = []
    for output in outputs.values {
      guard output.rank > axis, output.shape[axis] == steps else {
        result += [Int?](repeating: nil, count: output.count)
        continue
      }
      let stride = output.shape[(axis + 1)...].reduce(1, *)
      result += (0..<output.count).map { $0 / stride % steps }
    }
    return result.contains { $0 != nil } ? result : nil
  }
}

/// Each step's gradient is that of its own output alone.
let notCarriedBack: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.isFinite else { return nil }
  let upstream = evidence.flatUpstream
  for time in evidence.timeAxes() where upstream.count == time.step.count {
    var prediction = [Double](repeating: 0, count: sides.count)
    for step in 0..<time.steps {
      let own = zip(upstream, time.step).map { ($1 ?? time.start) == step ? $0 : 0 }
      guard let gradient = evidence.gradient(upstream: own)?.elements else { return nil }
      for element in 0..<sides.count where sides.index(element, along: time.axis) == step {
        prediction[element] = gradient[element]
      }
    }
    if sides.agrees(with: prediction) { return carriedNowhere(time) }
  }
  return nil
}

private func carriedNowhere(_ time: TimeAxis) -> Diagnosis {
  let next = time.isReversed ? "the step before it" : "the step after it"
  return Diagnosis(
    .notCarriedBack,
    "right at the \(time.isReversed ? "first" : "last") time step (index \(time.start) along axis "
      + "\(time.axis)) only: each step uses the gradient of its own output alone; add to it the "
      + "gradient of the hidden state that \(next) gives")
}

/// Right at the step where the backward pass begins, and at no other.
let rightAtOneEndOfTime: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence) else { return nil }
  for (axis, steps) in sides.shape.enumerated() where steps >= 3 {
    guard let isReversed = evidence.isTime(axis) else { continue }
    for first in isReversed {
      let start = first ? 0 : steps - 1
      if let found = rightAtSeveral(sides, axis, isReversed: first, evidence) { return found }
      guard
        sides.isWrongExactly(
          among: 2 * sides.shape.count, in: { sides.index($0, along: axis) != start })
      else { continue }
      return Diagnosis(
        .notCarriedBack,
        "right at the \(first ? "first" : "last") time step (index \(start) along axis \(axis) of "
          + "\(steps)) only: what one step hands to the next on the way back (the gradient of the "
          + "hidden state or of the cell state) is missing or wrong")
    }
  }
  return nil
}

/// Right at several steps from the one on where the backward pass begins: it stops being carried.
private func rightAtSeveral(
  _ sides: SideBySide, _ axis: Int, isReversed: Bool, _ evidence: Evidence
) -> Diagnosis? {
  let steps = sides.shape[axis]
  guard steps >= 4,
    evidence.timeAxes().contains(where: { $0.axis == axis && $0.isReversed == isReversed })
  else { return nil }
  /// How many steps after it has begun the backward pass reaches an element.
  func age(_ element: Int) -> Int {
    let index = sides.index(element, along: axis)
    return isReversed ? index : steps - 1 - index
  }
  for kept in 2...steps - 2
  where sides.isWrongExactly(among: 2 * steps, in: { age($0) >= kept }) {
    return Diagnosis(
      .notCarriedBack,
      "right at the \(isReversed ? "first" : "last") \(kept) time steps (along axis \(axis) of "
        + "\(steps)) only: from there on the gradient of the hidden state is no longer carried back"
    )
  }
  return nil
}

extension Evidence {
  /// The directions in which an axis may be time: `false` for forward, `true` for backward; nil
  /// where it is none.
  fileprivate func isTime(_ axis: Int) -> [Bool]? {
    let size = numeric.shape[axis]
    if outputs.values.contains(where: { $0.shape.contains(size) && $0.rank >= 2 }) {
      guard jacobian != nil else { return [false, true] }
      let directions = timeAxes().filter { $0.axis == axis }.map(\.isReversed)
      return directions.isEmpty ? nil : directions
    }
    // Only the last state is given out, of a width that a recurrence's weights have too.
    return numeric.rank == 3 && axis < 2 && carriesState ? [false, true] : nil
  }

  /// Whether there are weights from a state, such as an output, to itself or to its gates.
  private var carriesState: Bool {
    outputs.values.contains { output in
      guard output.rank >= 2, let width = output.shape.last, width > 1 else { return false }
      return inputs.values.contains {
        $0.rank == 2 && $0.shape.contains(width) && $0.shape.allSatisfy { $0 % width == 0 }
      }
    }
  }
}
