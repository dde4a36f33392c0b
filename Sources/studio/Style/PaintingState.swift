import Foundation
import Plots
import TensorFiles
import Tensors

/// One of the sizes that a picture is painted at.
struct Stage: Equatable {
  var height, width, iterations: Int
}

/// What is reported of a step: the loss before it.
struct LossReport: Codable {
  var iteration: Int
  var content, style, tv, total: Float
}

extension LossReport: CustomStringConvertible {
  var description: String {
    "loss \(format(total, 1)) = content \(format(content, 1)) + style \(format(style, 1)) "
      + "+ tv \(format(tv, 1))"
  }
}

extension [LossReport] {
  var plot: LinePlot {
    func points(_ value: KeyPath<LossReport, Float>) -> [(x: Double, y: Double)] {
      map { (Double($0.iteration), Double($0[keyPath: value])) }
    }
    return LinePlot(
      title: "Losses", xLabel: "step", yLabel: "loss", isLogarithmic: true,
      series: [
        .init("total", points(\.total)), .init("content", points(\.content)),
        .init("style", points(\.style)), .init("variation", points(\.tv)),
      ])
  }
}

/// Where a painting stands: all that its further steps depend on.
struct PaintingState {
  /// The index of the size that is being painted, and how many steps were taken at it.
  var stage = 0
  var iteration = 0
  /// Normalised, `[1, 3, H, W]`.
  var image: Tensor<Float>
  /// The optimizer's memory, by its own names.
  var optimizer: [String: Tensor<Float>] = [:]
  var reports: [LossReport] = []
}

/// A painting on its way in a file, with the settings that it was begun with.
///
/// A safetensors file, because it stores every bit of the numbers.
struct Checkpoint {
  var state: PaintingState
  /// By the options' names.
  var settings: [String: String]

  private enum Key {
    static let image = "image"
    static let optimizer = "optimizer."
    static let stage = "stage"
    static let iteration = "iteration"
    static let reports = "reports"
    static let setting = "setting "
  }

  init(state: PaintingState, settings: [String: String]) {
    (self.state, self.settings) = (state, settings)
  }

  func write(to path: String) throws {
    var tensors = [Key.image: state.image]
    for (name, tensor) in state.optimizer { tensors[Key.optimizer + name] = tensor }
    var metadata = [
      Key.stage: "\(state.stage)", Key.iteration: "\(state.iteration)",
      Key.reports: String(decoding: try JSONEncoder().encode(state.reports), as: UTF8.self),
    ]
    for (name, value) in settings { metadata[Key.setting + name] = value }
    try Safetensors(tensors: tensors, metadata: metadata).write(to: URL(fileURLWithPath: path))
  }

  init(contentsOf path: String) throws {
    let file = try Safetensors(contentsOf: URL(fileURLWithPath: path))
    guard let image = file.tensors[Key.image], image.rank == 4,
      let stage = file.metadata[Key.stage].flatMap({ Int($0) }),
      let iteration = file.metadata[Key.iteration].flatMap({ Int($0) }),
      let reports = try? JSONDecoder().decode(
        [LossReport].self, from: Data((file.metadata[Key.reports] ?? "").utf8))
    else {
      throw StudioError("\(path): is no checkpoint of a painting; name one with --checkpoint")
    }
    state = PaintingState(stage: stage, iteration: iteration, image: image, reports: reports)
    settings = [:]
    for (name, tensor) in file.tensors where name.hasPrefix(Key.optimizer) {
      state.optimizer[String(name.dropFirst(Key.optimizer.count))] = tensor
    }
    for (name, value) in file.metadata where name.hasPrefix(Key.setting) {
      settings[String(name.dropFirst(Key.setting.count))] = value
    }
  }

  /// - Throws: `StudioError` that names the first setting that is not as it was.
  func requireSettings(_ current: [String: String], path: String) throws {
    for name in Set(settings.keys).union(current.keys).sorted()
    where settings[name] != current[name] {
      throw StudioError(
        "\(path): was begun with \(name) \(settings[name] ?? "absent"), now it is "
          + "\(current[name] ?? "absent"); give the same options to --resume, or begin anew "
          + "without it")
    }
  }
}
