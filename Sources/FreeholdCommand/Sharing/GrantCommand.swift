import ArgumentParser
import Freehold
import VaultEncoding
import VaultEnvironment

/// `freehold grant`: let somebody into a folder.
struct GrantCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grant", abstract: "Let a person into a folder: to read, or to write as well.",
    discussion: """
      freehold grant bob --read photos/2026 --until 90d --out bob.share
      freehold grant carol --write shared --out carol.share
      freehold grant dave --write shared --only 'drafts/*' --out dave.share
      freehold grant bob --read photos/2026 --dry-run     only show what would be granted

      The folder gets keys of its own, in place: nothing is uploaded again. Hand the file to the
      other person, who types freehold accept FILE DIR. It holds no key that anybody else could use.
      What somebody has read cannot be taken back; freehold revoke ends what comes after.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(help: "To read.")
  var read = false

  @Flag(help: "To read and write.")
  var write = false

  @Flag(help: "To do everything, for the whole vault only (/).")
  var manage = false

  @Flag(help: "To store and serve ciphertext.")
  var hold = false

  @Option(help: ArgumentHelp("Ends then: 90d, 2027-01-31, …", valueName: "time"))
  var until: String?

  @Option(
    help: ArgumentHelp(
      "Write these paths only, seen from the folder: notes, *.md, 2026/*.jpg.",
      valueName: "glob"))
  var only: String?

  @Flag(help: "Let what is there be changed, but not removed, moved or renamed.")
  var noRemove = false

  @Option(help: ArgumentHelp("May be handed on so many times.", valueName: "n"))
  var hops = 0

  @Option(help: ArgumentHelp("Write the invitation here.", valueName: "file"))
  var out: String?

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(help: "Only show what would be granted.")
  var dryRun = false

  @Argument(help: "The contact.")
  var name: String

  @Argument(help: ArgumentHelp("The folder, then the vault's folder.", valueName: "path"))
  var words: [String]

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMin: 1, pathsMax: 1, session: session)
    let place = try session.place(typed.folder)
    let path = try place.path(typed.paths.first)
    let terms = try terms(now: session.environment.clock.now())
    let outcome = try await session.withVault(place) { vault -> GrantOutcome? in
      let plan = try await vault.planGrant(terms, to: name, at: path)
      try show(plan, session)
      guard !dryRun else { return nil }
      try session.console.requireYes(yes, "grant that")
      return try await vault.grant(plan)
    }
    guard let outcome else { return }
    try SharedText.give(outcome.offer.text, to: out, session)
    try tell(outcome, session)
  }

  private func terms(now: Timestamp) throws -> AccessTerms {
    let wanted: [AccessRight] = [
      read ? .read : nil, write ? .write : nil, manage ? .manage : nil, hold ? .hold : nil,
    ].compactMap { $0 }
    guard let right = wanted.first, wanted.count == 1 else {
      throw FreeholdError(
        .usage, "say what is granted: one of --read, --write, --manage, --hold")
    }
    var terms = AccessTerms(right)
    guard (0...6).contains(hops) else {
      throw FreeholdError(.usage, "--hops is a number from 0 to 6")
    }
    terms.hops = hops
    guard only == nil || right == .write else {
      throw FreeholdError(.usage, "--only limits writing: it goes with --write")
    }
    terms.only = only
    guard !noRemove || right == .write else {
      throw FreeholdError(.usage, "--no-remove limits writing: it goes with --write")
    }
    terms.removes = !noRemove
    if let until {
      do {
        terms.until = try TimeExpression(until).moment(after: now)
      } catch {
        throw FreeholdError(.usage, "“\(NamePath.shown(until))” is \(error)")
      }
    }
    return terms
  }

  private func show(_ plan: GrantPlan, _ session: Session) throws {
    let rows = plan.rows
    guard !common.json else {
      guard dryRun else { return }
      return try session.console.data(
        .object([("dryRun", .bool(true))] + rows.map { ($0.key, .text($0.value)) }))
    }
    let width = rows.map(\.label.count).max() ?? 0
    for row in rows {
      let line = Wording.pad(row.label, width) + "  " + row.value
      if dryRun { try session.console.data(line) } else { session.console.talk(line) }
    }
    if dryRun { session.console.talk("nothing was changed") }
  }

  private func tell(_ outcome: GrantOutcome, _ session: Session) throws {
    guard !common.json else {
      return try session.console.data(
        .object([
          ("granted", .object(outcome.plan.rows.map { ($0.key, .text($0.value)) })),
          ("scope", .text(outcome.offer.scope.hex)), ("nodes", outcome.coverage.json),
          ("offer", out == nil ? .text(outcome.offer.text) : .null),
        ]))
    }
    if out == nil { try session.console.data(outcome.offer.text) }
    outcome.coverage.tell(session.console, of: "that")
    let name = NamePath.line(outcome.plan.contact.name)
    session.console.talk("the words of this vault: \(outcome.offer.words.joined(separator: " "))")
    session.console.talk("next: freehold sync here; freehold accept FILE DIR at \(name)'s")
  }
}

extension GrantPlan {
  /// Who, what, where, until when, and whether it may be handed on.
  var rows: [(key: String, label: String, value: String)] {
    let words = contact.card.words.joined(separator: " ")
    var rows = [
      ("who", "who", "\(NamePath.line(contact.name)) (\(words))"),
      ("may", "may", terms.right.rawValue),
      (
        "where", "where",
        NamePath.shown(path.names) + " (\(Wording.count(fileCount, "file"))"
          + (makesScope ? "; it gets keys of its own)" : ")")
      ),
      ("until", "until", terms.until.map { $0.text } ?? "revoked"),
    ]
    if let only = terms.only { rows.append(("only", "writes only", NamePath.line(only))) }
    if !terms.removes { rows.append(("never", "never", "removes, moves or renames")) }
    rows.append(
      (
        "reShare", "re-share",
        terms.hops == 0 ? "no" : Wording.count(terms.hops, "time")
      ))
    if let present { rows.append(("has", "has already", present.rawValue)) }
    return rows.map { (key: $0.0, label: $0.1, value: $0.2) }
  }
}
