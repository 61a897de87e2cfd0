import ArgumentParser
import Freehold

/// `freehold restore`: bring files back.
struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Write paths of the vault, also old ones, into another folder.",
    discussion: """
      freehold restore / --to /tmp/everything
      freehold restore photos letters/a.odt --to /tmp/old --at 7d
      freehold restore gone.txt --to . --at 2027-01-31

      What is at the target already is not overwritten. Any k of the n nodes are enough.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp("The folder to write into; it is made when missing.", valueName: "dir"))
  var to: String

  @Option(help: ArgumentHelp("As it was then: 2h, 2027-01-31, …", valueName: "time"))
  var at: String?

  @Argument(
    help: ArgumentHelp("Paths in the vault, / is everything; then the folder.", valueName: "path"))
  var words: [String]

  func run() async throws {
    let session = try Session(common)
    let typed = try PathAndFolder(words, pathsMin: 1, session: session)
    let place = try session.place(typed.folder)
    let paths = try typed.paths.map { try place.path($0) }
    let target = HomePlace.absolute(RawArguments.bytes(of: to))
    let time = try session.past(at)
    let line = ProgressLine(session)
    let report = try await session.withVault(place) { vault in
      try await vault.restore(paths, to: target, at: time, progress: line.progress())
    }
    session.console.endProgress()
    let verdict = Verdict(report.problems)
    if common.json {
      try session.console.data(report.json(target, error: verdict.error(report.problems)))
    } else {
      session.console.tell(report.problems)
      let there = report.filesThere > 0 ? " (\(report.filesThere) more were there)" : ""
      session.console.talk(
        "restored \(Wording.count(report.files, "file")), \(Wording.size(report.bytes))\(there), "
          + "into \(NamePath.shown(target)) in "
          + Wording.duration(milliseconds: report.durationMilliseconds))
    }
    if let code = verdict.code { throw ExitCode(code.rawValue32) }
  }
}

extension RestoreReport {
  /// The report as `--json` prints it.
  func json(_ target: [UInt8], error: FreeholdError?) -> JSON {
    var fields = NamePath.json("to", target)
    fields += [
      ("files", .number(files)), ("there", .number(filesThere)), ("bytes", .number(bytes)),
      ("received", .number(receivedBytes)),
      ("problems", .array(problems.map(\.json))), ("durationMs", .number(durationMilliseconds)),
    ]
    if let error { fields.append(("error", error.fields)) }
    return .object(fields)
  }
}
