import ArgumentParser

struct Caption: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "caption", abstract: "")
}
