import ArgumentParser
import Freehold
import VaultEnvironment

/// `freehold service uninstall`: removes the unit.
struct ServiceUninstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uninstall", abstract: "Remove the unit; the vault stays as it is.",
    discussion: """
      systemctl --user disable --now freehold-….service     stop it first
      freehold service uninstall ~/vault
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The vault's folder.")
  var dir: String?

  func run() async throws {
    let session = try Session(common)
    let units = try UnitPlace(disk: session.environment.disk)
    let unit = try UserUnit(session, try session.place(dir))
    guard try units.remove(unit) else {
      throw FreeholdError(
        .failed, "there is no unit \(units.path(unit))", hint: "freehold service install makes it")
    }
    guard !common.json else {
      return try session.console.data(.object([("removed", .text(unit.name))]))
    }
    session.console.talk("removed: \(units.path(unit))")
    session.console.talk("next:  systemctl --user daemon-reload")
  }
}
