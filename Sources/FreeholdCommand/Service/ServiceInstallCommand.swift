import ArgumentParser
import Freehold
import VaultEnvironment

/// `freehold service install`: writes the unit.
struct ServiceInstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install", abstract: "Write a systemd user unit that watches the vault.",
    discussion: """
      freehold service install ~/vault
      freehold service install --passphrase-credential ~/.config/freehold.pass

      The passphrase is never in the unit. Without --passphrase-credential the unit finds the keys
      open after freehold unlock, or needs none; until then it tries again every 30 seconds.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: UnitOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let units = try UnitPlace(disk: session.environment.disk)
    let unit = try options.unit(session, try session.place(dir))
    let path = "\(units.path(unit))"
    let isNew = try units.write(unit)
    guard !common.json else {
      return try session.console.data(
        .object([("name", .text(unit.name)), ("path", .text(path)), ("changed", .bool(isNew))]))
    }
    session.console.talk("\(isNew ? "written" : "there already"): \(path)")
    session.console.talk("next:  systemctl --user daemon-reload")
    session.console.talk("       systemctl --user enable --now \(unit.name)")
    session.console.talk("       journalctl --user -u \(unit.name) -f")
    session.console.talk("to run it while you are logged out, too:  loginctl enable-linger")
  }
}
