import ArgumentParser
import StorageNode
import VaultEnvironment

/// What every command takes: which node, and how to print.
struct DataOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The node's data folder.", valueName: "dir"))
  var data: String

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  /// The node in the folder.
  func home() throws -> NodeHome {
    try NodeHome.open(at: data, environment: .live())
  }
}
