import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold sync`: folder, vault and nodes in step.
struct SyncCommand: AsyncParsableCommand, Endless {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Bring folder, vault and nodes in step.",
    discussion: """
      freehold sync
      freehold sync --dry-run          only say what would change
      freehold sync --accept           go on although very many files are gone
      freehold sync --watch            stay, and sync whenever something changes, here or elsewhere
      freehold sync --watch --json | jq -c '{reason, files}'

      Everything is saved on this device before a node is asked. Without nodes, or offline, the
      next sync brings what waits. Exit codes: 3 a node was not reached or a file not read;
      14 no node was reached; 15 something was altered; 16 a quota is used up; 17 decide.

      --watch ends by Ctrl-C (130) or SIGTERM (0), and by nothing else: what fails is told once and
      tried again. Other verbs work beside it. freehold service runs it in the background.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(help: "Only say what would change; nothing is read, sent or written.")
  var dryRun = false

  @Flag(help: "Go on although very many files are gone.")
  var accept = false

  @Flag(help: "Stay, and sync whenever something changes.")
  var watch = false

  @Argument(help: "The vault's folder.")
  var dir: String?

  var isEndless: Bool { watch }

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    guard !watch else { return try await stay(session, place) }
    let before = (try? session.statusReader(place).status().conflicts) ?? 0
    var options = SyncOptions()
    options.isDryRun = dryRun
    options.acceptsMassChange = accept
    let wanted = options
    let line = ProgressLine(session)
    let (report, vault) = try await session.renewing {
      try await session.withVault(place) { vault in
        try place.require(vault)
        return (try await vault.sync(wanted, progress: line.progress()), vault.did.text)
      }
    }
    session.console.endProgress()
    let verdict = Verdict(report, conflictsBefore: before)
    if common.json {
      try session.console.data(report.json(vault: vault, error: verdict.error(report.problems)))
    } else {
      session.console.tell(report.problems)
      session.console.talk(report.summary)
    }
    if let code = verdict.code { throw ExitCode(code.rawValue32) }
  }

  private func stay(_ session: Session, _ place: VaultPlace) async throws {
    guard !dryRun, !accept else {
      throw FreeholdError(
        .usage, "--watch goes with neither --dry-run nor --accept",
        hint: "freehold sync \(accept ? "--accept" : "--dry-run") first, then freehold sync --watch"
      )
    }
    try await WatchRun(session, place).run()
  }
}

extension SyncReport {
  /// Both directions together.
  var files: FileCounts {
    var sum = outgoing
    sum.added += incoming.added
    sum.changed += incoming.changed
    sum.deleted += incoming.deleted
    return sum
  }

  /// The report as `--json` prints it.
  func json(vault: String, reason: String? = nil, error: FreeholdError?) -> JSON {
    var fields: [(String, JSON)] = reason.map { [("reason", .text($0))] } ?? []
    fields += [
      ("vault", .text(vault)), ("dryRun", .bool(isDryRun)), ("sent", .number(sentBytes)),
      ("received", .number(receivedBytes)), ("files", files.json), ("outgoing", outgoing.json),
      ("incoming", incoming.json), ("conflicts", .number(conflictCount)),
      ("redundancy", redundancy.json),
      ("nodes", .object([("asked", .number(nodesAsked)), ("reached", .number(nodesReached))])),
      ("problems", .array(problems.map(\.json))), ("durationMs", .number(durationMilliseconds)),
    ]
    if let error { fields.append(("error", error.fields)) }
    return .object(fields)
  }

  /// One line or two for a person.
  var summary: String {
    if isDryRun {
      let here = incoming.text.map { "; would write here: \($0)" } ?? ""
      return "would take in: " + (outgoing.text ?? "nothing") + here + "; nothing was changed"
    }
    var text = "synced in \(Wording.duration(milliseconds: durationMilliseconds)): "
    text += outgoing.text.map { "\($0) here" } ?? "nothing new here"
    if let came = incoming.text { text += "; \(came) from other devices" }
    guard nodesAsked > 0 else { return text + "; there is no node to bring it to" }
    text += "; \(Wording.size(sentBytes)) sent, \(Wording.size(receivedBytes)) received"
    if nodesReached == 0 { return text + "; no node was reached: it is saved on this device only" }
    text += "; \(nodesReached) of \(Wording.count(nodesAsked, "node")) reached"
    if redundancy.isMet {
      text += "\nsafe: any \(redundancy.needed) of \(redundancy.total) nodes bring everything back"
    }
    return text
  }
}

extension VaultPlace {
  /// Refuses to work in a folder that is a copy of the vault's, or was moved.
  func require(_ vault: Vault) throws {
    let known = vault.folder
    guard !known.isEmpty, known != folder else { return }
    guard HomePlace.real(known) != folder else { return }
    throw FreeholdError(
      .noSuchVault,
      "the vault lives in \(NamePath.shown(known)) on this device, not in "
        + NamePath.shown(folder),
      hint: "move it back there, or work with -C \(NamePath.shown(known))")
  }
}
