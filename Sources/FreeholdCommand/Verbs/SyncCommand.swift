import ArgumentParser
import Freehold
import VaultEncoding

/// `freehold sync`: folder, vault and nodes in step.
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Bring folder, vault and nodes in step.",
    discussion: """
      freehold sync
      freehold sync --dry-run          only say what would change
      freehold sync --accept           go on although very many files are gone

      Everything is saved on this device before a node is asked. Without nodes, or offline, the
      next sync brings what waits. Exit codes: 3 a node was not reached or a file not read;
      14 no node was reached; 15 something was altered; 16 a quota is used up; 17 decide.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(help: "Only say what would change; nothing is read, sent or written.")
  var dryRun = false

  @Flag(help: "Go on although very many files are gone.")
  var accept = false

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let before = (try? session.statusReader(place).status().conflicts) ?? 0
    var options = SyncOptions()
    options.isDryRun = dryRun
    options.acceptsMassChange = accept
    let wanted = options
    let line = ProgressLine(session)
    let (report, vault) = try await session.renewing {
      try await session.withVault(place) { vault in
        try session.requireBound(vault, to: place)
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
  func json(vault: String, error: FreeholdError?) -> JSON {
    var fields: [(String, JSON)] = [
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
      return "would take in: " + (outgoing.text ?? "nothing") + "; nothing was changed"
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

extension Session {
  /// Refuses to work in a folder that is a copy of the vault's, or was moved.
  func requireBound(_ vault: Vault, to place: VaultPlace) throws {
    let known = vault.folder
    guard !known.isEmpty, known != place.folder else { return }
    guard HomePlace.real(known) != place.folder else { return }
    throw FreeholdError(
      .noSuchVault,
      "the vault lives in \(NamePath.shown(known)) on this device, not in "
        + NamePath.shown(place.folder),
      hint: "move it back there, or work with -C \(NamePath.shown(known))")
  }
}
