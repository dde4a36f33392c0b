// Times one iteration of style transfer (features, losses, gradient by the picture; no optimizer)
// with random weights, and prints `network size milliseconds` lines: the median of some runs, and the
// peak memory in MiB. GradeScripts/benchmark-networks runs it beside PyTorch.
import Foundation
import Networks
import Tensors

/// A content loss at one layer and Gram matrices at others, with their gradients.
func iteration(
  _ network: ConvolutionalNetwork<Float>, _ image: Tensor<Float>, content: Int, style: [Int]
) throws -> Tensor<Float> {
  let features = try network.features(image, layers: Set(style + [content]))
  var upstream: [Int: Tensor<Float>] = [:]
  for layer in style {
    guard let x = features.values[layer] else { continue }
    let (channels, pixels) = (x.shape[1], x.shape[2] * x.shape[3])
    let flat = try x.reshaped([channels, pixels])
    let scale = 1 / Float(channels * pixels)
    let gram = try flat.matrixMultiplied(by: flat, transposingOther: true) * scale
    upstream[layer] = try (gram.matrixMultiplied(by: flat) * (4 * scale)).reshaped(x.shape)
  }
  if let x = features.values[content] {
    let gradient = x * 2
    upstream[content] = try upstream[content].map { try $0 + gradient } ?? gradient
  }
  return try features.backward(upstream)
}

/// The peak of memory that this process has used, in MiB.
func peakMemory() throws -> Double {
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
  return (line.split { !$0.isNumber }.first.flatMap { Double($0) } ?? .nan) / 1024
}

guard CommandLine.arguments.count == 4, let size = Int(CommandLine.arguments[2]),
  let runs = Int(CommandLine.arguments[3])
else {
  FileHandle.standardError.write(Data("usage: networks vgg19|squeezenet SIZE RUNS\n".utf8))
  exit(64)
}
let architecture: Architecture = CommandLine.arguments[1] == "vgg19" ? .vgg19 : .squeezeNet1_1
let isVGG = architecture == .vgg19
let names = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
let style = isVGG ? names.compactMap(architecture.layer(named:)) : [1, 4, 6, 7]
let content = isVGG ? architecture.layer(named: "conv4_2") ?? 0 : 3
let network = ConvolutionalNetwork<Float>(architecture, randomWeightsSeed: 1)
var random = SeededGenerator(seed: 1)
let image = Tensor<Float>.randomNormal([1, 3, size, size], using: &random)
var times: [Double] = []
for run in 0..<runs + 2 {
  let start = Date()
  _ = try iteration(network, image, content: content, style: style)
  if run >= 2 { times.append(Date().timeIntervalSince(start) * 1000) }
}
print(CommandLine.arguments[1], size, times.sorted()[times.count / 2])
print(CommandLine.arguments[1], "\(size)-memory", try peakMemory())
