import ArgumentParser
import Freehold

/// `freehold check`: tells whether everything is there, and whole.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Is everything there and whole? Names file, node and cure.",
    discussion: """
      freehold check                   ask every node what it has
      freehold check --sample 5%       also read so much of it and compare it with its hashes
      freehold check --all             read everything

      What is missing or rotten is marked; the next freehold sync makes it anew.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("Read so many percent of what nodes hold.", valueName: "percent"))
  var sample: String?

  @Flag(help: "Read everything that nodes hold.")
  var all = false

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let level = try level()
    let session = try Session(common)
    let place = try session.place(dir)
    let line = ProgressLine(session)
    let report = try await session.withVault(place) { vault in
      try await vault.check(level, progress: line.progress())
    }
    session.console.endProgress()
    let verdict = Verdict(report.problems)
    if common.json {
      try session.console.data(report.json(error: verdict.error(report.problems)))
    } else {
      session.console.tell(report.problems)
      session.console.talk(
        "checked \(Wording.count(report.files, "file")); "
          + "\(Wording.count(report.shardsAsked, "shard")) asked for, "
          + "\(Wording.grouped(report.shardsRead)) read, in "
          + Wording.duration(milliseconds: report.durationMilliseconds)
          + (report.problems.isEmpty ? ": all is well" : ""))
    }
    if let code = verdict.code { throw ExitCode(code.rawValue32) }
  }

  private func level() throws -> CheckLevel {
    guard let sample else { return all ? .all : .quick }
    guard !all else {
      throw FreeholdError(.usage, "--sample and --all are two answers to one question")
    }
    let digits = sample.hasSuffix("%") ? String(sample.dropLast()) : sample
    guard let percent = Double(digits), percent > 0, percent <= 100 else {
      throw FreeholdError(
        .usage, "“\(NamePath.shown(sample))” is no share", hint: "write --sample 5%")
    }
    return .sample(percent: percent)
  }
}

extension CheckReport {
  /// The report as `--json` prints it.
  func json(error: FreeholdError?) -> JSON {
    var fields: [(String, JSON)] = [
      ("files", .number(files)), ("shardsAsked", .number(shardsAsked)),
      ("shardsRead", .number(shardsRead)), ("received", .number(receivedBytes)),
      ("problems", .array(problems.map(\.json))), ("durationMs", .number(durationMilliseconds)),
    ]
    if let error { fields.append(("error", error.fields)) }
    return .object(fields)
  }
}
