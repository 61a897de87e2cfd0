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
      a file that another one changes meanwhile may show up as a conflict.
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
    let (plan, left) = try await session.withVault(place) { vault in
      let plan = try await vault.planReencryption(at: path)
      tell(plan, session.console)
      guard !dryRun, plan.fileCount > 0 else { return (plan, plan) }
      try session.console.requireYes(yes, "seal them anew")
      return (plan, try await vault.reencrypt(at: path, progress: line.progress()))
    }
    session.console.endProgress()
    if common.json {
      try session.console.data(
        .object([("before", plan.json), ("left", left.json), ("dryRun", .bool(dryRun))]))
    } else if !dryRun, plan.fileCount > 0 {
      let done = plan.fileCount - left.fileCount
      session.console.talk("\(Wording.count(done, "file")) sealed anew and at the nodes")
    }
    guard !dryRun, !left.isDone else { return }
    throw FreeholdError(
      .partial,
      "\(Wording.count(left.fileCount + left.conflictCount, "file")) left under keys of before",
      hint: left.conflictCount > 0
        ? "freehold conflicts shows what is to be decided first" : "freehold reencrypt goes on")
  }

  private func tell(_ plan: ReencryptionPlan, _ console: Console) {
    guard !plan.isDone else { return console.talk("everything lies under the newest keys") }
    console.talk(
      "\(Wording.count(plan.fileCount, "file")), \(Wording.size(plan.bytes)), under keys of before")
    guard plan.conflictCount > 0 else { return }
    console.talk(
      "  and \(Wording.count(plan.conflictCount, "file")) with several contents, which stay so")
  }
}

extension ReencryptionPlan {
  /// The plan as `--json` prints it.
  fileprivate var json: JSON {
    .object([
      ("files", .number(fileCount)), ("bytes", .number(bytes)),
      ("conflicts", .number(conflictCount)),
    ])
  }
}
