import Tensors

/// Mistakes that are made in one part of the gradient only.
let partHypotheses: [Hypothesis] = [
  rightAtOneEndOfTime, wrongInNamedBlocks, maskFalseOrTrue,
  notZeroWhereItShouldBe, wrongAtBorders, wrongInOnePart, rightAtOneIndex,
]

// MARK: - Blocks and indices

/// Wrong in some of the blocks that have names, such as an LSTM's gates.
private let wrongInNamedBlocks: Hypothesis = { evidence in
  guard let blocks = evidence.blocks, let sides = SideBySide(evidence),
    sides.shape.indices.contains(blocks.axis), blocks.names.count > 1,
    sides.shape[blocks.axis] % blocks.names.count == 0
  else { return nil }
  let (axis, names) = (blocks.axis, blocks.names)
  let width = sides.shape[axis] / names.count
  func block(_ element: Int) -> Int { sides.index(element, along: axis) / width }
  var isWrong = [Bool](repeating: false, count: names.count)
  for element in 0..<sides.count where sides.wrong[element] { isWrong[block(element)] = true }
  let wrong = names.indices.filter { isWrong[$0] }
  // The same mistake in all of them, or none that is known.
  let details = wrong.map {
    evidence.explanation(axis: axis, range: $0 * width..<($0 + 1) * width)
  }
  let detail = details.allSatisfy { $0 == details[0] } ? details[0] : nil
  guard
    sides.isWrongExactly(
      among: wrong.count == 1 ? names.count : 1 << names.count, chance: detail == nil ? 0.01 : 0.2,
      in: { isWrong[block($0)] })
  else { return nil }
  let wrongNames = list(wrong.map { names[$0] })
  let rightNames = list(names.indices.filter { !isWrong[$0] }.map { names[$0] })
  let isOne = wrong.count == 1
  let place =
    isOne
    ? "only the block of \(wrongNames) is wrong (indices \(wrong[0] * width) to "
      + "\((wrong[0] + 1) * width - 1) along axis \(axis), the \(ordinal(wrong[0])) of "
      + "\(names.count) blocks)"
    : "only the blocks of \(wrongNames) are wrong (along axis \(axis), in blocks of \(width))"
  let shouldBeZero = (0..<sides.count).allSatisfy {
    !sides.wrong[$0] || abs(sides.numeric[$0]) <= 1e-8 * sides.scale
  }
  let what =
    (detail ?? (shouldBeZero ? "it should be zero and is not" : nil)).map { ": there, \($0)" }
    ?? ": look for what only \(wrongNames) \(isOne ? "passes" : "pass") through"
  let others = names.count - wrong.count == 1 ? "that of" : "those of"
  let are = names.count - wrong.count == 1 ? "is" : "are"
  return Diagnosis(.onePartWrong, "\(place), \(others) \(rightNames) \(are) right\(what)")
}

/// Right at one index along an axis only.
private let rightAtOneIndex: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence) else { return nil }
  let parts = sides.shape.reduce(0, +)
  for axis in sides.shape.indices where sides.shape[axis] >= 3 {
    guard
      let right = (0..<sides.count).first(where: { sides.telling[$0] && !sides.wrong[$0] })
        .map({ sides.index($0, along: axis) }),
      sides.isWrongExactly(among: parts, in: { sides.index($0, along: axis) != right })
    else { continue }
    return Diagnosis(
      .onePartWrong,
      "it is right only at index \(right) along axis \(axis) (of \(sides.shape[axis])), and wrong "
        + "elsewhere: look for what is done for that index alone")
  }
  return nil
}

/// Wrong in one of two, three or four equal blocks along an axis, or at one index along it.
private let wrongInOnePart: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence) else { return nil }
  let parts = sides.shape.reduce(0) { $0 + $1 + 9 }
  for axis in sides.shape.indices where sides.shape[axis] > 1 {
    let size = sides.shape[axis]
    for width in [1] + [4, 3, 2].filter({ size % $0 == 0 && size > $0 }).map({ size / $0 }) {
      guard
        let start = (0..<sides.count).first(where: { sides.wrong[$0] })
          .map({ sides.index($0, along: axis) / width * width })
      else { continue }
      let range = start..<start + width
      let isInside = { (element: Int) in range.contains(sides.index(element, along: axis)) }
      guard sides.isWrongExactly(among: parts, chance: 0.2, in: isInside) else { continue }
      let detail = evidence.explanation(axis: axis, range: range)
      guard detail != nil || sides.isWrongExactly(among: parts, in: isInside) else { continue }
      let place =
        width == 1
        ? "only at index \(start) along axis \(axis) (of \(size))"
        : "only at indices \(start) to \(start + width - 1) along axis \(axis), the "
          + "\(ordinal(start / width)) of \(size / width) equal blocks"
      let what = detail.map { ": there, \($0)" } ?? ": look for what is special about that place"
      return Diagnosis(.onePartWrong, "it is wrong \(place), and right elsewhere\(what)")
    }
  }
  return nil
}

extension Evidence {
  /// What explains the part of the gradient in a range of an axis, in words; nil where nothing does.
  fileprivate func explanation(axis: Int, range: Range<Int>) -> String? {
    guard let part = part(axis: axis, range: range) else { return nil }
    let simple: Set<Diagnosis.Kind> = [
      .zeros, .notFinite, .wrongSign, .constantFactor, .sumInsteadOfMean, .meanInsteadOfSum,
      .signLost, .clipped, .transposed, .reversed, .offByOne, .upstreamForgotten,
      .upstreamUsedTwice, .pathMissing, .activationDerivativeMissing,
      .activationDerivativeMisplaced,
    ]
    for hypothesis in wholeTensorHypotheses + activationHypotheses {
      if let found = hypothesis(part), simple.contains(found.kind) { return found.message }
    }
    return nil
  }

  /// The evidence about a range of indices along an axis of the input alone.
  func part(axis: Int, range: Range<Int>) -> Evidence? {
    let shape = numeric.shape
    guard analytic.shape == shape, shape.indices.contains(axis) else { return nil }
    let stride = shape[(axis + 1)...].reduce(1, *)
    let kept = (0..<numeric.count).filter { range.contains($0 / stride % shape[axis]) }
    var newShape = shape
    newShape[axis] = range.count
    func slice<Element>(_ tensor: Tensor<Element>) -> Tensor<Element>? {
      let elements = tensor.elements
      return try? Tensor(kept.map { elements[$0] }, shape: newShape)
    }
    guard let analytic = slice(analytic), let numeric = slice(numeric),
      let comparable = slice(comparable), let errorBars = slice(errorBars)
    else { return nil }
    var inputs = inputs
    if let input = try? inputs[name], input.shape == shape, let sliced = slice(input) {
      inputs.set(name, to: sliced)
    }
    var part = Evidence(
      name: name, analytic: analytic, numeric: numeric, comparable: comparable,
      errorBars: errorBars, inputs: inputs, outputs: outputs, upstream: upstream)
    if let jacobian {
      let columns = self.numeric.count
      let all = jacobian.elements
      let some = (0..<jacobian.shape[0]).flatMap { row in kept.map { all[row * columns + $0] } }
      part.jacobian = try? Tensor(some, shape: [jacobian.shape[0], kept.count])
    }
    return part
  }
}

/// "a", "a and b", "a, b and c".
func list(_ names: [String]) -> String {
  guard let last = names.last, names.count > 1 else { return names.first ?? "" }
  return names.dropLast().joined(separator: ", ") + " and " + last
}

// MARK: - Masks

/// Wrong exactly where a mask among the inputs is false, or exactly where it is true.
private let maskFalseOrTrue: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence) else { return nil }
  let wrong = (0..<sides.count).filter { sides.wrong[$0] }
  let shouldBeZero = wrong.allSatisfy { abs(sides.numeric[$0]) <= 1e-8 * sides.scale }
  let isZero = wrong.allSatisfy { abs(sides.analytic[$0]) <= 1e-12 * sides.scale }
  for (name, mask) in evidence.inputs.masks.sorted(by: { $0.key < $1.key }) {
    guard let mask = broadcast(mask, to: sides.shape) else { continue }
    if let inverted = invertedMask(sides, name: name, mask: mask) { return inverted }
    for value in [false, true] {
      // Right where everything is zero is not right elsewhere.
      guard sides.isWrongExactly(among: 2, countingZeros: true, in: { mask[$0] == value }),
        shouldBeZero || sides.isWrongExactly(among: 2, in: { mask[$0] == value })
      else { continue }
      let what =
        shouldBeZero
        ? "it should be zero there: multiply the gradient by the mask"
        : isZero
          ? "it is zero there and should not be: the mask is applied where it does not count"
          : "the backward pass does not treat those elements as the forward pass does"
      return Diagnosis(
        .maskIgnored, "it is wrong exactly where the mask `\(name)` is \(value); \(what)")
    }
  }
  return nil
}

private func invertedMask(_ sides: SideBySide, name: String, mask: [Bool]) -> Diagnosis? {
  guard sides.isInverted(where: { mask[$0] }) || sides.isInverted(where: { !mask[$0] })
  else { return nil }
  return Diagnosis(
    .maskIgnored,
    "the mask `\(name)` is inverted: the gradient is zero exactly where it should pass, and passes "
      + "where it should be zero")
}

extension SideBySide {
  /// Whether the gradient should be zero where something holds and is not, and should not be zero
  /// elsewhere and is.
  fileprivate func isInverted(where isZero: (Int) -> Bool) -> Bool {
    var (zeros, others, letThrough) = (0, 0, 0)
    for element in 0..<count where comparable[element] {
      let isSmall = abs(numeric[element]) <= 1e-8 * scale + errorBars[element]
      if isZero(element) {
        guard isSmall else { return false }
        zeros += 1
        if wrong[element] { letThrough += 1 }
      } else {
        guard abs(analytic[element]) <= 1e-12 * scale else { return false }
        if !isSmall { others += 1 }
      }
    }
    return min(letThrough, others) >= 3 && 10 * letThrough >= 9 * zeros
  }
}

/// The mask for each element of a shape: of the same shape, or without its trailing axes, or
/// without its leading ones.
private func broadcast(_ mask: Tensor<Bool>, to shape: [Int]) -> [Bool]? {
  let trailing = [Int](repeating: 1, count: max(0, shape.count - mask.rank))
  let candidates = [mask.shape, mask.shape + trailing, trailing + mask.shape]
  for candidate in candidates where candidate.count == shape.count {
    if let result = try? mask.reshaped(candidate).broadcast(to: shape) { return result.elements }
  }
  return nil
}

/// Wrong exactly where the right gradient is zero: ReLU's or dropout's zeros let it through.
private let notZeroWhereItShouldBe: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), sides.scale > 0 else { return nil }
  let isZero = (0..<sides.count).map {
    abs(sides.numeric[$0]) <= 1e-8 * sides.scale + sides.errorBars[$0]
  }
  let zeros = (0..<sides.count).filter { isZero[$0] && sides.comparable[$0] }.count
  if sides.isInverted(where: { isZero[$0] }) {
    return Diagnosis(
      .maskIgnored,
      "the mask is inverted: the gradient is zero exactly where it should not be, and not zero at "
        + "the \(zeros) elements where it should be")
  }
  guard sides.isWrongExactly(countingZeros: true, in: { isZero[$0] }) else { return nil }
  return Diagnosis(
    .maskIgnored,
    "it is right except at \(zeros) elements of \(sides.count), where it should be exactly zero: "
      + "what the forward pass drops there (ReLU's negative elements, dropout's or padding's) must "
      + "be masked in the backward pass as well")
}

// MARK: - Borders

/// Wrong at the borders of the spatial axes and right inside, as a mistake with padding is.
private let wrongAtBorders: Hypothesis = { evidence in
  guard let sides = SideBySide(evidence), !sides.shape.isEmpty else { return nil }
  let rank = sides.shape.count
  // Images come as [.., height, width], as [.., height, width, channels] or as [.., length].
  let spatial = [[rank - 2, rank - 1], [rank - 3, rank - 2], [rank - 1]]
    .filter { $0.allSatisfy { $0 >= 0 } }
  for axes in spatial {
    // Inside there is as much as at a border, and along a single axis more than one index.
    let least = axes.count == 1 ? 2 : 1
    for width in 1...3
    where axes.allSatisfy({ sides.shape[$0] - 2 * width >= max(width, least) }) {
      for (low, high, which) in [
        (true, true, "borders"), (true, false, "borders at the low indices"),
        (false, true, "borders at the high indices"),
      ] {
        let isBorder = { (element: Int) in
          axes.contains { axis in
            let index = sides.index(element, along: axis)
            return low && index < width || high && index >= sides.shape[axis] - width
          }
        }
        // One side of one axis is but an index along it.
        guard low && high || axes.count == 2, sides.isWrongExactly(among: 30, in: isBorder)
        else { continue }
        let place = axes.count == 1 ? "axis \(axes[0])" : "axes \(axes[0]) and \(axes[1])"
        return Diagnosis(
          .borders,
          "it is wrong only at the \(which) of \(place) (\(width) wide) and right inside: look at "
            + "how the backward pass treats padding")
      }
    }
  }
  return nil
}
