import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold quarantine`: what was written without the right to.
struct QuarantineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine",
    abstract: "What was written without the right to: kept aside; list it, take it in.",
    discussion: """
      freehold quarantine list
      freehold quarantine adopt 6bk6wLPo-5

      What a revoked writer signed too late is no part of the vault, on all devices alike, and is
      not thrown away either. Nodes that know of the revocation refuse it, so it is here only when
      one did not.
      """,
    subcommands: [QuarantineListCommand.self, QuarantineAdoptCommand.self])
}

/// `freehold quarantine list`: what is kept aside.
struct QuarantineListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List what is kept aside: by whom, when, and about which files.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let entries = try await session.withVault(place) { try await $0.quarantine() }
    guard !common.json else {
      return try session.console.data(.object([("quarantine", .array(entries.map(\.json)))]))
    }
    for entry in entries {
      let paths = entry.paths.map { NamePath.shown($0.names) }.joined(separator: ", ")
      try session.console.data(
        "\(entry.name)  \(NamePath.line(entry.author))  \(entry.time?.text ?? "")  \(paths)")
    }
    if entries.isEmpty { session.console.talk("nothing is kept aside") }
  }
}

/// `freehold quarantine adopt`: take something in after all.
struct QuarantineAdoptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt", abstract: "Take something in after all, as this device's own change.",
    discussion: """
      freehold quarantine adopt 6bk6wLPo-5

      Takes in what the same author wrote before it as well, since it builds on that.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "What freehold quarantine list shows.")
  var entry: String

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let wanted = entry
    let adopted = try await session.withVault(place) { vault in
      guard let found = try await vault.quarantine().first(where: { $0.name == wanted }) else {
        throw FreeholdError(
          .noSuchVault, "there is no \(NamePath.shown(wanted)) in quarantine",
          hint: "freehold quarantine list shows what there is")
      }
      try await vault.adopt(found)
      return found
    }
    guard !common.json else {
      return try session.console.data(.object([("adopted", adopted.json)]))
    }
    session.console.talk("it is in the vault now; next: freehold sync")
  }
}

extension QuarantinedEntry {
  /// The entry as `--json` prints it.
  var json: JSON {
    .object([
      ("entry", .text(name)), ("author", .text(author)), ("time", .text(time?.text)),
      ("paths", .array(paths.map { .text(NamePath.shown($0.names)) })),
    ])
  }
}
