import ArgumentParser

/// The command line that uses the exercises: it captions photographs and paints them.
@main
struct Studio: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studio",
    abstract: "Paint and caption photographs with the exercises' code.",
    subcommands: [
      Style.self, Invert.self, Texture.self, Train.self, Caption.self, Classify.self, Evaluate.self,
      TrainEncoder.self, Draw.self,
      Prepare.self,
    ])
}
