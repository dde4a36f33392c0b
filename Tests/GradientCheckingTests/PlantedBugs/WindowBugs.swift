import GradientChecking
import Tensors

/// A convolution with padding 1. Shapes: x `[N, C, H, W]`, w `[F, C, 3, 3]`, b `[F]`,
/// y `[N, F, H, W]`.
struct ConvolutionBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case paddingNotCut, bordersSkipped, assigned, weightsFlipped, channelsExchanged
    case biasNotSummed, biasAveraged, biasForgotten, lastSampleOnly, axesExchanged, averaged
    case kernelTransposed
  }
  static let name = "convolution"
  static let sizes = [2, 3, 6, 5, 4]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> {
    [
      "x": .randomNormal(Array(sizes.prefix(4)), using: &random),
      "w": .randomNormal([sizes[4], sizes[1], 3, 3], using: &random) * 0.5,
      "b": .randomNormal([sizes[4]], using: &random),
    ]
  }

  private func padded(_ x: Tensor<Double>) throws -> Tensor<Double> {
    try x.padded([(0, 0), (0, 0), (1, 1), (1, 1)], with: 0)
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: NamedTensors<Double>) {
    let (x, w, b) = (try padded(inputs["x"]), try inputs["w"], try inputs["b"])
    let shape = try inputs["x"].shape
    var y = Tensor<Double>.zeros([shape[0], w.shape[0], shape[2], shape[3]])
    let flat = try w.reshaped([w.shape[0], -1])
    for row in 0..<shape[2] {
      for column in 0..<shape[3] {
        let window = try x[.all, .all, row..<row + 3, column..<column + 3]
          .reshaped([shape[0], -1])
        try y.assign(
          window.matrixMultiplied(by: flat, transposingOther: true) + b, at: .all, .all, row, column
        )
      }
    }
    return (y, inputs)
  }

  func backward(
    _ upstream: Tensor<Double>, cache: NamedTensors<Double>
  ) throws -> NamedTensors<Double> {
    let (x, w) = (try padded(cache["x"]), try cache["w"])
    let (n, height, width) = (x.shape[0], upstream.shape[2], upstream.shape[3])
    let flat = try w.reshaped([w.shape[0], -1])
    var (dx, dw) = (Tensor<Double>.zeros(x.shape), Tensor<Double>.zeros(flat.shape))
    for row in 0..<height {
      for column in 0..<width {
        let atBorder = row == 0 || column == 0 || row == height - 1 || column == width - 1
        if mistake == .bordersSkipped && atBorder { continue }
        let dy = try upstream[.all, .all, row, column]
        let (rows, columns) = (row..<row + 3, column..<column + 3)
        let window = try x[.all, .all, rows, columns].reshaped([n, -1])
        let part = try dy.matrixMultiplied(by: flat).reshaped([n, x.shape[1], 3, 3])
        let there = try dx[.all, .all, rows, columns]
        try dx.assign(mistake == .assigned ? part : there + part, at: .all, .all, rows, columns)
        let samples = mistake == .lastSampleOnly ? n - 1..<n : 0..<n
        dw =
          try dw
          + dy[samples, .all].matrixMultiplied(
            by: window[samples, .all], transposingSelf: true)
      }
    }
    let start = mistake == .paddingNotCut ? 0 : 1
    dx = try dx[.all, .all, start..<start + height, start..<start + width]
    return try spoil(
      ["x": dx, "w": dw.reshaped(w.shape), "b": upstream.sum(axes: [0, 2, 3])], upstream)
  }

  private func spoil(
    _ right: NamedTensors<Double>, _ upstream: Tensor<Double>
  ) throws -> NamedTensors<Double> {
    var gradients = right
    let dw = try right["w"]
    let positions = Double(upstream.count / upstream.shape[1])
    switch mistake {
    case .weightsFlipped:
      let flipped = try (0..<3).reversed().map { row in
        try Tensor.stacking(dw[.all, .all, row, .all].unstacked(axis: 2).reversed(), axis: 2)
      }
      gradients.set("w", to: try .stacking(flipped, axis: 2))
    case .channelsExchanged: gradients.set("w", to: try dw.permuted(1, 0, 2, 3))
    case .kernelTransposed: gradients.set("w", to: try dw.permuted(0, 1, 3, 2))
    case .biasNotSummed: gradients.set("b", to: try upstream.sum(axes: [0, 2]))
    case .biasAveraged: gradients.set("b", to: try upstream.mean(axes: [0, 2, 3]))
    case .biasForgotten:
      gradients.set("b", to: Tensor(repeating: positions, shape: [upstream.shape[1]]))
    case .axesExchanged: gradients.set("x", to: try right["x"].permuted(0, 1, 3, 2))
    case .averaged: gradients.set("w", to: dw / Double(upstream.shape[0]))
    default: break
    }
    return gradients
  }

  static let plants: [Plant<Mistake>] = [
    Plant(.paddingNotCut, "x", "cuts the padding at the wrong side", [.offByOne]),
    Plant(.bordersSkipped, "x", "skips windows that touch the padding", [.borders, .pathMissing]),
    Plant(
      .assigned, "x", "assigns where windows overlap instead of adding",
      [.assignedInsteadOfAdded]),
    Plant(.weightsFlipped, "w", "flips the kernel, as mathematicians convolve", [.reversed]),
    Plant(.channelsExchanged, "w", "exchanges input and output channels", [.transposed]),
    Plant(
      .channelsExchanged, "w", "exchanges as many input as output channels", [.transposed],
      sizes: [2, 3, 5, 4, 3]),
    Plant(.kernelTransposed, "w", "exchanges the kernel's rows and columns", [.transposed]),
    Plant(.biasNotSummed, "b", "does not sum over one of three axes", [.sumMissing]),
    Plant(.biasAveraged, "b", "averages over samples and positions", [.meanInsteadOfSum]),
    Plant(.biasForgotten, "b", "counts positions", [.upstreamForgotten]),
    Plant(
      .lastSampleOnly, "w", "assigns in a loop over samples",
      [.onlyOneIndexCounts, .assignedInsteadOfAdded]),
    Plant(
      .axesExchanged, "x", "exchanges height and width of square images", [.transposed],
      sizes: [2, 3, 5, 5, 4]),
    Plant(
      .averaged, "w", "averages over the batch, which is of two",
      [.meanInsteadOfSum, .constantFactor]),
  ]
}

/// The maximum of windows of 3×3, two apart, which overlap. Shapes: x `[N, C, H, W]`.
struct MaxPoolingBugs: PlantedLayer {
  enum Mistake: CaseIterable {
    case assigned, upstreamForgotten, shifted, transposed, averaged, halved, reversedSamples
  }
  static let name = "max pooling"
  static let sizes = [2, 4, 7, 11]
  var mistake: Mistake?

  static func inputs(
    sizes: [Int], using random: inout SeededGenerator
  ) throws -> NamedTensors<Double> { ["x": .randomNormal(sizes, using: &random)] }

  /// Where each window's largest element is.
  private func winners(_ x: Tensor<Double>) -> [(place: [Int], from: [Int])] {
    var result: [(place: [Int], from: [Int])] = []
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for row in 0..<(x.shape[2] - 1) / 2 {
          for column in 0..<(x.shape[3] - 1) / 2 {
            var best = [n, c, 2 * row, 2 * column]
            for offset in 0..<9 {
              let (i, j) = (2 * row + offset / 3, 2 * column + offset % 3)
              if x[n, c, i, j] > x[best[0], best[1], best[2], best[3]] { best = [n, c, i, j] }
            }
            result.append(([n, c, row, column], best))
          }
        }
      }
    }
    return result
  }

  func forward(
    _ inputs: NamedTensors<Double>
  ) throws -> (output: Tensor<Double>, cache: Tensor<Double>) {
    let x = try inputs["x"]
    var y = Tensor<Double>.zeros(
      [x.shape[0], x.shape[1], (x.shape[2] - 1) / 2, (x.shape[3] - 1) / 2])
    for (place, from) in winners(x) {
      y[place[0], place[1], place[2], place[3]] = x[from[0], from[1], from[2], from[3]]
    }
    return (y, x)
  }

  func backward(
    _ upstream: Tensor<Double>, cache x: Tensor<Double>
  ) throws -> NamedTensors<Double> {
    var dx = Tensor<Double>.zeros(x.shape)
    for (place, from) in winners(x) {
      let dy =
        mistake == .upstreamForgotten ? 1 : upstream[place[0], place[1], place[2], place[3]]
      let column = mistake == .shifted ? (from[3] + 1) % x.shape[3] : from[3]
      let value = mistake == .assigned ? 0 : dx[from[0], from[1], from[2], column]
      dx[from[0], from[1], from[2], column] = value + dy
    }
    switch mistake {
    case .transposed: dx = try dx.permuted(0, 1, 3, 2)
    case .averaged: dx = dx / 9
    case .halved: dx = dx / 2
    case .reversedSamples: dx = try Tensor.stacking(dx.unstacked().reversed())
    default: break
    }
    return ["x": dx]
  }

  static let plants: [Plant<Mistake>] = [
    Plant(
      .assigned, "x", "assigns where windows overlap instead of adding",
      [.assignedInsteadOfAdded]),
    Plant(.upstreamForgotten, "x", "counts how often an element won", [.upstreamForgotten]),
    Plant(.shifted, "x", "is one column off", [.offByOne]),
    Plant(
      .transposed, "x", "exchanges rows and columns of square images", [.transposed],
      sizes: [2, 4, 7, 7]),
    Plant(
      .averaged, "x", "divides by the size of the window, as average pooling does",
      [.constantFactor]),
    Plant(.halved, "x", "halves", [.constantFactor, .meanInsteadOfSum]),
    Plant(
      .reversedSamples, "x", "walks through the batch from the back",
      [.reversed, .transposed, .blocksSwapped, .offByOne]),
  ]
}
