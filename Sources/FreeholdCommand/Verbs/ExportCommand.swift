import ArgumentParser
import Freehold
import VaultEnvironment

/// `freehold export`: everything as a tar file.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write everything, as it is or was, into a tar file.",
    discussion: """
      freehold export ~/vault.tar
      freehold export --at 2027-01-31 /mnt/disk/january.tar ~/vault

      The file holds everything in clear. It must not be there yet.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("As it was then: 2h, 2027-01-31, …", valueName: "time"))
  var at: String?

  @Argument(help: ArgumentHelp("The tar file to make.", valueName: "file.tar"))
  var file: String

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let target = HomePlace.absolute(RawArguments.bytes(of: file))
    guard try session.environment.disk.item(at: DiskPath(target)) == nil else {
      throw FreeholdError(
        .usage, "\(NamePath.shown(target)) is there already", hint: "choose another name")
    }
    let time = try session.past(at)
    let line = ProgressLine(session)
    let report = try await session.withVault(place) { vault in
      try await vault.export(to: target, at: time, progress: line.progress())
    }
    session.console.endProgress()
    let verdict = Verdict(report.problems)
    if common.json {
      try session.console.data(report.json(target, error: verdict.error(report.problems)))
    } else {
      session.console.tell(report.problems)
      session.console.talk(
        "exported \(Wording.count(report.files, "file")), \(Wording.size(report.bytes)), to "
          + "\(NamePath.shown(target)) in "
          + Wording.duration(milliseconds: report.durationMilliseconds))
    }
    if let code = verdict.code { throw ExitCode(code.rawValue32) }
  }
}
