import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold reencrypt`: seal what is there anew, under the newest keys.
struct ReencryptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reencrypt", abstract: "Seal what was there before a revocation anew.",
    discussion: """
      freehold reencrypt --dry-run     how much lies under keys of before
      freehold reencrypt photos/2026
      freehold reencrypt --yes         everything

      After a revocation new keys are used for what is written from then on; what was there stays
      under the old ones, which the other had. This seals it under the new keys and sends it to the
      nodes once more. It is worth it when old keys may have come into wrong hands. Old versions
      stay in the history as they are, and what was read once may have been kept.

      A run that was stopped goes on when it is run again. Run it when your devices are in step:
      what one of them has changed and not yet brought to a node may show up as a conflict.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(help: "Only say how much it is.")
  var dryRun = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Argument(help: ArgumentHelp("A shared folder, then the vault's folder.", valueName: "path"))
  var words: [String] = []

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try typed.paths.first.map { try place.path($0) } ?? .root
    let line = ProgressLine(session)
    let (plan, outcome) = try await session.withVault(place) {
      vault -> (ReencryptionPlan, ReencryptionOutcome?) in
      let plan = try await vault.planReencryption(at: path)
      tell(plan, session.console)
      guard !dryRun, plan.fileCount > 0 || plan.waitingBytes > 0 else { return (plan, nil) }
      if plan.fileCount > 0 { try session.console.requireYes(yes, "seal them anew") }
      return (plan, try await vault.reencrypt(at: path, progress: line.progress()))
    }
    session.console.endProgress()
    try conclude(plan, outcome, session.console)
  }

  private func conclude(
    _ plan: ReencryptionPlan, _ outcome: ReencryptionOutcome?, _ console: Console
  ) throws {
    let left = outcome?.left ?? plan
    let problems = outcome?.problems ?? []
    let verdict = Verdict(problems)
    if common.json {
      var fields: [(String, JSON)] = [
        ("before", plan.json), ("left", left.json), ("dryRun", .bool(dryRun)),
        ("problems", .array(problems.map(\.json))),
      ]
      if let error = verdict.error(problems) { fields.append(("error", error.fields)) }
      try console.data(.object(fields))
    } else if outcome != nil {
      console.tell(problems)
      let done = Wording.count(max(0, plan.fileCount - left.fileCount), "file")
      let isThere = left.waitingBytes == 0
      if plan.fileCount > 0 {
        console.talk("\(done) sealed anew" + (isThere ? " and at the nodes" : ""))
      } else if isThere {
        console.talk("everything is at the nodes now")
      }
    }
    if let code = verdict.code { throw ExitCode(code.rawValue32) }
    guard !dryRun, !left.isDone else { return }
    throw FreeholdError(
      .partial,
      "\(Wording.count(left.fileCount + left.conflictCount, "file")) left under keys of before",
      hint: left.conflictCount > 0
        ? "freehold conflicts shows what is to be decided first" : "freehold reencrypt goes on")
  }

  private func tell(_ plan: ReencryptionPlan, _ console: Console) {
    if plan.isDone {
      console.talk("everything lies under the newest keys")
    } else {
      console.talk(
        "\(Wording.count(plan.fileCount, "file")), \(Wording.size(plan.bytes)), "
          + "under keys of before")
    }
    if plan.conflictCount > 0 {
      console.talk(
        "  and \(Wording.count(plan.conflictCount, "file")) with several contents, which stay so")
    }
    if plan.waitingBytes > 0 {
      console.talk("  \(Wording.size(plan.waitingBytes)) are not yet on all nodes")
    }
  }
}

extension ReencryptionPlan {
  /// The plan as `--json` prints it.
  fileprivate var json: JSON {
    .object([
      ("files", .number(fileCount)), ("bytes", .number(bytes)),
      ("conflicts", .number(conflictCount)), ("waitingBytes", .number(waitingBytes)),
    ])
  }
}
