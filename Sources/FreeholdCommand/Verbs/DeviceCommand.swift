import ArgumentParser

/// `freehold device`: who has the vault.
struct DeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device", abstract: "Your devices: list them, put one out.",
    discussion: """
      freehold device list
      freehold device revoke old-laptop

      freehold link and freehold join let a new one in.
      """,
    subcommands: [DeviceListCommand.self, DeviceRevokeCommand.self])
}
