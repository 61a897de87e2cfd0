import ArgumentParser

/// `freehold service`: watch a vault in the background.
struct ServiceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "service",
    abstract: "Watch a vault in the background, by systemd: install, uninstall, show.",
    discussion: """
      freehold service show                 the unit, as it would be installed
      freehold service install              write it, and say how to start it
      freehold service install --passphrase-credential ~/.config/freehold.pass
      freehold service uninstall
      """,
    subcommands: [
      ServiceInstallCommand.self, ServiceUninstallCommand.self, ServiceShowCommand.self,
    ])
}

/// What shapes a unit.
struct UnitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file with the passphrase, for systemd to hand over.", valueName: "file"))
  var passphraseCredential: String?

  @Flag(help: "Leave out what needs user namespaces.")
  var noNamespaces = false

  /// The unit of a vault with these options.
  func unit(_ session: Session, _ place: VaultPlace) throws -> UserUnit {
    var unit = try UserUnit(session, place)
    unit.usesNamespaces = !noNamespaces
    if let file = passphraseCredential {
      unit.passphraseFile = HomePlace.absolute(RawArguments.bytes(of: file))
    }
    return unit
  }
}
