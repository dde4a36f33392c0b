/// The errors of a map along one axis: what each index has on average, and where there are any.
struct AxisProfile {
  var axis: Int
  /// The mean error at each index, as part of the largest derivative.
  var means: [Double]
  /// How many elements at each index are wrong, and how many were compared.
  var wrong: [Int]
  var compared: [Int]

  var size: Int { means.count }

  /// The means as bars of eight heights, in at most `width` characters; an index, or a bin of
  /// several, that has any error is never drawn as one that has none.
  func sparkline(width: Int) -> String {
    let bars = Array("▁▂▃▄▅▆▇█")
    let bin = (size + width - 1) / max(width, 1)
    let values = stride(from: 0, to: size, by: max(bin, 1)).map { first in
      means[first..<min(first + bin, size)].max() ?? 0
    }
    let largest = values.max() ?? 0
    return String(
      values.map { value in
        value > 0 ? bars[min(max(Int((value / largest * 7).rounded()), 1), 7)] : bars[0]
      })
  }

  /// `only index 3`, `all but index 0`, `everywhere`.
  var place: String {
    let indices = means.indices.filter { wrong[$0] > 0 }
    if indices.isEmpty { return "nowhere" }
    if indices.count < size { return partly(indices) }
    // Where borders are wrong, every index has errors, yet only some have nothing else.
    let whole = indices.filter { wrong[$0] == compared[$0] }
    let listed = runs(of: whole)
    return whole.isEmpty || whole.count == size || listed.count > 3
      ? "everywhere" : "everywhere; all of \(named(whole, listed))"
  }

  private func partly(_ indices: [Int]) -> String {
    let rest = means.indices.filter { wrong[$0] == 0 }
    let (listed, restListed) = (runs(of: indices), runs(of: rest))
    if let step = evenStep(indices) { return "every \(ordinal(step)) index, from \(indices[0])" }
    if restListed.count == 1 && rest.count * 4 <= size {
      return "all but \(named(rest, restListed))"
    }
    return listed.count <= 4
      ? "only \(named(indices, listed))" : "\(indices.count) of \(size) indices"
  }

  private func named(_ indices: [Int], _ listed: [String]) -> String {
    let end = indices == [size - 1] ? " (the last)" : indices == [0] ? " (the first)" : ""
    return (indices.count == 1 ? "index " : "indices ") + listed.joined(separator: ", ") + end
  }

  /// Indices that follow each other are one: `0`, `3–7`.
  private func runs(of indices: [Int]) -> [String] {
    var runs: [ClosedRange<Int>] = []
    for index in indices {
      if let last = runs.last, last.upperBound == index - 1 {
        runs[runs.count - 1] = last.lowerBound...index
      } else {
        runs.append(index...index)
      }
    }
    return runs.map { run in
      run.count == 1
        ? "\(run.lowerBound)"
        : "\(run.lowerBound)\(run.count == 2 ? ", " : "–")\(run.upperBound)"
    }
  }

  /// The distance between indices that are equally far apart, up to the end of the axis.
  private func evenStep(_ indices: [Int]) -> Int? {
    guard indices.count >= 3 else { return nil }
    let step = indices[1] - indices[0]
    let isEven = zip(indices, indices.dropFirst()).allSatisfy { $1 - $0 == step }
    return step > 1 && isEven && indices[0] < step && indices[indices.count - 1] + step >= size
      ? step : nil
  }

  private func ordinal(_ number: Int) -> String {
    number == 2 ? "2nd" : number == 3 ? "3rd" : "\(number)th"
  }
}

extension ErrorMap {
  /// Whether there are elements, and as many of each kind as the shape says.
  var isComplete: Bool {
    let count = shape.reduce(1, *)
    return count > 0 && shape.allSatisfy { $0 > 0 }
      && [analytic.count, numeric.count, verdicts.count] == [count, count, count]
  }

  /// One for each axis that has more than one index; none where nothing is wrong.
  var axisProfiles: [AxisProfile] {
    guard isComplete, verdicts.contains(.wrong) else { return [] }
    let scale = ErrorScale(self)
    var stride = verdicts.count
    return shape.enumerated().compactMap { axis, size in
      stride /= size
      return size > 1 ? profile(axis, size: size, stride: stride, scale) : nil
    }
  }

  private func profile(_ axis: Int, size: Int, stride: Int, _ scale: ErrorScale) -> AxisProfile {
    let zeros = [Int](repeating: 0, count: size)
    var result = AxisProfile(
      axis: axis, means: [Double](repeating: 0, count: size), wrong: zeros, compared: zeros)
    for element in verdicts.indices where verdicts[element] == .right || verdicts[element] == .wrong
    {
      let index = element / stride % size
      result.compared[index] += 1
      guard verdicts[element] == .wrong else { continue }
      result.wrong[index] += 1
      // NaN and infinity count as much as the largest derivative.
      result.means[index] += min(
        scale.error(analytic: analytic[element], numeric: numeric[element]), 1)
    }
    for index in result.means.indices {
      result.means[index] /= Double(max(result.compared[index], 1))
    }
    return result
  }
}
