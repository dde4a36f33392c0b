import ArgumentParser

struct Style: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "style", abstract: "")
}
