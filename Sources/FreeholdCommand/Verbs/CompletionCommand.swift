import ArgumentParser
import Freehold

/// `freehold completion`: a script for a shell.
struct CompletionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print the completion script of a shell.",
    discussion: """
      freehold completion bash > ~/.local/share/bash-completion/completions/freehold
      freehold completion zsh > "${fpath[1]}/_freehold"
      freehold completion fish > ~/.config/fish/completions/freehold.fish
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "bash, zsh or fish.", completion: .list(["bash", "zsh", "fish"]))
  var shell: String

  func run() async throws {
    guard let shell = CompletionShell(rawValue: shell) else {
      throw FreeholdError(
        .usage, "there is no script for \(NamePath.shown(shell))", hint: "bash, zsh or fish")
    }
    let script = RootCommand.completionScript(for: shell)
    guard !common.json else {
      return try Console(common).data(
        .object([("shell", .text(self.shell)), ("script", .text(script))]))
    }
    try StandardOutput.write(script + "\n")
  }
}
