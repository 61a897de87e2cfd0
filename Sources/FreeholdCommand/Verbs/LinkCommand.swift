import ArgumentParser
import Freehold
import VaultEncoding
import VaultEnvironment
import VaultSync

/// `freehold link`: let another device of yours in.
struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "Let another device of yours in: makes a code for one use.",
    discussion: """
      freehold link                    here; prints freehold join CODE
      freehold join CODE ~/vault       there

      The code is good for ten minutes and one try. Type it on your own new device only: whoever
      has it reads and writes everything, until you revoke that device. A wrong try kills the
      code; three wrong ones close linking for ten minutes. Goes on until the device came.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("Write the line here as well.", valueName: "file"))
  var out: String?

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let place = try session.place(dir)
    let file = out.map { DiskPath(HomePlace.absolute(RawArguments.bytes(of: $0))) }
    let device = try await session.withVault(place) { vault in
      let invitation = try await vault.openLink()
      try show(invitation, file, session)
      return try await vault.completeLink(invitation)
    }
    let name = NamePath.line(device.name)
    guard !common.json else {
      return try session.console.data(
        .object([
          ("joined", .object([("name", .text(device.name)), ("did", .text(device.did.text))])),
          ("nodes", device.coverage.json),
        ]))
    }
    session.console.talk("\(name) is in: it has everything with its next sync")
    session.console.talk("  was that not you? freehold device revoke \(name)")
    device.coverage.tell(session.console, of: "it")
  }

  private func show(
    _ invitation: LinkInvitation, _ file: DiskPath?, _ session: Session
  ) throws {
    let code = invitation.code.exposedText()
    let line = "freehold join \(code)"
    if let file { try session.environment.disk.writeDurably(file, Array("\(line)\n".utf8)) }
    guard !common.json else {
      return try session.console.data(
        .object([("code", .text(code)), ("command", .text(line))]))
    }
    try session.console.data(line)
    session.console.talk(
      "type that on the new device, with a folder behind it; good for ten minutes and one try")
  }
}

extension PolicyCoverage {
  /// The coverage as `--json` prints it.
  var json: JSON {
    .object([
      ("acknowledged", .array(acknowledged.map { .text($0) })),
      (
        "silent",
        .array(
          silent.map {
            .object([
              ("name", .text($0.name)), ("did", .text($0.did.text)), ("reason", .text($0.reason)),
            ])
          })
      ),
    ])
  }

  /// Says which nodes know.
  func tell(_ console: Console, of what: String) {
    if !acknowledged.isEmpty {
      let names = acknowledged.map { NamePath.line($0) }.joined(separator: ", ")
      console.talk("nodes that have signed for \(what): \(names)")
    }
    for node in silent {
      console.warn(
        "\(NamePath.line(node.name)) does not know yet: \(NamePath.line(node.reason))",
        hint: "freehold sync tells it")
    }
  }
}
