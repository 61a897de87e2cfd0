import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold device revoke`: put a device out.
struct DeviceRevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Put a device out: it gets nothing new from now on.",
    discussion: """
      freehold device revoke old-laptop
      freehold device revoke old-laptop --yes
      freehold device revoke old-laptop --keep bob    bob keeps what that device gave him

      What it wrote so far stays; what it has read it may keep: nobody can take that back. From
      now on new keys are used that it does not have, and nodes refuse it as soon as they know.
      What it let in falls with it. A device of greater rank cannot be revoked from here: the 24
      words make one that can (freehold help recover). There is no way back but a new freehold join.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @OptionGroup var keeping: KeepingOptions

  @Argument(help: "The device's name, or its DID.")
  var name: String

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let outcome = try await session.withVault(place) { vault in
      let plan = try await vault.planRevocation(of: name)
      tell(plan, session.console)
      let kept = try keeping.names(of: plan.fallingAccess, isAsking: !yes, session.console)
      try session.console.requireYes(yes, "revoke \(NamePath.line(plan.device.name))")
      return try await vault.revoke(plan, keeping: kept)
    }
    guard !common.json else { return try session.console.data(outcome.json) }
    session.console.talk("\(NamePath.line(outcome.plan.device.name)) is out")
    outcome.coverage.tell(session.console, of: "that")
    session.console.talk("its folder stays as it is; what it had read it may have kept")
  }

  private func tell(_ plan: RevocationPlan, _ console: Console) {
    let name = NamePath.line(plan.device.name)
    console.talk("\(name) (\(plan.device.did.text.suffix(8))) will get nothing new any more")
    if plan.keptEntries > 0 {
      console.talk("  \(Wording.count(plan.keptEntries, "change")) of it stay in the history")
    }
    for fallen in plan.falling {
      console.talk("  \(NamePath.line(fallen.name)) falls with it: \(name) let it in")
    }
    for former in plan.former { warn(of: former, plan, console) }
    for problem in plan.unheard { console.warn(problem) }
  }

  private func warn(of former: DeviceSummary, _ plan: RevocationPlan, _ console: Console) {
    let (name, was) = (NamePath.line(plan.device.name), NamePath.line(former.name))
    let fate = "\(name) was \(was) before: whoever has its home may have the key of \(was)"
    guard !former.isThis else {
      return console.warn(
        "\(fate), this device",
        hint: "if it was stolen: freehold join into a new home, then revoke \(was) from there")
    }
    console.warn(fate, hint: "if it was lost or stolen: freehold device revoke \(was)")
  }
}

extension RevocationOutcome {
  /// The outcome as `--json` prints it.
  var json: JSON {
    .object([
      ("revoked", plan.device.json), ("fallen", .array(plan.falling.map(\.json))),
      ("former", .array(plan.former.map(\.json))),
      ("fallenAccess", .array(plan.fallingAccess.map(\.json))),
      ("nodes", coverage.json), ("epochs", .number(newEpochs)),
    ])
  }
}
