import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold log`: what happened.
struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Show what happened to a path, or to everything; oldest first.",
    discussion: """
      freehold log
      freehold log notes/today.txt
      freehold log --json | jq -c 'select(.event == "deleted")'

      A path that is gone is looked for among what was there. The times suit --at elsewhere:
      freehold restore notes/today.txt --to /tmp/old --at TIME
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("A path in the vault; then the vault's folder.", valueName: "path"))
  var words: [String] = []

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try place.path(typed.paths.first)
    let versions = try await session.withVault(place) { vault in try await vault.log(path) }
    var output = LineBuffer()
    let width = versions.map(\.device.count).max() ?? 0
    let isEscaped = session.console.isDataSeen
    for version in versions {
      guard !common.json else {
        try output.add(version.json.line)
        continue
      }
      let columns = [
        version.time.text, Wording.pad(version.event.rawValue, 8),
        Wording.pad(NamePath.line(version.device), width),
        Wording.padLeft(version.sizeBytes.map { Wording.size($0) } ?? "", 10),
      ]
      let name =
        isEscaped ? Array(NamePath.shown(version.path).utf8) : NamePath.bytes(version.path)
      try output.add(Array((columns.joined(separator: "  ") + "  ").utf8) + name, closing: 0x0A)
    }
    try output.flush()
  }
}

extension VaultVersion {
  /// The version as `--json` prints it.
  var json: JSON {
    let fields: [(String, JSON)] = [
      ("time", .text(time.text)), ("event", .text(event.rawValue)), ("device", .text(device)),
      ("size", .number(sizeBytes)),
    ]
    return .object(NamePath.json(path) + fields)
  }
}
