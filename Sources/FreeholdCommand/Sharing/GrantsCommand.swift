import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold grants`: who has access to what.
struct GrantsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grants", abstract: "List who has access to which folder.",
    discussion: """
      freehold grants
      freehold grants photos/2026
      freehold grants --json | jq -r '.grants[] | [.name, .may, .path] | @tsv'

      Your own devices are in freehold device list, the nodes in freehold node list.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("A folder, then the vault's folder.", valueName: "path"))
  var words: [String] = []

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try typed.paths.first.map { try place.path($0) }
    let grants = try await session.withVault(place) { try await $0.grants(reaching: path) }
    guard !common.json else {
      return try session.console.data(.object([("grants", .array(grants.map(\.json)))]))
    }
    let width = grants.map { NamePath.line($0.name).count }.max() ?? 0
    for grant in grants { try session.console.data(grant.line(width: width)) }
    if grants.isEmpty { session.console.talk("nobody else has access") }
  }
}

extension GivenAccess {
  /// The access as `--json` prints it.
  var json: JSON {
    .object([
      ("name", .text(name)), ("may", .text(right.rawValue)),
      ("path", .text(path.map { NamePath.shown($0.names) })), ("until", .text(until?.text)),
      ("over", .bool(isOver)), ("only", .text(only)), ("removes", .bool(removes)),
      ("hops", .number(hops)), ("by", .text(giver)),
      ("devices", .array(members.map { .text($0.text) })),
    ])
  }

  /// The access on a line.
  func line(width: Int) -> String {
    let place = path.map { NamePath.shown($0.names) } ?? "a folder that is not on this device"
    var text = Wording.pad(NamePath.line(name), width) + "  " + Wording.pad(right.rawValue, 6)
    text += "  " + place
    if let until { text += isOver ? "  over since \(until.text)" : "  until \(until.text)" }
    if let only { text += "  only \(NamePath.line(only))" }
    if !removes { text += "  never removes" }
    if hops > 0 { text += "  may be handed on \(Wording.count(hops, "time"))" }
    return text
  }
}
