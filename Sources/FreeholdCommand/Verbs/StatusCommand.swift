import ArgumentParser
import Freehold
import VaultEncoding
import VaultEnvironment

/// `freehold status`: tells whether everything is safe.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Am I safe? What waits, where it is, what to do next.",
    discussion: """
      freehold status
      freehold status --json ~/vault

      Reads only this device: it works offline, without the passphrase, and while a sync runs.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let reader = try session.statusReader(place)
    let status = try reader.status()
    guard !common.json else { return try session.console.data(status.json) }
    let page = StatusPage(
      status: status, now: session.environment.clock.now(), paint: session.console.dataPaint)
    for line in page.lines { try session.console.data(line) }
  }
}

extension VaultStatus {
  /// Whether a lost device would lose nothing that a sync has seen.
  var isSafe: Bool {
    redundancy.isMet && pendingBytes == 0 && lastSync != nil && !nodes.isEmpty
      && !problems.contains { $0.severity == .danger }
  }

  /// The status as `--json` prints it.
  var json: JSON {
    .object([
      ("vault", .text(vault.text)), ("name", .text(name)), ("device", .text(device)),
      ("folder", .text(folder)), ("safe", .bool(isSafe)), ("files", .number(files)),
      ("bytes", .number(bytes)), ("pendingBytes", .number(pendingBytes)),
      ("conflicts", .number(conflicts)), ("nodes", .array(nodes.map(\.json))),
      ("redundancy", redundancy.json), ("keySealed", .bool(isKeySealed)),
      ("lastSync", .text(lastSync?.text)), ("problems", .array(problems.map(\.json))),
    ])
  }
}
