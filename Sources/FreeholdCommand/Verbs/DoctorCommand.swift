import ArgumentParser
import Freehold

/// `freehold doctor`: find out what is wrong.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what is wrong, and say what to type.",
    discussion: """
      freehold doctor
      freehold doctor --json ~/vault

      Looks at home, keys, vault, folder, disk, clock and every node. Changes nothing and needs no
      passphrase. Exit codes: 0 nothing fails, 1 something does, 15 something was altered.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    var examination = Examination(session)
    examination.examineDevice()
    do {
      let place = try session.place(dir)
      await examination.examine(place)
    } catch {
      let error = FreeholdError(translating: error)
      examination.note(.fail, "vault", error.message, hint: error.hint)
    }
    await session.shutdown()
    let findings = examination.findings
    if common.json {
      try session.console.data(
        .object([("findings", .array(findings.map(\.json)))]))
    } else {
      for finding in findings {
        for line in finding.lines(session.console.dataPaint) { try session.console.data(line) }
      }
    }
    let failed = findings.filter { $0.state == .fail }
    guard !failed.isEmpty else { return }
    let isTampered = failed.contains { $0.code == .tampered }
    throw ExitCode((isTampered ? FreeholdError.Code.tampered : .failed).rawValue32)
  }
}
