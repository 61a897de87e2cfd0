import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold revoke`: take a person's access away.
struct RevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Take a person's access to a folder away, or to everything.",
    discussion: """
      freehold revoke bob photos/2026
      freehold revoke bob --yes        everything

      What bob wrote so far stays; what bob has read bob may keep: nobody can take that back. From
      now on new keys are used that bob does not have, and nodes refuse bob as soon as they know.
      Prints which nodes have signed that they know, and which are silent; freehold revocations
      tells it again.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @OptionGroup var keeping: KeepingOptions

  @Argument(help: "The contact.")
  var name: String

  @Argument(help: ArgumentHelp("A folder, then the vault's folder.", valueName: "path"))
  var words: [String] = []

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try typed.paths.first.map { try place.path($0) }
    let outcome = try await session.withVault(place) { vault in
      let plan = try await vault.planRevocation(ofAccess: name, to: path)
      tell(plan, session.console)
      let kept = try keeping.names(of: plan.fallingAccess, isAsking: !yes, session.console)
      try session.console.requireYes(yes, "revoke that")
      return try await vault.revoke(plan, keeping: kept)
    }
    guard !common.json else { return try session.console.data(outcome.json) }
    let console = session.console
    console.talk(
      "\(NamePath.line(name)) is out; \(Wording.count(outcome.newEpochs, "new key")) from now on")
    outcome.coverage.tell(console, of: "that")
    console.talk("what was written before stays under the old keys, which may have been kept")
  }

  private func tell(_ plan: AccessRevocationPlan, _ console: Console) {
    if plan.isDone {
      console.talk("\(NamePath.line(plan.name)) has no access there any more; nodes are told again")
    }
    for access in plan.access {
      let place = access.path.map { NamePath.shown($0.names) } ?? "a folder"
      let name = NamePath.line(plan.name)
      console.talk("\(name) will not \(access.right.rawValue) \(place) any more")
    }
    if plan.keptEntries > 0 {
      console.talk("  \(Wording.count(plan.keptEntries, "change")) by it stay in the history")
    }
    for problem in plan.unheard { console.warn(problem) }
  }
}

extension AccessRevocationOutcome {
  /// The outcome as `--json` prints it.
  var json: JSON {
    .object([
      ("revoked", .array(plan.access.map(\.json))),
      ("fallenAccess", .array(plan.fallingAccess.map(\.json))), ("nodes", coverage.json),
      ("epochs", .number(newEpochs)),
    ])
  }
}
