import ArgumentParser
import Freehold

/// `freehold conflicts`: files with several contents.
struct ConflictsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "List files that were changed in several places at once.",
    discussion: """
      freehold conflicts
      freehold conflicts --json | jq -r '.conflicts[].path'

      Nothing is lost: each content lies in the folder under a name of its own.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let conflicts = try await session.withVault(place) { vault in
      try await vault.list(.root, isRecursive: true).filter { $0.contentCount > 1 }
    }
    guard !common.json else {
      let items = conflicts.map { entry in
        JSON.object(NamePath.json(entry.path) + [("contents", .number(entry.contentCount))])
      }
      return try session.console.data(.object([("conflicts", .array(items))]))
    }
    var output = LineBuffer()
    let isEscaped = session.console.isDataSeen
    for entry in conflicts {
      let name = isEscaped ? Array(NamePath.shown(entry.path).utf8) : NamePath.bytes(entry.path)
      try output.add(name, closing: 0x0A)
    }
    try output.flush()
    session.console.talk(
      conflicts.isEmpty
        ? "there are none"
        : Wording.count(conflicts.count, "file")
          + " with several contents, side by side in the folder"
    )
  }
}
