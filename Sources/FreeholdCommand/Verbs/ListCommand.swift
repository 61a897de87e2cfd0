import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold ls`: what is in the vault.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List what is in the vault, now or at a time.",
    discussion: """
      freehold ls
      freehold ls -l photos
      freehold ls -R --at 2027-01-31 /
      freehold ls -R -0 | xargs -0 …

      A path that begins with / is meant from the vault's folder, any other from where you are.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(name: [.customShort("l"), .long], help: "Sizes, times and permissions too.")
  var long = false

  @Flag(name: [.customShort("R"), .long], help: "All that is below too.")
  var recursive = false

  @Flag(name: [.customShort("0"), .customLong("null")], help: "End names with a zero byte.")
  var zero = false

  @Option(help: ArgumentHelp("As it was then: 2h, 2027-01-31, …", valueName: "time"))
  var at: String?

  @Argument(help: ArgumentHelp("A path in the vault; then the vault's folder.", valueName: "path"))
  var words: [String] = []

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try place.path(typed.paths.first)
    let time = try session.past(at)
    let isRecursive = recursive
    let entries = try await session.withVault(place) { vault in
      try await vault.list(path, at: time, isRecursive: isRecursive)
    }
    var output = LineBuffer()
    let shown = EntryText(
      below: path.names.count, isLong: long, isEscaped: session.console.isDataSeen && !zero,
      paint: session.console.dataPaint)
    for entry in entries {
      if common.json {
        try output.add(entry.json.line)
      } else {
        try output.add(shown.bytes(entry), closing: zero ? 0 : 0x0A)
      }
    }
    try output.flush()
  }
}

/// An entry as a line of a listing.
struct EntryText {
  /// How many names of the path are not shown.
  let below: Int
  let isLong: Bool
  let isEscaped: Bool
  let paint: Paint

  /// The line without its end.
  func bytes(_ entry: VaultEntry) -> [UInt8] {
    var names = Array(entry.path.dropFirst(below))
    if names.isEmpty, let last = entry.path.last { names = [last] }
    let name = isEscaped ? Array(NamePath.shown(names).utf8) : NamePath.bytes(names)
    guard isLong else { return name + suffix(entry) }
    let mode = entry.permissions.map { String($0 & 0o7777, radix: 8) } ?? "-"
    let kind =
      switch entry.kind {
      case .folder: "d"
      case .file: "-"
      case .symlink: "l"
      }
    let columns = [
      kind, Wording.padLeft(mode, 4), Wording.padLeft(Wording.size(entry.sizeBytes), 10),
      Wording.pad(entry.modified?.text ?? "-", 20),
    ]
    var line = Array((columns.joined(separator: "  ") + "  ").utf8) + name + suffix(entry)
    if let target = entry.target {
      line += Array(" -> ".utf8) + (isEscaped ? Array(NamePath.shown(target).utf8) : target)
    }
    if entry.contentCount > 1 {
      line += Array("  \(paint.warning("\(entry.contentCount) contents"))".utf8)
    }
    return line
  }

  private func suffix(_ entry: VaultEntry) -> [UInt8] {
    entry.kind == .folder && isEscaped ? [UInt8(ascii: "/")] : []
  }
}

extension VaultEntry {
  /// The entry as `--json` prints it.
  var json: JSON {
    var fields = NamePath.json(path)
    fields += [
      ("kind", .text(kind.rawValue)), ("size", .number(sizeBytes)),
      ("modified", .text(modified?.text)), ("mode", .number(permissions.map { Int($0) })),
    ]
    if let target { fields += NamePath.json("target", target) }
    fields.append(("contents", .number(contentCount)))
    return .object(fields)
  }
}
