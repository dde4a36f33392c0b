// Times the gradient checker on three layers, and prints a `layer mode milliseconds` line for each
// run, in Double, of all inputs. GradeScripts/benchmark-gradients runs it beside PyTorch's gradcheck.
import Foundation
import GradientChecking
import Kernels
import Tensors

typealias Named = NamedTensors<Double>

/// Convolution of x `[2, 3, 8, 8]` by four 3×3 filters with padding 1: a matrix product per image.
struct Convolution: Layer {
  static func exampleInputs(using random: inout SeededGenerator) throws -> Named {
    [
      "x": .randomNormal([2, 3, 8, 8], using: &random),
      "weight": .randomNormal([4, 3, 3, 3], using: &random),
      "bias": .randomNormal([4], using: &random),
    ]
  }

  private func geometry(_ x: Tensor<Double>) -> WindowGeometry {
    WindowGeometry(
      channels: x.shape[1], height: x.shape[2], width: x.shape[3], windowHeight: 3,
      windowWidth: 3, padding: 1)
  }

  /// The windows of every image as columns, `[N, C·9, H·W]`.
  private func windows(_ x: Tensor<Double>) -> Tensor<Double> {
    let (samples, geometry) = (x.shape[0], geometry(x))
    let size = geometry.patchLength * geometry.patchCount
    return Tensor(
      unsafeUninitializedShape: [samples, geometry.patchLength, geometry.patchCount]
    ) { columns in
      x.withUnsafeElements { x in
        guard let x = x.baseAddress else { return }
        let image = geometry.channels * geometry.height * geometry.width
        for n in 0..<samples {
          im2col(x + n * image, geometry, into: columns + n * size)
        }
      }
    }
  }

  func forward(_ inputs: Named) throws -> (output: Tensor<Double>, cache: Named) {
    let (x, weight) = (try inputs["x"], try inputs["weight"])
    let filters = weight.shape[0]
    let columns = windows(x)
    let product = try weight.reshaped([1, filters, -1]).matrixMultiplied(by: columns)
    let y = try product + inputs["bias"].reshaped([filters, 1])
    var cache = inputs
    cache.set("columns", to: columns)
    return (try y.reshaped([x.shape[0], filters, x.shape[2], x.shape[3]]), cache)
  }

  func backward(_ upstream: Tensor<Double>, cache: Named) throws -> Named {
    let (x, weight) = (try cache["x"], try cache["weight"])
    let (samples, filters) = (x.shape[0], weight.shape[0])
    let dy = try upstream.reshaped([samples, filters, -1])
    let dWeight = try dy.matrixMultiplied(by: cache["columns"], transposingOther: true)
    let dColumns = try weight.reshaped([1, filters, -1]).matrixMultiplied(
      by: dy, transposingSelf: true)
    let geometry = geometry(x)
    var dx = Tensor<Double>.zeros(x.shape)
    dx.withUnsafeMutableElements { dx in
      dColumns.withUnsafeElements { columns in
        guard let dx = dx.baseAddress, let columns = columns.baseAddress else { return }
        for n in 0..<samples {
          col2im(
            columns + n * geometry.patchLength * geometry.patchCount, geometry,
            addingTo: dx + n * geometry.channels * geometry.height * geometry.width)
        }
      }
    }
    return [
      "x": dx, "weight": try dWeight.sum(axis: 0).reshaped(weight.shape),
      "bias": try dy.sum(axes: [0, 2]),
    ]
  }
}

/// An LSTM over T = 10 steps: N = 2, D = 5, H = 6.
struct LSTM: Layer {
  struct Step { var hidden, cell, i, f, o, g, tanhCell: Tensor<Double> }

  static func exampleInputs(using random: inout SeededGenerator) throws -> Named {
    func tensor(_ shape: [Int]) -> Tensor<Double> {
      .randomNormal(shape, standardDeviation: 0.5, using: &random)
    }
    return [
      "x": tensor([2, 10, 5]), "hidden": tensor([2, 6]), "cell": tensor([2, 6]),
      "inputWeight": tensor([5, 24]), "hiddenWeight": tensor([6, 24]), "bias": tensor([24]),
    ]
  }

  func forward(_ inputs: Named) throws -> (output: Tensor<Double>, cache: (Named, [Step])) {
    let x = try inputs["x"]
    let (n, t) = (x.shape[0], x.shape[1])
    var (hidden, cell) = (try inputs["hidden"], try inputs["cell"])
    let h = hidden.shape[1]
    let fromInput = try
      (x.reshaped([n * t, -1]).matrixMultiplied(by: inputs["inputWeight"])
      + inputs["bias"]).reshaped([n, t, 4 * h])
    let weight = try inputs["hiddenWeight"]
    var steps: [Step] = []
    var outputs: [Tensor<Double>] = []
    for step in 0..<t {
      let a = try fromInput[.all, step] + hidden.matrixMultiplied(by: weight)
      let gates = try a[.all, 0..<3 * h].sigmoid()
      let g = try a[.all, 3 * h..<4 * h].tanh()
      let (i, f) = (try gates[.all, 0..<h], try gates[.all, h..<2 * h])
      let o = try gates[.all, 2 * h..<3 * h]
      let next = try f * cell + i * g
      let tanhCell = next.tanh()
      steps.append(
        Step(hidden: hidden, cell: cell, i: i, f: f, o: o, g: g, tanhCell: tanhCell))
      cell = next
      hidden = try o * tanhCell
      outputs.append(hidden)
    }
    return (try .stacking(outputs, axis: 1), (inputs, steps))
  }

  func backward(_ upstream: Tensor<Double>, cache: (Named, [Step])) throws -> Named {
    let (inputs, steps) = cache
    let x = try inputs["x"]
    let (n, t) = (x.shape[0], x.shape[1])
    let weight = try inputs["hiddenWeight"]
    var dHidden = Tensor.zeros(like: steps[0].hidden)
    var dCell = dHidden
    var das: [Tensor<Double>] = []
    for (index, s) in steps.enumerated().reversed() {
      try dHidden += upstream[.all, index]
      try dCell += dHidden * s.o * (1 - s.tanhCell.squared())
      let da = try Tensor.concatenating(
        [
          dCell * s.g * s.i * (1 - s.i), dCell * s.cell * s.f * (1 - s.f),
          dHidden * s.tanhCell * s.o * (1 - s.o), dCell * s.i * (1 - s.g.squared()),
        ], axis: 1)
      dHidden = try da.matrixMultiplied(by: weight, transposingOther: true)
      dCell = try dCell * s.f
      das.append(da)
    }
    let da = try Tensor.stacking(das.reversed(), axis: 1).reshaped([n * t, -1])
    let hidden = try Tensor.stacking(steps.map(\.hidden), axis: 1).reshaped([n * t, -1])
    return [
      "x": try da.matrixMultiplied(by: inputs["inputWeight"], transposingOther: true)
        .reshaped(x.shape),
      "hidden": dHidden, "cell": dCell,
      "inputWeight": try x.reshaped([n * t, -1]).matrixMultiplied(by: da, transposingSelf: true),
      "hiddenWeight": try hidden.matrixMultiplied(by: da, transposingSelf: true),
      "bias": try da.sum(axis: 0),
    ]
  }
}

/// Batch normalisation of x `[8, 6]` in training, with scale and shift.
struct BatchNorm: Layer {
  static func exampleInputs(using random: inout SeededGenerator) throws -> Named {
    [
      "x": .randomNormal([8, 6], using: &random), "scale": .randomNormal([6], using: &random),
      "shift": .randomNormal([6], using: &random),
    ]
  }

  func forward(_ inputs: Named) throws -> (output: Tensor<Double>, cache: Named) {
    let x = try inputs["x"]
    let centred = try x - x.mean(axis: 0)
    let deviation = (try centred.squared().mean(axis: 0) + 1e-5).squareRoot()
    let normal = try centred / deviation
    let cache: Named = ["normal": normal, "deviation": deviation, "scale": try inputs["scale"]]
    return (try normal * inputs["scale"] + inputs["shift"], cache)
  }

  func backward(_ upstream: Tensor<Double>, cache: Named) throws -> Named {
    let normal = try cache["normal"]
    let dn = try upstream * cache["scale"]
    let x =
      try (dn - dn.mean(axis: 0) - normal * (dn * normal).mean(axis: 0))
      / cache["deviation"]
    return [
      "x": x, "scale": try (upstream * normal).sum(axis: 0), "shift": try upstream.sum(axis: 0),
    ]
  }
}

/// Ends the program where a layer that is right is not found to be: its time would say nothing.
func requireRight(_ report: GradientReport) {
  guard report.verdict != .right else { return }
  FileHandle.standardError.write(Data("expected right gradients, not:\n\(report)\n".utf8))
  exit(1)
}

/// Prints the times of three checks, in milliseconds, after one to warm up.
func time<L: Layer>(_ layer: L, _ mode: GradientCheckMode) throws {
  for run in 0..<4 {
    let report = try checkGradients(of: layer, options: GradientCheckOptions(mode: mode))
    requireRight(report)
    if run > 0 { print("\(L.self)", mode.rawValue, report.seconds * 1000) }
  }
}

/// The peak of memory that this process has used, in MiB.
func peakMemory() throws -> Double {
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
  return (line.split { !$0.isNumber }.first.flatMap { Double($0) } ?? .nan) / 1024
}

/// How much memory a fast check of a weight of a million elements (7.6 MiB) takes.
func timeMillion() throws {
  let product = DifferentiableFunction("product") {
    (inputs: Named) -> (output: Tensor<Double>, cache: Named) in
    (try inputs["x"].matrixMultiplied(by: inputs["weight"]), inputs)
  } backward: { (upstream: Tensor<Double>, inputs: Named) -> Named in
    [
      "x": try upstream.matrixMultiplied(by: inputs["weight"], transposingOther: true),
      "weight": try inputs["x"].matrixMultiplied(by: upstream, transposingSelf: true),
    ]
  }
  var random = SeededGenerator(seed: 1)
  let inputs: Named = [
    "x": .randomNormal([4, 1000], using: &random),
    "weight": .randomNormal([1000, 1000], using: &random),
  ]
  let before = try peakMemory()
  let report = try checkGradients(
    of: product, at: inputs, options: GradientCheckOptions(mode: .fast))
  requireRight(report)
  print("Million seconds", report.seconds)
  print("Million memory", try peakMemory() - before)
}

// First, since the peak of memory only grows.
try timeMillion()
for mode in [GradientCheckMode.jacobian, .elements, .fast] {
  try time(Convolution(), mode)
  try time(LSTM(), mode)
  try time(BatchNorm(), mode)
}
