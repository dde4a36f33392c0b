import ArgumentParser

struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "train", abstract: "")
}
