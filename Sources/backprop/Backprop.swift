import ArgumentParser

/// The command line for students, instructors and authors.
@main
struct Backprop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backprop",
    abstract: "Check, grade and author the exercises of the Backprop course.",
    subcommands: [
      List.self, Check.self, Watch.self, Hint.self, Progress.self, Reset.self, Doctor.self,
      Grade.self, GradientCheckCommand.self, New.self, Author.self, Weights.self,
    ])
}
