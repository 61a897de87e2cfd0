import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold conflicts`: files with several contents.
struct ConflictsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "List files that were changed in several places at once.",
    discussion: """
      freehold conflicts
      freehold conflicts --json | jq -r '.conflicts[].path'
      freehold resolve report.odt --keep mine

      Nothing is lost: each content lies in the folder under a name of its own. Each line has a
      path, the device that wrote it, when, and the size; the first of a file has its own name.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let conflicts = try await session.withVault(place) { try await $0.conflicts() }
    guard !common.json else {
      return try session.console.data(
        .object([("conflicts", .array(conflicts.map(\.json)))]))
    }
    var output = LineBuffer()
    let isEscaped = session.console.isDataSeen
    for version in conflicts.flatMap(\.versions) {
      let name = isEscaped ? Array(NamePath.shown(version.path).utf8) : NamePath.bytes(version.path)
      let who = version.isMine ? "this device" : NamePath.line(version.device)
      let rest = "\t\(who)\t\(version.time.text)\t\(version.sizeBytes)"
      try output.add(name + Array(rest.utf8), closing: 0x0A)
    }
    try output.flush()
    session.console.talk(
      conflicts.isEmpty
        ? "there are none"
        : Wording.count(conflicts.count, "file")
          + " with several contents, side by side in the folder; freehold resolve PATH --keep …")
  }
}

extension VaultConflict {
  /// The conflict as `--json` prints it.
  fileprivate var json: JSON {
    .object(
      NamePath.json(path) + [
        ("contents", .number(versions.count)), ("versions", .array(versions.map(\.json))),
      ])
  }
}

extension VaultConflict.Version {
  fileprivate var json: JSON {
    .object(
      NamePath.json(path) + [
        ("device", .text(device)), ("time", .text(time.text)), ("size", .number(sizeBytes)),
        ("mine", .bool(isMine)),
      ])
  }
}
