import ArgumentParser
import StorageNode
import VaultEnvironment

/// What every command takes: which node, and how to print.
struct DataOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The node's data folder.", valueName: "dir"))
  var data: String

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  /// The folder, without links on the way to it.
  var folder: String { String(decoding: DiskPath(data).withoutLinks.bytes, as: UTF8.self) }

  /// The node in the folder.
  func home() throws -> NodeHome {
    try NodeHome.open(at: folder, environment: .live())
  }
}
