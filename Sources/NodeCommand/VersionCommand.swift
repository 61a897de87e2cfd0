import ArgumentParser
import StorageNode

/// `freehold-node version`: which program this is.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version.")

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  func run() {
    let version = NodeVersion.text
    Output.data(
      json
        ? JSON.object([("name", .text("freehold-node")), ("version", .text(version))]).text
        : "freehold-node \(version)")
  }
}
