// Times one training step of a captioner (forward, backward, Adam) with the reference solutions and
// prints `cell batch vocabulary milliseconds`, the median of some runs.
// GradeScripts/benchmark-captioning runs it beside PyTorch.
import A2RNNCaptioning
import A3LSTMCaptioning
import Exercises
import Foundation
import Tensors
import Training

let (steps, featureSize, embeddingSize, hiddenSize) = (16, 512, 256, 512)

guard CommandLine.arguments.count == 5,
  let cell = RecurrentCell(rawValue: CommandLine.arguments[1]),
  let batch = Int(CommandLine.arguments[2]), let words = Int(CommandLine.arguments[3]),
  let runs = Int(CommandLine.arguments[4])
else {
  FileHandle.standardError.write(Data("usage: captioning rnn|lstm BATCH VOCABULARY RUNS\n".utf8))
  exit(64)
}

var random = SeededGenerator(seed: 1)
var parameters = CaptionerParameters<Float>(
  cell: cell, featureSize: featureSize, embeddingSize: embeddingSize, hiddenSize: hiddenSize,
  vocabularySize: words, using: &random)
let features = Tensor<Float>.randomNormal([batch, featureSize], using: &random)
let captions = try Tensor(
  (0..<batch * (steps + 1)).map { _ in Int.random(in: 4..<words, using: &random) },
  shape: [batch, steps + 1])
let parts: CaptioningParts<Float> = A2RNNCaptioning.captioningParts()
let lstmParts = A3LSTMCaptioning.captioningParts(basedOn: parts)
var adam = Adam<Float>(learningRate: 1e-3)
var times: [Double] = []
for run in 0..<runs + 2 {
  let start = Date()
  let gradients =
    switch cell {
    case .rnn:
      try A2RNNCaptioning.captionerLoss(
        features: features, captions: captions, parameters: parameters, parts: parts
      ).gradients
    case .lstm:
      try A3LSTMCaptioning.captionerLoss(
        features: features, captions: captions, parameters: parameters, parts: lstmParts
      ).gradients
    }
  for (name, path) in CaptionerParameters<Float>.named {
    try adam.update(&parameters[keyPath: path], gradient: gradients[keyPath: path], name: name)
  }
  if run >= 2 { times.append(Date().timeIntervalSince(start) * 1000) }
}
print(cell.rawValue, batch, words, times.sorted()[times.count / 2])
