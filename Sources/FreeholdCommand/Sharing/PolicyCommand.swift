import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold policy`: who may do what, as a text.
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "The policy as a text: show it, apply one that was edited.",
    discussion: """
      freehold policy show > policy.txt
      freehold policy apply policy.txt --dry-run
      freehold policy apply policy.txt
      freehold policy freshness 7d

      One sentence a line: bob may read photos/2026 until 2027-02-23T00:00:00Z. The signed grants
      are the authority: lines that are added become grants, lines that are gone revocations.
      """,
    subcommands: [
      PolicyShowCommand.self, PolicyApplyCommand.self, PolicyFreshnessCommand.self,
    ])
}

/// `freehold policy show`: the policy as a text.
struct PolicyShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print the policy: who may do what, where, until when.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let text = try await session.withVault(place) { try await $0.policyText() }
    guard !common.json else {
      return try session.console.data(
        .object([("rules", .array(text.rules.map { .text($0.line) })), ("text", .text(text.text))]))
    }
    try StandardOutput.write(text.text)
  }
}

/// `freehold policy apply`: make the policy say what a text says.
struct PolicyApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Make the policy say what a text says.",
    discussion: """
      freehold policy apply policy.txt --dry-run
      freehold policy apply policy.txt --yes

      What is taken away is taken away first. For what is granted, freehold grant NAME … --out
      FILE writes the invitation.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(help: "Only show what would change.")
  var dryRun = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Argument(help: ArgumentHelp("The text.", valueName: "file"))
  var file: String

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let text = try PolicyText(parsing: try SharedText.take(file, session))
    let (change, coverage) = try await session.withVault(place) { vault in
      let change = try await vault.planPolicy(text)
      if !common.json { try show(change, session.console) }
      guard !dryRun, !change.isEmpty else { return (change, PolicyCoverage?.none) }
      try session.console.requireYes(yes, "change the policy so")
      return (change, try await vault.apply(change))
    }
    guard !common.json else {
      return try session.console.data(
        .object([
          ("dryRun", .bool(dryRun)), ("granted", .array(change.granted.map { .text($0.line) })),
          ("revoked", .array(change.revoked.map { .text($0.line) })),
          ("nodes", coverage?.json ?? .null),
        ]))
    }
    if change.isEmpty { session.console.talk("the policy says that already") }
    coverage?.tell(session.console, of: "that")
  }

  private func show(_ change: PolicyChange, _ console: Console) throws {
    for rule in change.revoked { try console.data("- " + NamePath.line(rule.line)) }
    for rule in change.granted { try console.data("+ " + NamePath.line(rule.line)) }
  }
}
