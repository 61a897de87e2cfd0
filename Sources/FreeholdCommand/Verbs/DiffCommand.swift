import ArgumentParser
import Freehold

/// `freehold diff`: what changed since a time.
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what changed in the vault since a time.",
    discussion: """
      freehold diff
      freehold diff photos --at 7d
      freehold diff --json --at 2027-01-31

      added, changed, moved, deleted; attributes when only times or permissions differ.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("Since then: 2h, 2027-01-31, …", valueName: "time"))
  var at = "1d"

  @Argument(help: ArgumentHelp("A path in the vault; then the vault's folder.", valueName: "path"))
  var words: [String] = []

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try place.path(typed.paths.first)
    guard let time = try session.past(at) else { return }
    let differences = try await session.withVault(place) { vault in
      try await vault.diff(path, since: time)
    }
    var output = LineBuffer()
    let isEscaped = session.console.isDataSeen
    func name(_ path: [[UInt8]]) -> [UInt8] {
      isEscaped ? Array(NamePath.shown(path).utf8) : NamePath.bytes(path)
    }
    for difference in differences {
      guard !common.json else {
        try output.add(difference.json.line)
        continue
      }
      var line = Array("\(Wording.pad(difference.change.rawValue, 10))  ".utf8)
      if let old = difference.oldPath { line += name(old) + Array(" -> ".utf8) }
      try output.add(line + name(difference.path), closing: 0x0A)
    }
    try output.flush()
  }
}

extension VaultDifference {
  /// The difference as `--json` prints it.
  var json: JSON {
    var fields: [(String, JSON)] = [("change", .text(change.rawValue))]
    fields += NamePath.json(path)
    if let oldPath { fields += NamePath.json("oldPath", NamePath.bytes(oldPath)) }
    return .object(fields)
  }
}
